#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "client/remote/error_text.h"

// Prints what rill's admin tools say of the errors that they have words for, as
// java/ErrorTexts.java does.
int main() {
  constexpr int kFirst = -1;
  constexpr int kLast = static_cast<int>(rill::ErrorCode::kControllerIdNotRegistered);
  for (int number = kFirst; number <= kLast; ++number) {
    const auto code = static_cast<rill::ErrorCode>(number);
    const std::string_view name = rill::ErrorCodeName(code);
    const std::string_view text = rill::remote::ErrorText(code);
    if (code == rill::ErrorCode::kNone || text == name) continue;
    fmt::print("{} {} {}\n", name, rill::remote::ExceptionName(code), text);
  }
  return 0;
}
