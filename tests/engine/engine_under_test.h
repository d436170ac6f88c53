#pragma once

#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "engine/handles.h"
#include "engine/local_engine.h"
#include "rill/error.h"
#include "rill/partition.h"
#include "rill/topic.h"

namespace rill::engine {

// What an engine said to its operator. Thread-safe.
class Said {
 public:
  LogSink sink() {
    return [this](LogLevel level, std::string_view line) {
      std::lock_guard lock(mutex_);
      lines_.emplace_back(level, line);
    };
  }
  bool Has(LogLevel level, std::string_view part) const {
    std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const auto& line) {
      return line.first == level && line.second.find(part) != std::string::npos;
    });
  }
  bool AnyAbove(LogLevel level) const {
    std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const auto& line) { return line.first > level; });
  }
  std::string Text() const {
    std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& line : lines_) text += line.second + "\n";
    return text;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<LogLevel, std::string>> lines_;
};

inline std::shared_ptr<LocalEngine> MustOpen(const std::string& where, Options options = {}) {
  auto engine = LocalEngine::Open(where, options);
  INFO(engine.status().ToString());
  REQUIRE(engine.ok());
  return *std::move(engine);
}

// Without a thread of its own.
inline Options ByCaller() {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  return options;
}

inline Partition MustPartition(LocalEngine& engine, const std::string& topic, int index = 0) {
  const auto state = engine.FindTopic(topic);
  REQUIRE(state.ok());
  auto partition = TopicAccess::Make(*state).partition(index);
  INFO(partition.status().ToString());
  REQUIRE(partition.ok());
  return *std::move(partition);
}

inline absl::Status AppendOne(Partition partition, std::string_view value) {
  const RecordData record = {.key = "k", .value = value};
  return partition.Append({&record, 1}).status();
}

// The values of all records of a partition.
inline std::vector<std::string> Values(const Partition& partition) {
  std::vector<std::string> values;
  std::int64_t offset = partition.log_start_offset();
  while (offset < partition.high_watermark()) {
    const auto records = partition.Read(offset);
    INFO(records.status().ToString());
    REQUIRE(records.ok());
    for (const Record& record : *records) values.emplace_back(record.value());
    offset = records->ranges().front().next_offset;
  }
  return values;
}

inline std::string FileText(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline bool Mentions(const absl::Status& status, std::string_view part) {
  return std::string(status.message()).find(part) != std::string::npos;
}

inline std::uint64_t FirstSeed() {
  const char* const given = std::getenv("RILL_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::cout << "RILL_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace rill::engine
