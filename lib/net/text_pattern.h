#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace re2 {
class RE2;
}

namespace rill::net {

// A regular expression for a whole text, in the syntax of RE2, which Kafka's brokers take for
// topics: no back-references, and no match that takes longer than the text's length times the
// pattern's, which is limited. A value.
class TextPattern {
 public:
  // InvalidArgument, with what is wrong, for what is none or would be too large.
  static absl::StatusOr<TextPattern> Parse(std::string_view text);

  bool Matches(std::string_view text) const;

 private:
  explicit TextPattern(std::shared_ptr<const re2::RE2> pattern);

  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace rill::net
