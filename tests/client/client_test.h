#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "catch.h"
#include "rill/rill.h"

namespace rill::testing {

// The value of a StatusOr that must be OK.
template <typename T>
T Get(absl::StatusOr<T> result) {
  INFO(result.status());
  REQUIRE(result.ok());
  return *std::move(result);
}

// Whether the message of a failure has `text` in it.
inline bool Says(const absl::Status& status, std::string_view text) {
  const std::string message(status.message());
  INFO(message);
  return message.find(text) != std::string::npos;
}

inline Engine OpenMemory(Options options = {}) { return Get(Open("mem:", options)); }

inline Topic MakeTopic(Engine& engine, const std::string& name, int partitions = 1,
                       std::map<std::string, std::string> configs = {}) {
  return Get(engine.EnsureTopic(name, {.partitions = partitions, .configs = std::move(configs)}));
}

// A folder that is gone when the test is over.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rill-client-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string data() const { return path_ + "/data"; }

 private:
  std::string path_;
};

// The values of one partition, as they are in the log.
inline std::vector<std::string> Values(const Topic& topic, int partition = 0) {
  std::vector<std::string> values;
  const Partition log = Get(topic.partition(partition));
  for (std::int64_t at = log.log_start_offset(); at < log.high_watermark();) {
    const Records records = Get(log.Read(at));
    for (const Record& record : records) values.emplace_back(record.value());
    at = records.ranges().back().next_offset;
  }
  return values;
}

inline std::vector<std::string> Values(const Records& records) {
  std::vector<std::string> values;
  for (const Record& record : records) values.emplace_back(record.value());
  return values;
}

inline std::int64_t EndOf(const Topic& topic, int partition = 0) {
  return Get(topic.partition(partition)).high_watermark();
}

// Sends "0", "1", ... to one partition.
inline void SendNumbers(Producer& producer, const Topic& topic, int count, int partition = 0,
                        int first = 0) {
  for (int i = first; i < first + count; ++i) {
    const std::string value = std::to_string(i);
    producer.Send(topic, {.value = value, .partition = partition}, nullptr);
  }
  REQUIRE(producer.Flush().ok());
}

inline constexpr absl::Duration kSoon = absl::Milliseconds(30);
inline constexpr absl::Duration kLong = absl::Seconds(20);

}  // namespace rill::testing
