#include "cli/app_words.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "engine/where.h"
#include "fmt/format.h"
#include "io/path.h"
#include "io/small_file.h"

namespace rill::cli {
namespace {

std::string AbsolutePath(const CommandContext& context, const std::string& path) {
  return io::NormalPath(path.starts_with('/') ? path : context.working_directory + "/" + path);
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
                                  error.what(), app.get_name()));
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
