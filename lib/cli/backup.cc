#include "cli/backup.h"

#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "cli/app_words.h"
#include "cli/folder_in_use.h"
#include "engine/catalogue_file.h"
#include "fmt/format.h"
#include "rill/engine.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

constexpr int kMade = 0;
constexpr int kFailed = 2;

struct BackupWords {
  std::string folder;
  std::string to;
};

std::unique_ptr<CLI::App> MakeApp(BackupWords& words) {
  auto app = std::make_unique<CLI::App>(
      "Makes a backup of a data folder that nobody has open: a data folder of its own, whose\n"
      "segments are hard links to those of the first. Nothing that is done to either later "
      "changes\n"
      "the other. The folder is opened for that, and recovered where it was not closed; one that "
      "a\n"
      "process has open is refused: let that process call Engine::Backup.");
  app->name("rill backup");
  app->set_help_flag("-h,--help", "Print this");
  app->add_option("folder,--data-dir", words.folder, "The data folder")->required();
  app->add_option("to", words.to,
                  "The backup, a folder that is not there yet, on the same file system")
      ->required();
  app->footer("Exit code: 0 when the backup is made, 2 otherwise.");
  return app;
}

class BackupMaker {
 public:
  explicit BackupMaker(const CommandContext& context) : context_(context) {}

  absl::Status Make(const BackupWords& words) {
    const auto from = FolderOf(context_, words.folder);
    if (!from.ok()) return from.status();
    const std::string& folder = *from;
    const auto to = FolderOf(context_, words.to);
    if (!to.ok()) return to.status();
    // Opening makes a data folder of whatever it is given.
    const auto is_data_folder = context_.files.Exists(folder + "/" + engine::kCatalogueFile);
    if (!is_data_folder.ok()) return is_data_folder.status();
    if (!*is_data_folder) {
      return absl::NotFoundError(fmt::format("{} is no data folder of rill's: it has no {}", folder,
                                             engine::kCatalogueFile));
    }
    Options options;
    options.maintenance = Options::Maintenance::kByCaller;  // nothing else is done to the folder
    auto engine = OpenFolder(context_, "backup", folder, std::move(options));
    if (!engine.ok()) return WithWay(engine.status(), folder);
    auto status = engine->Backup(*to);
    status.Update(engine->Close());
    if (status.ok()) context_.out << fmt::format("{} is a backup of {}\n", *to, folder);
    return status;
  }

 private:
  // The words of Open are for programs.
  absl::Status WithWay(const absl::Status& status, const std::string& folder) const {
    if (!IsInUse(context_, folder)) return status;
    return absl::Status(status.code(),
                        fmt::format("{}, or let that process call Engine::Backup, which makes one "
                                    "while it writes",
                                    std::string(status.message())));
  }

  const CommandContext& context_;
};

}  // namespace

std::string BackupHelp() {
  BackupWords words;
  return MakeApp(words)->help();
}

int RunBackup(const CommandContext& context, std::span<const std::string> words) {
  BackupWords parsed;
  const auto app = MakeApp(parsed);
  if (const auto exit_code = ReadWords(*app, context, words, kFailed)) return *exit_code;
  const auto made = BackupMaker(context).Make(parsed);
  if (made.ok()) return kMade;
  context.err.Write(fmt::format("rill backup: {}\n", std::string(made.message())));
  return kFailed;
}

}  // namespace rill::cli
