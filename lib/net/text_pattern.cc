#include "net/text_pattern.h"

#include <utility>

#include "fmt/format.h"

namespace rill::net {
namespace {

using Bytes = std::bitset<256>;

std::size_t At(char c) { return static_cast<unsigned char>(c); }

Bytes Range(char first, char last) {
  Bytes bytes;
  for (std::size_t i = At(first); i <= At(last); ++i) bytes.set(i);
  return bytes;
}

Bytes Any() { return ~Bytes().set(At('\n')).set(At('\r')); }

bool IsLetterOrDigit(char c) {
  return (Range('a', 'z') | Range('A', 'Z') | Range('0', '9')).test(At(c));
}

absl::Status Unknown(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("\"{}\" is not known in a pattern here", what));
}

}  // namespace

class TextPattern::Parser {
 public:
  explicit Parser(std::string_view text) : left_(text) {}

  absl::StatusOr<std::vector<Sequence>> Parse() {
    std::vector<Sequence> alternatives(1);
    while (!left_.empty()) {
      if (left_.front() == '|') {
        Take();
        alternatives.emplace_back();
        continue;
      }
      auto item = TakeItem();
      if (!item.ok()) return item.status();
      alternatives.back().push_back(*std::move(item));
    }
    return alternatives;
  }

 private:
  char Take() {
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }
  bool TakeIf(char c) {
    const bool is_there = !left_.empty() && left_.front() == c;
    if (is_there) left_.remove_prefix(1);
    return is_there;
  }

  absl::StatusOr<Item> TakeItem() {
    auto bytes = TakeBytes();
    if (!bytes.ok()) return bytes.status();
    Item item{*bytes};
    if (TakeIf('*')) {
      item.may_be_missing = item.may_repeat = true;
    } else if (TakeIf('+')) {
      item.may_repeat = true;
    } else if (TakeIf('?')) {
      item.may_be_missing = true;
    }
    return item;
  }

  absl::StatusOr<Bytes> TakeBytes() {
    const char c = Take();
    if (c == '.') return Any();
    if (c == '[') return TakeClass();
    if (c == '\\') return TakeEscape();
    constexpr std::string_view kOthers = "(){}^$*+?";
    if (kOthers.find(c) != std::string_view::npos) return Unknown(std::string_view(&c, 1));
    return Bytes().set(At(c));
  }

  absl::StatusOr<Bytes> TakeEscape() {
    if (left_.empty()) return Unknown("\\");
    const char c = Take();
    if (c == 'd') return Range('0', '9');
    if (c == 'w') return Range('a', 'z') | Range('A', 'Z') | Range('0', '9') | Range('_', '_');
    if (IsLetterOrDigit(c)) return Unknown(fmt::format("\\{}", c));
    return Bytes().set(At(c));
  }

  absl::StatusOr<Bytes> TakeClass() {
    Bytes bytes;
    const bool is_negated = TakeIf('^');
    while (!left_.empty() && left_.front() != ']') {
      const char first = Take();
      if (first == '[' || first == '&') return Unknown("[...[ or &]");
      if (first == '\\') {
        auto escaped = TakeEscape();
        if (!escaped.ok()) return escaped;
        bytes |= *escaped;
        continue;
      }
      const bool is_range = left_.size() > 1 && left_[0] == '-' && left_[1] != ']';
      if (is_range) Take();
      const char last = is_range ? Take() : first;
      if (At(last) < At(first) || last == '\\' || last == '[') return Unknown("[z-a]");
      bytes |= Range(first, last);
    }
    if (!TakeIf(']') || bytes.none()) return Unknown("[");
    return is_negated ? ~bytes : bytes;
  }

  std::string_view left_;
};

absl::StatusOr<TextPattern> TextPattern::Parse(std::string_view text) {
  if (text.size() > kMaxLength) {
    return absl::InvalidArgumentError(
        fmt::format("a pattern has at most {} characters", kMaxLength));
  }
  auto alternatives = Parser(text).Parse();
  if (!alternatives.ok()) return alternatives.status();
  TextPattern pattern;
  pattern.alternatives_ = *std::move(alternatives);
  return pattern;
}

// All places in the sequence at once: reached[i] says that the text so far is what is before item
// i.
bool TextPattern::Matches(const Sequence& sequence, std::string_view text) {
  std::vector<bool> reached(sequence.size() + 1);
  const auto skip_missing = [&](std::vector<bool>& places) {
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      if (places[i] && sequence[i].may_be_missing) places[i + 1] = true;
    }
  };
  reached[0] = true;
  skip_missing(reached);
  for (const char c : text) {
    std::vector<bool> next(sequence.size() + 1);
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      if (!reached[i] || !sequence[i].bytes.test(At(c))) continue;
      next[i + 1] = true;
      if (sequence[i].may_repeat) next[i] = true;
    }
    skip_missing(next);
    reached = std::move(next);
  }
  return reached.back();
}

bool TextPattern::Matches(std::string_view text) const {
  for (const Sequence& sequence : alternatives_) {
    if (Matches(sequence, text)) return true;
  }
  return false;
}

}  // namespace rill::net
