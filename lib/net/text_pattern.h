#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rill::net {

// A regular expression for a whole text, of those of Java that can be matched in time that grows
// with the text and no faster: characters, ".", classes ("[a-z_]", "[^0-9]", "\d", "\w"), each of
// them once or with "*", "+" or "?" behind it, and alternatives of these ("a.*|b"). A value.
class TextPattern {
 public:
  static constexpr std::size_t kMaxLength = 1024;

  // InvalidArgument for anything else: groups, counts, anchors, what is longer.
  static absl::StatusOr<TextPattern> Parse(std::string_view text);

  bool Matches(std::string_view text) const;

 private:
  struct Item {
    std::bitset<256> bytes;
    bool may_be_missing = false;
    bool may_repeat = false;
  };
  using Sequence = std::vector<Item>;

  class Parser;
  static bool Matches(const Sequence& sequence, std::string_view text);

  std::vector<Sequence> alternatives_;
};

}  // namespace rill::net
