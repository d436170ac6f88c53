#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rill/record_batch.h"

// Records of every kind, from a seed.
namespace rill::oracle {

// A record that owns its bytes; nullopt is null.
struct OwnedRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> owned_headers;
  std::vector<Header> headers;
  std::int64_t timestamp_ms = 0;

  static std::string_view View(const std::optional<std::string>& bytes) {
    return bytes.has_value() ? std::string_view(*bytes) : std::string_view();
  }
  // Valid until the record is changed or moved.
  RecordData Data() {
    headers.clear();
    for (const auto& [name, content] : owned_headers) headers.push_back({name, View(content)});
    return {View(key), View(value), headers, timestamp_ms};
  }
};

class RandomRecords {
 public:
  // With `text`, keys, values and header names are UTF-8 in one line.
  RandomRecords(std::uint64_t seed, bool text) : random_(seed), text_(text) {}

  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  bool OneIn(std::uint64_t chances) { return Below(chances) == 0; }

  OwnedRecord Next() {
    OwnedRecord record;
    record.key = Maybe(24);
    record.value = Maybe(OneIn(60) ? 20'000 : 120);
    for (std::uint64_t left = OneIn(3) ? Below(5) : 0; left > 0; --left) {
      record.owned_headers.emplace_back(Words(Below(12)), Maybe(40));
    }
    now_ms_ += OneIn(5) ? Below(1000) : 0;
    record.timestamp_ms = now_ms_ - static_cast<std::int64_t>(OneIn(10) ? Below(5000) : 0);
    return record;
  }

 private:
  std::optional<std::string> Maybe(std::size_t longest) {
    if (OneIn(9)) return std::nullopt;
    if (OneIn(9)) return std::string();
    if (text_) return Words(Below(longest) + 1);
    std::string bytes(Below(longest) + 1, '\0');
    for (char& byte : bytes) byte = static_cast<char>(Below(256));
    return bytes;
  }
  std::string Words(std::size_t size) {
    static constexpr std::string_view kPieces[] = {"a",
                                                   "stream ",
                                                   "of ",
                                                   "Z",
                                                   "7",
                                                   "key: ",
                                                   "payload: ",
                                                   "\xc3\xbc",
                                                   "| ",
                                                   "\xe2\x82\xac",
                                                   "\xf0\x9f\x8c\x8a",
                                                   "-"};
    std::string text;
    while (text.size() < size) text += kPieces[Below(std::size(kPieces))];
    return text;
  }

  std::mt19937_64 random_;
  const bool text_;
  std::int64_t now_ms_ = 1'000'000'000'000;  // 9 September 2001
};

}  // namespace rill::oracle
