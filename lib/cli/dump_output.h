#pragma once

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/standard_error.h"
#include "engine/group/java_map.h"
#include "fmt/format.h"

namespace rill::cli {

// Text on its way out, in large pieces. What is left is written on destruction. Not thread-safe.
class TextWriter {
 public:
  explicit TextWriter(std::ostream& stream) : stream_(&stream) {}
  explicit TextWriter(const StandardError& err) : err_(&err) {}
  ~TextWriter() { Flush(); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  template <typename... Args>
  void Print(fmt::format_string<Args...> format, Args&&... args) {
    Add(format, fmt::make_format_args(args...));
  }
  void Flush();

 private:
  static constexpr std::size_t kFlushSize = 64 << 10;

  void Add(fmt::string_view format, fmt::format_args args);

  std::ostream* stream_ = nullptr;      // or, where that is null,
  const StandardError* err_ = nullptr;  // where it goes
  std::string text_;
};

// What is wrong with the files that were dumped, told at the end. Files come in the order in which
// Kafka's tool tells them, that of Java's hash maps over their absolute paths.
class DumpProblems {
 public:
  using Pair = std::pair<std::int64_t, std::int64_t>;

  // A record's offset does not follow the one before it.
  void AddGap(const std::string& log, std::int64_t previous, std::int64_t offset) {
    gaps_.ComputeIfAbsent(log)[previous] = offset;
  }
  // An entry of an offset index, and what the batch ends with that it points at.
  void AddIndexMismatch(const std::string& index, std::int64_t indexed, std::int64_t found) {
    index_mismatches_.ComputeIfAbsent(index)[indexed] = found;
  }
  // Entries of a time index: another time than the largest of the batch; not later than the entry
  // before; no batch that ends with the entry's offset.
  void AddTimeMismatch(const std::string& index, std::int64_t indexed, std::int64_t found) {
    time_mismatches_.ComputeIfAbsent(index).emplace_back(indexed, found);
  }
  void AddTimeDisorder(const std::string& index, std::int64_t indexed, std::int64_t previous) {
    time_disorders_.ComputeIfAbsent(index).emplace_back(indexed, previous);
  }
  void AddOffsetNotFound(const std::string& index, std::int64_t indexed, std::int64_t found) {
    offsets_not_found_.ComputeIfAbsent(index).emplace_back(indexed, found);
  }

  void Print(TextWriter& out) const;

 private:
  template <typename Value>
  using ByFile = engine::JavaMap<std::string, Value>;

  ByFile<std::map<std::int64_t, std::int64_t>> gaps_;
  ByFile<std::map<std::int64_t, std::int64_t, std::greater<>>> index_mismatches_;
  ByFile<std::vector<Pair>> time_mismatches_;
  ByFile<std::vector<Pair>> time_disorders_;
  ByFile<std::vector<Pair>> offsets_not_found_;
};

}  // namespace rill::cli
