#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/client_test.h"
#include "rill/rill.h"

namespace rill::testing {

inline Options Writing() { return {.maintenance = Options::Maintenance::kByCaller}; }

inline Options Reading() {
  return {.read_only = true, .maintenance = Options::Maintenance::kByCaller};
}

// Asserts nothing, which one thread at a time may do.
inline absl::Status TryAppend(const Topic& topic, std::string_view value, int partition = 0) {
  auto log = topic.partition(partition);
  if (!log.ok()) return log.status();
  const RecordData record{.value = value};
  return log->Append({&record, 1}).status();
}

inline void Append(const Topic& topic, std::string_view value, int partition = 0) {
  REQUIRE(TryAppend(topic, value, partition) == absl::OkStatus());
}

// What is there to read, from `offset` on.
inline std::vector<std::string> ReadFrom(const Partition& log, std::int64_t offset) {
  std::vector<std::string> values;
  while (offset < log.high_watermark()) {
    const Records records = Get(log.Read(offset));
    for (const Record& record : records) values.emplace_back(record.value());
    offset = records.ranges().back().next_offset;
  }
  return values;
}

}  // namespace rill::testing
