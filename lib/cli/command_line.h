#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rill::cli {

// Whether an option may be shortened to what no other begins with, as the library argparse4j has
// it.
enum class Shortening { kNone, kToPrefix };

enum class Argument { kNone, kOptional, kRequired, kSeveral };

struct OptionSpec {
  std::string_view name;
  Argument argument = Argument::kNone;
};

// A command line read by the rules of Kafka's tools (those of the Java library jopt-simple, without
// abbreviations unless Shortening::kToPrefix):
//
//   --name value, --name=value, -name value and -name=value are the same
//   a required argument is the next word, whatever it looks like; an optional one is the next word
//   unless that begins with a dash; several are all words up to the next that does (those of the
//   library argparse4j); a flag ignores an argument given with "="
//   words that belong to no option are ignored, as is everything behind "--"
//   options may be repeated, but then their argument cannot be asked for
class CommandLine {
 public:
  // InvalidArgument names an option that `specs` do not have, or several times, or whose argument
  // is missing. `specs` must outlive the result.
  static absl::StatusOr<CommandLine> Parse(std::span<const OptionSpec> specs,
                                           std::span<const std::string> words,
                                           Shortening shortening = Shortening::kNone);

  bool Has(std::string_view name) const;

  // The arguments of an option in their order; empty when it was not given.
  std::vector<std::string> Values(std::string_view name) const;

  // The options that were given, in their order and with repetitions.
  const std::vector<std::string_view>& order() const { return order_; }

  // The words that belong to no option, up to "--".
  const std::vector<std::string>& ignored() const { return ignored_; }

  // The argument of an option, `otherwise` when it was not given or had none. InvalidArgument when
  // there are several.
  absl::StatusOr<std::string> Value(std::string_view name, std::string_view otherwise) const;

 private:
  struct Given {
    std::string_view name;
    std::vector<std::string> arguments;
  };
  Given& Note(std::string_view name);

  std::vector<Given> given_;
  std::vector<std::string_view> order_;
  std::vector<std::string> ignored_;
};

}  // namespace rill::cli
