#include "net/text_pattern.h"

#include <re2/re2.h>

#include <utility>

namespace rill::net {
namespace {

// Of RE2's own 8 MiB. Two thirds of it are what a pattern may be made into: some 10,000 steps, one
// for a letter, of which a byte of a text takes as many at worst. That is for who has threads of
// their own to wait for it (Workers).
constexpr std::int64_t kMaxMemory = 256 << 10;

re2::RE2::Options Quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

}  // namespace

TextPattern::TextPattern(std::shared_ptr<const re2::RE2> pattern) : pattern_(std::move(pattern)) {}

absl::StatusOr<TextPattern> TextPattern::Parse(std::string_view text) {
  auto pattern =
      std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), Quiet());
  if (!pattern->ok()) return absl::InvalidArgumentError(pattern->error());
  return TextPattern(std::move(pattern));
}

bool TextPattern::Matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *pattern_);
}

}  // namespace rill::net
