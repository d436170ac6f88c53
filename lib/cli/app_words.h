#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command_context.h"

namespace CLI {
class App;
}

namespace rill::cli {

// Reads `words` into `app`, which has the command's name ("rill check"). Nothing where they are
// right; else the exit code: 0 when help was asked for and printed, `wrong` when it was told on
// `err`, behind the command's name, what is wrong with them: the first option that there is not,
// and which was meant; what is missing, and how the command is called.
std::optional<int> ReadWords(CLI::App& app, const CommandContext& context,
                             std::span<const std::string> words, int wrong);

// The folder that `word` names, from the root. InvalidArgument for what is no path of one: nothing,
// "mem:", a scheme.
absl::StatusOr<std::string> FolderOf(const CommandContext& context, const std::string& word);

// More than any file of properties has.
inline constexpr std::uint64_t kMaxPropertiesFile = std::uint64_t{1} << 20;

// The bytes of the file that `name` names, from the working folder on where it is relative. The
// statuses of io::ReadSmallFile.
absl::StatusOr<std::string> ReadNamedFile(const CommandContext& context, const std::string& name,
                                          std::uint64_t max_size);

}  // namespace rill::cli
