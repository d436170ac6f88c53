#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/parse_number.h"
#include "rill/c.h"

namespace rill::c {

// Takes options by their names. What is not there leaves its target as it is; the first value that
// cannot be read is what Finish returns.
class OptionReader {
 public:
  using Values = std::map<std::string, std::optional<std::string>>;

  // `options` may be null.
  explicit OptionReader(const rill_options* options);

  void Text(const char* name, std::string& target);
  void List(const char* name, std::vector<std::string>& target);
  void Boolean(const char* name, bool& target);
  void Milliseconds(const char* name, absl::Duration& target);

  template <typename T>
  void Number(const char* name, T& target) {
    const auto text = Take(name);
    if (!text.has_value()) return;
    const auto number = base::ParseNumber<T>(*text);
    if (!number.has_value()) return Refuse(name, *text, "a number that fits");
    target = *number;
  }

  template <typename T>
  void Choice(const char* name, std::initializer_list<std::pair<const char*, T>> choices,
              T& target) {
    const auto text = Take(name);
    if (!text.has_value()) return;
    std::string names;
    for (const auto& [choice, value] : choices) {
      if (*text == choice) {
        target = value;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(choice);
    }
    Refuse(name, *text, "one of " + names);
  }

  // Whatever was not taken.
  std::map<std::string, std::string> Rest();

  // InvalidArgument (INVALID_CONFIG) for a value that was refused, or a name that nobody took,
  // which `taker` does not know.
  absl::Status Finish(const char* taker) const;

 private:
  std::optional<std::string> Take(const std::string& name);
  void Refuse(const std::string& name, const std::string& text, const std::string& allowed);

  Values values_;
  absl::Status status_;
};

absl::Status OptionError(const std::string& message);

}  // namespace rill::c
