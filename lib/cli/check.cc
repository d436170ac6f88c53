#include "cli/check.h"

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "cli/app_words.h"
#include "cli/byte_progress.h"
#include "cli/check_printer.h"
#include "engine/folder_check.h"
#include "fmt/format.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

constexpr int kSound = 0;
constexpr int kDamaged = 1;
constexpr int kFailed = 2;

struct CheckWords {
  std::string folder;
  std::vector<std::string> topics;
  bool repair = false;
  bool verbose = false;
  bool json = false;
};

std::unique_ptr<CLI::App> MakeApp(CheckWords& words) {
  auto app = std::make_unique<CLI::App>(
      "Verifies a data folder of rill's or of Apache Kafka's that nobody has open: every checksum\n"
      "and record, the indexes, snapshots, leader epochs and checkpoints against the batches, the\n"
      "catalogue and the committed offsets. Prints a line for each damage, and for what a crash\n"
      "tore and the next open cuts off. Nothing is changed without --repair. A folder that a\n"
      "process has open is refused: close it, or check a backup of it.");
  app->name("rill check");
  app->set_help_flag("-h,--help", "Print this");
  app->add_option("folder,--data-dir", words.folder, "The data folder")->required();
  app->add_option("--topic", words.topics,
                  "Look into the partitions of this topic only; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app->add_flag(
      "-v,--verbose", words.verbose,
      "Tell also what is as it may be: a writer's reserve, what the next open makes anew, "
      "leftovers, unknown files");
  app->add_flag("--repair", words.repair,
                "Do what the next open would (cut torn ends off, which drops what is behind them), "
                "make damaged index files and producer snapshots anew, and check again");
  app->add_flag("--json", words.json,
                "Print JSON, an object a line for each finding and for the summary");
  app->footer(
      "Exit code: 0 when the folder is sound, 1 when something is damaged, 2 when the words are\n"
      "wrong or something could not be looked into.");
  return app;
}

class Checker {
 public:
  Checker(const CommandContext& context, const CheckWords& words)
      : context_(context),
        words_(words),
        printer_(words.json ? NewCheckObjects(context.out, context.err)
                            : NewCheckText(context.out)) {}

  int Run() {
    const auto path = FolderOf(context_, words_.folder);
    if (!path.ok()) return Fail(path.status());
    path_ = *path;
    if (words_.repair && !words_.topics.empty()) {
      return Fail(absl::InvalidArgumentError("--repair is for a whole folder, without --topic"));
    }
    auto checked = Check();
    if (!checked.ok()) return Fail(checked.status());
    const bool needs_nothing =
        checked->was_closed && ExitCode(*checked) == kSound && checked->cut == 0;
    if (!words_.repair || needs_nothing) return ExitCode(*checked);
    if (!checked->has_catalogue) {
      return Fail(absl::FailedPreconditionError(
          "--repair is for folders of rill's: a broker recovers its own when it starts"));
    }
    printer_->BeginRepair(path_);
    if (auto repaired = Repair(*checked); !repaired.ok()) return Fail(repaired);
    checked = Check();
    if (!checked.ok()) return Fail(checked.status());
    if (checked->damaged > 0) printer_->TellDamageLeft();
    return ExitCode(*checked);
  }

 private:
  absl::StatusOr<engine::FolderCheckSummary> Check() {
    ByteProgress progress(context_.err, context_.err_is_terminal);
    auto checked = engine::CheckFolder(
        context_.files, path_,
        {.topics = {words_.topics.begin(), words_.topics.end()},
         .progress = [&](std::uint64_t done, std::uint64_t total) { progress.Show(done, total); },
         .sink =
             [&](const log::Finding& finding) {
               progress.Wipe();
               Print(finding);
             }});
    progress.Wipe();
    if (checked.ok()) printer_->PrintSummary(path_, *checked);
    return checked;
  }

  void Print(const log::Finding& finding) {
    if (finding.kind == log::Finding::Kind::kNote && !words_.verbose) return;
    printer_->PrintFinding(finding);
    context_.out.flush();
  }

  absl::Status Repair(const engine::FolderCheckSummary& checked) {
    Options options;
    absl::Mutex mutex;  // lines come from any thread
    options.log_sink = [this, &mutex](LogLevel level, std::string_view line) {
      if (level < LogLevel::kInfo) return;
      absl::MutexLock lock(&mutex);
      printer_->PrintRepair(line);
    };
    return engine::RepairFolder(path_, checked, std::move(options));
  }

  static int ExitCode(const engine::FolderCheckSummary& checked) {
    if (checked.damaged > 0) return kDamaged;
    return checked.unread > 0 ? kFailed : kSound;
  }

  int Fail(const absl::Status& status) {
    context_.out.flush();
    context_.err.Write(fmt::format("rill check: {}\n", std::string(status.message())));
    return kFailed;
  }

  const CommandContext& context_;
  const CheckWords& words_;
  const std::unique_ptr<CheckPrinter> printer_;
  std::string path_;
};

}  // namespace

std::string CheckHelp() {
  CheckWords words;
  return MakeApp(words)->help();
}

int RunCheck(const CommandContext& context, std::span<const std::string> words) {
  CheckWords parsed;
  const auto app = MakeApp(parsed);
  if (const auto exit_code = ReadWords(*app, context, words, kFailed)) return *exit_code;
  const int exit_code = Checker(context, parsed).Run();
  context.out.flush();
  if (context.out.good()) return exit_code;
  context.err.Write("rill check: standard output does not take what is written to it\n");
  return kFailed;
}

}  // namespace rill::cli
