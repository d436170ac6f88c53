#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/crc32c.h"
#include "rill/record.h"
#include "rill/record_batch.h"

// Records as text, to be compared with what Apache Kafka's side prints.
namespace rill::oracle {

// As java/RecordLines.java shows bytes.
inline std::string BytesText(std::string_view bytes) {
  constexpr std::size_t kLongestAsHex = 200;
  if (IsNull(bytes)) return "null";
  if (bytes.size() > kLongestAsHex) {
    return fmt::format("long/{}/{:08x}", bytes.size(), base::Crc32c(bytes));
  }
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

inline const char* TimestampTypeText(TimestampType type) {
  return type == TimestampType::kCreateTime ? "CreateTime" : "LogAppendTime";
}

// The line of java/RecordLines.java.
inline std::string RecordLine(std::int64_t offset, TimestampType type, const RecordData& record) {
  std::string line = fmt::format("record offset={} timestamp={} type={} key={} value={}", offset,
                                 record.timestamp_ms, TimestampTypeText(type),
                                 BytesText(record.key), BytesText(record.value));
  for (const Header& header : record.headers) {
    line += fmt::format(" header={}:{}", BytesText(header.name), BytesText(header.value));
  }
  return line;
}

inline std::string RecordLine(TimestampType type, const RecordView& record) {
  std::vector<Header> headers;
  for (const Header& header : record.headers()) headers.push_back(header);
  return RecordLine(record.offset(), type,
                    {record.key(), record.value(), headers, record.timestamp_ms()});
}

// The line that DumpLogSegments --deep-iteration --print-data-log prints of a record whose key,
// value and header names are UTF-8.
inline std::string DumpLine(std::int64_t offset, TimestampType type, const RecordData& record,
                            std::int32_t sequence) {
  const auto size = [](std::string_view bytes) {
    return IsNull(bytes) ? -1 : static_cast<std::int64_t>(bytes.size());
  };
  std::string names;
  for (const Header& header : record.headers) {
    names += fmt::format("{}{}", &header == record.headers.data() ? "" : ",", header.name);
  }
  std::string line =
      fmt::format("| offset: {} {}: {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]",
                  offset, TimestampTypeText(type), record.timestamp_ms, size(record.key),
                  size(record.value), sequence, names);
  if (!IsNull(record.key)) line += fmt::format(" key: {}", record.key);
  if (!IsNull(record.value)) line += fmt::format(" payload: {}", record.value);
  return line;
}

}  // namespace rill::oracle
