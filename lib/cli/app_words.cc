#include "cli/app_words.h"

#include <cstddef>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "base/near_name.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "io/path.h"
#include "io/small_file.h"

namespace rill::cli {
namespace {

std::string AbsolutePath(const CommandContext& context, const std::string& path) {
  return io::NormalPath(path.starts_with('/') ? path : context.working_directory + "/" + path);
}

bool LooksLikeOption(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

std::string NoOption(const CLI::App& app, std::string_view word) {
  const std::string_view option = word.substr(0, word.find('='));
  std::string_view name = option;
  name.remove_prefix(name.starts_with("--") ? 2 : 1);
  std::vector<std::string_view> names;
  for (const CLI::Option* known : app.get_options()) {
    names.insert(names.end(), known->get_lnames().begin(), known->get_lnames().end());
  }
  const auto near = base::NearestName(name, names);
  return fmt::format("{} is not an option{}", option,
                     near ? fmt::format("; did you mean --{}?", *near) : std::string());
}

// "Usage: rill backup [OPTIONS] folder to"
std::string UsageOf(const CLI::App& app) {
  const std::string help = app.help();
  const std::size_t begin = help.find("Usage:");
  if (begin == std::string::npos) return app.get_name();
  return help.substr(begin, help.find('\n', begin) - begin);
}

// A command that takes none at all has an option for what was meant.
std::string TooMany(const CLI::App& app, const std::string& word) {
  std::vector<std::string> options;
  for (const CLI::Option* known : app.get_options()) {
    if (known->get_positional()) return fmt::format("\"{}\" is a word too many", word);
    if (known->get_expected_min() > 0) options.push_back(known->get_name());
  }
  return fmt::format("\"{}\" has no option before it; those that take a word are {}", word,
                     fmt::join(options, ", "));
}

// The library tells of what it has no option for from the last to the first, and, of an option that
// is misspelt and has to be there, that it is missing.
std::string WhatIsWrong(const CLI::App& app, const CLI::ParseError& error) {
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const bool is_missing = code == CLI::ExitCodes::RequiredError;
  if (!is_missing && code != CLI::ExitCodes::ExtrasError) return error.what();
  const std::vector<std::string> extras = app.remaining();
  for (const std::string& word : extras) {
    if (LooksLikeOption(word)) return NoOption(app, word);
  }
  if (is_missing) return fmt::format("{}\n{}", error.what(), UsageOf(app));
  return extras.empty() ? std::string(error.what()) : TooMany(app, extras.front());
}

}  // namespace

std::optional<int> ReadWords(CLI::App& app, const CommandContext& context,
                             std::span<const std::string> words, int wrong) {
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, context.out, context.out);
    context.err.Write(fmt::format("{}: {}\n{} --help lists what there is\n", app.get_name(),
                                  WhatIsWrong(app, error), app.get_name()));
    return wrong;
  }
}

absl::StatusOr<std::string> FolderOf(const CommandContext& context, const std::string& word) {
  if (word.empty()) {
    return absl::InvalidArgumentError("an empty word names no folder; give the path of one");
  }
  const auto where = engine::CheckWhere(word);
  if (!where.ok()) return where;
  if (*where == engine::kMemory) {
    return absl::InvalidArgumentError(
        "\"mem:\" is memory of a process and no folder; give the path of one (\"./mem:\" if that "
        "is its name)");
  }
  return AbsolutePath(context, *where);
}

absl::StatusOr<std::string> ReadNamedFile(const CommandContext& context, const std::string& name,
                                          std::uint64_t max_size) {
  return io::ReadSmallFile(context.files, AbsolutePath(context, name), max_size);
}

}  // namespace rill::cli
