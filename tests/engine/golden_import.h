#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "engine_under_test.h"
#include "fmt/format.h"
#include "rill/testing/faulty_storage.h"

// Topics that a broker wrote (tests/data/golden), in folders and in storage that fails, and what is
// in them.
namespace rill::engine {

namespace fs = std::filesystem;
using testing::FaultyStorage;
using testing::FileCall;

inline const std::string kGolden = RILL_SOURCE_DIR "/tests/data/golden/";

inline void CopyGolden(const std::string& what, const std::string& to) {
  fs::create_directories(to);
  fs::copy(kGolden + what, to, fs::copy_options::recursive);
}

// A broker's whole data folder with these topics, closed.
inline void MakeBrokerFolder(const std::string& path, const std::vector<std::string>& topics) {
  CopyGolden("data-folder", path);
  fs::remove(path + "/listing.txt");
  std::ofstream(path + "/.kafka_cleanshutdown") << R"({"version":0,"brokerEpoch":-1})";
  for (const std::string& topic : topics) {
    CopyGolden(topic + "/" + topic + "-0", path + "/" + topic + "-0");
  }
}

// "offset key value" of all records, in hexadecimal, as expected.txt has them (the long ones left
// out).
inline std::vector<std::string> Stored(const Partition& partition) {
  std::vector<std::string> lines;
  const auto hex = [](std::string_view bytes) {
    std::string text;
    if (IsNull(bytes)) return std::string("null");
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
  };
  for (std::int64_t at = partition.log_start_offset(); at < partition.high_watermark();) {
    const auto records = partition.Read(at);
    INFO(records.status().ToString());
    REQUIRE(records.ok());
    for (const Record& record : *records) {
      if (record.key().size() > 200 || record.value().size() > 200) continue;
      lines.push_back(fmt::format("offset={} timestamp={} key={} value={}", record.offset(),
                                  record.timestamp_ms(), hex(record.key()), hex(record.value())));
    }
    at = records->ranges().front().next_offset;
  }
  return lines;
}

inline std::vector<std::string> Expected(const std::string& topic, std::int64_t from = 0) {
  std::vector<std::string> lines;
  std::istringstream text(FileText(kGolden + topic + "/expected.txt"));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::map<std::string, std::string> fields;
    std::string kind;
    words >> kind;
    if (kind != "record") continue;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      fields.emplace(word.substr(0, equals), word.substr(equals + 1));
    }
    const bool is_left_out = fields["key"].starts_with("long/") ||
                             fields["value"].starts_with("long/") || fields.contains("control") ||
                             std::stoll(fields["offset"]) < from;
    if (is_left_out) continue;
    lines.push_back(fmt::format("offset={} timestamp={} key={} value={}", fields["offset"],
                                fields["timestamp"], fields["key"], fields["value"]));
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

inline absl::StatusOr<std::shared_ptr<TopicState>> Import(
    LocalEngine& engine, const std::string& topic, const std::string& folder,
    const std::map<std::string, std::string>& configs = {}) {
  return engine.ImportTopic(topic, {folder}, configs);
}

inline std::shared_ptr<FaultyStorage> StorageWithGolden() {
  auto storage = std::make_shared<FaultyStorage>();
  for (const auto& entry : fs::directory_iterator(kGolden + "rolled/rolled-0")) {
    const std::string name = entry.path().filename().string();
    REQUIRE(storage->WriteFile("from/rolled-0/" + name, FileText(entry.path().string())).ok());
  }
  return storage;
}

inline Options On(const std::shared_ptr<FaultyStorage>& storage, Said* said = nullptr) {
  Options options = ByCaller();
  options.storage = storage;
  if (said != nullptr) options.log_sink = said->sink();
  return options;
}

}  // namespace rill::engine
