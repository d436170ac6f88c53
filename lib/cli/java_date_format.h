#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rill::cli {

// Local times as java.text.SimpleDateFormat writes them, by a pattern of y, M, d, H, m, s and S
// (numbers, with as many digits as letters; yy is the year's end), quoted text and what is no
// letter: "yyyy-MM-dd HH:mm:ss:SSS".
class JavaDateFormat {
 public:
  // InvalidArgument names another letter, and a quote without its end.
  static absl::StatusOr<JavaDateFormat> Parse(std::string_view pattern);

  std::string Format(absl::Time time) const;

 private:
  explicit JavaDateFormat(std::string_view pattern) : pattern_(pattern) {}

  std::string pattern_;
};

}  // namespace rill::cli
