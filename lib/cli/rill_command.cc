#include "cli/rill_command.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "cli/backup.h"
#include "cli/check.h"
#include "cli/dump_log_options.h"
#include "cli/import.h"
#include "fmt/format.h"
#include "rill/version.h"

namespace rill::cli {
namespace {

constexpr char kBackup[] = "backup";
constexpr char kCheck[] = "check";
constexpr char kDumpLog[] = "dump-log";
constexpr char kHelp[] = "help";
constexpr char kImport[] = "import";
constexpr char kDumpLogLink[] = "kafka-dump-log";

// How many letters must be added, removed or changed to make `b` of `a`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// How far `word` is from `command`; how a command begins is as near as its whole name, however much
// is missing.
std::size_t Distance(std::string_view word, std::string_view command) {
  if (!word.empty() && command.starts_with(word)) return 0;
  return EditDistance(word, command);
}

// The command that somebody meant who wrote `word`, if one is near.
std::optional<std::string_view> NearestCommand(std::string_view word) {
  constexpr std::size_t kNear = 3;
  std::optional<std::string_view> nearest;
  std::size_t least = kNear + 1;
  for (const std::string_view command : {kBackup, kCheck, kDumpLog, kHelp, kImport, kDumpLogLink}) {
    const std::size_t distance = Distance(word, command);
    if (distance >= least || distance >= command.size()) continue;
    least = distance;
    nearest = command == kDumpLogLink ? kDumpLog : command;
  }
  return nearest;
}

int RefuseWord(std::ostream& err, std::string_view word) {
  const char* kind = word.starts_with('-') ? "option" : "command";
  const auto nearest = NearestCommand(word);
  err << fmt::format("rill: there is no {} \"{}\"{}\nrill --help lists what there is\n", kind, word,
                     nearest ? fmt::format("; did you mean \"rill {}\"?", *nearest) : "");
  return 1;
}

// Tells about `topic`, or about all of rill (with `overview`) when it is empty.
int TellAbout(const CommandContext& context, const std::string& overview,
              const std::string& topic) {
  if (topic.empty()) {
    context.out << overview;
    return 0;
  }
  if (topic == kDumpLog || topic == kDumpLogLink) {
    context.out << fmt::format(
        "Usage: rill {} --files <file1,file2,...> [options]\n"
        "       {} --files <file1,file2,...> [options]\n\n{}",
        kDumpLog, kDumpLogLink, kDumpLogHelp);
    return 0;
  }
  if (topic == kBackup) {
    context.out << BackupHelp();
    return 0;
  }
  if (topic == kCheck) {
    context.out << CheckHelp();
    return 0;
  }
  if (topic == kImport) {
    context.out << ImportHelp();
    return 0;
  }
  if (topic == kHelp) {
    context.out << "Usage: rill help [command]\n\nTells about a command, or lists the commands.\n";
    return 0;
  }
  return RefuseWord(context.err, topic);
}

int RunTopLevel(const CommandContext& context, std::span<const std::string> words) {
  CLI::App app{"rill: Kafka's log as a C++ library, and the tools to look into its files."};
  app.name("rill");
  app.set_help_flag("-h,--help", "Print this");
  app.set_version_flag("--version", "rill " RILL_VERSION, "Print the version of rill");
  app.allow_extras();  // refused below, with the command that is nearest
  app.footer("\"rill help <command>\" tells about a command.");
  app.add_subcommand(kBackup, "Make a backup of a data folder, by hard links");
  app.add_subcommand(kCheck, "Verify a data folder, and repair what can be made anew");
  app.add_subcommand(kDumpLog, "Print what log, index and snapshot files hold, as kafka-dump-log");
  app.add_subcommand(kImport, "Take topics that Apache Kafka wrote into a data folder");
  CLI::App* const help = app.add_subcommand(kHelp, "Tell about a command");
  std::string topic;
  help->add_option("command", topic, "The command");
  app.require_subcommand(0, 1);  // the word behind "help" is none
  const std::string overview = app.help();
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, context.out, context.err) == 0 ? 0 : 1;
  }
  if (help->parsed()) return TellAbout(context, overview, topic);
  if (const auto extras = app.remaining(); !extras.empty()) {
    return RefuseWord(context.err, extras.front());
  }
  context.err << overview;
  return 1;
}

}  // namespace

int RunRill(const CommandContext& context, std::span<const std::string> words) {
  const std::string called = words.empty() ? "rill" : words[0].substr(words[0].rfind('/') + 1);
  const auto rest = words.subspan(words.empty() ? 0 : 1);
  if (called == kDumpLogLink) return RunDumpLog(context, rest);
  // dump-log reads its words by the rules of Kafka's tools, which CLI11 must not apply its own to.
  if (!rest.empty() && rest[0] == kDumpLog) return RunDumpLog(context, rest.subspan(1));
  if (!rest.empty() && rest[0] == kBackup) return RunBackup(context, rest.subspan(1));
  if (!rest.empty() && rest[0] == kImport) return RunImport(context, rest.subspan(1));
  if (!rest.empty() && rest[0] == kCheck) return RunCheck(context, rest.subspan(1));
  return RunTopLevel(context, rest);
}

}  // namespace rill::cli
