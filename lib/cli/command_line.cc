#include "cli/command_line.h"

#include <algorithm>
#include <optional>

#include "base/near_name.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

struct Word {
  std::string_view name;
  std::optional<std::string_view> argument;  // what stands behind "="
};

// What an option's word says: its dashes are gone, its argument is split off.
Word SplitWord(std::string_view word) {
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {word, std::nullopt};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

bool LooksLikeOption(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

absl::Status Bad(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest, message);
}

// How Kafka's tools were told of a cluster before --bootstrap-server.
constexpr std::string_view kFormerPlaces[] = {"broker-list", "zookeeper"};
// What else they called by another name once, that is not like the one of now.
constexpr std::pair<std::string_view, std::string_view> kFormerNames[] = {{"whitelist", "include"}};

bool Has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string HintFor(std::string_view name, std::span<const std::string_view> names) {
  if (Has(kFormerPlaces, name)) return "--bootstrap-server says where the cluster is; ";
  for (const auto& [former, now] : kFormerNames) {
    if (name == former && Has(names, now)) return fmt::format("it is called --{} now; ", now);
  }
  const auto near = base::NearestName(name, names);
  return near ? fmt::format("did you mean --{}? ", *near) : std::string();
}

absl::Status Unknown(std::string_view word, std::string_view name,
                     std::span<const OptionSpec> specs) {
  std::vector<std::string_view> names;
  for (const OptionSpec& known : specs) names.push_back(known.name);
  return Bad(fmt::format("{} is not an option; {}--help lists them", word, HintFor(name, names)));
}

// The only option that begins so; null for none.
absl::StatusOr<const OptionSpec*> Shortened(std::string_view name,
                                            std::span<const OptionSpec> specs) {
  std::vector<const OptionSpec*> meant;
  for (const OptionSpec& known : specs) {
    if (known.name.starts_with(name)) meant.push_back(&known);
  }
  if (meant.empty()) return nullptr;
  if (meant.size() == 1) return meant.front();
  std::vector<std::string> names;
  names.reserve(meant.size());
  for (const OptionSpec* const known : meant) names.push_back(fmt::format("--{}", known->name));
  std::sort(names.begin(), names.end());
  return Bad(fmt::format("ambiguous option: --{} could match {}", name, fmt::join(names, ", ")));
}

// The option that a word names; an error where there is none.
absl::StatusOr<const OptionSpec*> Named(const std::string& word, std::string_view name,
                                        std::span<const OptionSpec> specs, Shortening shortening) {
  const auto exact = std::find_if(specs.begin(), specs.end(),
                                  [&](const OptionSpec& known) { return known.name == name; });
  if (exact != specs.end()) return &*exact;
  if (shortening == Shortening::kToPrefix && word.starts_with("--") && !name.empty()) {
    auto shortened = Shortened(name, specs);
    if (!shortened.ok() || *shortened != nullptr) return shortened;
  }
  return Unknown(word, name, specs);
}

}  // namespace

CommandLine::Given& CommandLine::Note(std::string_view name) {
  order_.push_back(name);
  for (Given& given : given_) {
    if (given.name == name) return given;
  }
  return given_.emplace_back(Given{name, {}});
}

absl::StatusOr<CommandLine> CommandLine::Parse(std::span<const OptionSpec> specs,
                                               std::span<const std::string> words,
                                               Shortening shortening) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (!LooksLikeOption(words[i])) {
      line.ignored_.push_back(words[i]);
      continue;
    }
    const Word word = SplitWord(words[i]);
    const auto named = Named(words[i], word.name, specs, shortening);
    if (!named.ok()) return named.status();
    const OptionSpec* const spec = *named;
    Given& given = line.Note(spec->name);
    if (spec->argument == Argument::kNone) continue;
    const bool has_next = i + 1 < words.size();
    if (word.argument) {
      given.arguments.emplace_back(*word.argument);
    } else if (spec->argument == Argument::kRequired) {
      if (!has_next) return Bad(fmt::format("--{} needs an argument", spec->name));
      given.arguments.push_back(words[++i]);
    } else if (has_next && !LooksLikeOption(words[i + 1])) {
      given.arguments.push_back(words[++i]);
    }
    if (spec->argument != Argument::kSeveral) continue;
    while (i + 1 < words.size() && !LooksLikeOption(words[i + 1])) {
      given.arguments.push_back(words[++i]);
    }
    if (given.arguments.empty()) return Bad(fmt::format("--{} needs an argument", spec->name));
  }
  return line;
}

bool CommandLine::Has(std::string_view name) const {
  return std::any_of(given_.begin(), given_.end(),
                     [name](const Given& given) { return given.name == name; });
}

std::vector<std::string> CommandLine::Values(std::string_view name) const {
  for (const Given& given : given_) {
    if (given.name == name) return given.arguments;
  }
  return {};
}

absl::StatusOr<std::string> CommandLine::Value(std::string_view name,
                                               std::string_view otherwise) const {
  for (const Given& given : given_) {
    if (given.name != name || given.arguments.empty()) continue;
    if (given.arguments.size() > 1) {
      return Bad(
          fmt::format("Found multiple arguments for option {}, but you asked for only one", name));
    }
    return given.arguments.front();
  }
  return std::string(otherwise);
}

}  // namespace rill::cli
