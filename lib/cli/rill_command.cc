#include "cli/rill_command.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "base/near_name.h"
#include "cli/app_words.h"
#include "cli/backup.h"
#include "cli/broker_api_versions.h"
#include "cli/check.h"
#include "cli/completion.h"
#include "cli/configs.h"
#include "cli/console_consumer.h"
#include "cli/console_producer.h"
#include "cli/consumer_groups.h"
#include "cli/consumer_perf.h"
#include "cli/delete_records.h"
#include "cli/dump_log.h"
#include "cli/dump_log_options.h"
#include "cli/e2e_latency.h"
#include "cli/get_offsets.h"
#include "cli/import.h"
#include "cli/log_dirs.h"
#include "cli/producer_perf.h"
#if RILL_HAS_NODE
#include "cli/serve.h"
#endif
#include "cli/topics.h"
#include "fmt/format.h"
#include "rill/version.h"

namespace rill::cli {
namespace {

constexpr char kHelp[] = "help";
// What stands before the name of a command in that of a link to it.
constexpr std::string_view kLinkPrefix = "kafka-";

std::string DumpLogHelp() {
  return fmt::format(
      "Usage: rill dump-log --files <file1,file2,...> [options]\n"
      "       kafka-dump-log --files <file1,file2,...> [options]\n\n{}",
      kDumpLogHelp);
}

// A command that reads its words itself: Kafka's tools do so by rules of their own, which CLI11
// must not apply its own to.
struct Command {
  const char* name;
  const char* summary;
  std::string (*help)();
  int (*run)(const CommandContext& context, std::span<const std::string> words);
  bool is_kafkas = false;  // there is a link "kafka-<name>" to it
};

std::string CompletionHelp();
int RunCompletion(const CommandContext& context, std::span<const std::string> words);

constexpr Command kCommands[] = {
    {"backup", "Make a backup of a data folder, by hard links", BackupHelp, RunBackup},
    {"broker-api-versions", "Print which requests brokers answer, as kafka-broker-api-versions",
     BrokerApiVersionsHelp, RunBrokerApiVersions, true},
    {"check", "Verify a data folder, and repair what can be made anew", CheckHelp, RunCheck},
    {"completion", "Print what completes commands and options in a shell", CompletionHelp,
     RunCompletion},
    {"configs", "Show and change configs of topics, brokers and others, as kafka-configs",
     ConfigsHelp, RunConfigs, true},
    {"console-consumer", "Print records of topics, as kafka-console-consumer", ConsoleConsumerHelp,
     RunConsoleConsumer, true},
    {"console-producer", "Send lines as records, as kafka-console-producer", ConsoleProducerHelp,
     RunConsoleProducer, true},
    {"consumer-groups", "List, describe, reset and delete groups, as kafka-consumer-groups",
     ConsumerGroupsHelp, RunConsumerGroups, true},
    {"consumer-perf-test", "Read records and tell how fast, as kafka-consumer-perf-test",
     ConsumerPerfHelp, RunConsumerPerf, true},
    {"delete-records", "Delete records below an offset, as kafka-delete-records", DeleteRecordsHelp,
     RunDeleteRecords, true},
    {"dump-log", "Print what log, index and snapshot files hold, as kafka-dump-log", DumpLogHelp,
     RunDumpLog, true},
    {"e2e-latency", "Tell how long records take from end to end, as kafka-e2e-latency",
     E2eLatencyHelp, RunE2eLatency, true},
    {"get-offsets", "Print offsets of partitions, as kafka-get-offsets", GetOffsetsHelp,
     RunGetOffsets, true},
    {"import", "Take topics that Apache Kafka wrote into a data folder", ImportHelp, RunImport},
    {"log-dirs", "Print folders and logs with their sizes, as kafka-log-dirs", LogDirsHelp,
     RunLogDirs, true},
    {"producer-perf-test", "Send records and tell how fast, as kafka-producer-perf-test",
     ProducerPerfHelp, RunProducerPerf, true},
#if RILL_HAS_NODE
    {"serve", "Serve a data folder to Kafka's clients, as a broker of its own", ServeHelp,
     RunServe},
#endif
    {"topics", "Create, delete, describe or change topics, as kafka-topics", TopicsHelp, RunTopics,
     true},
};

// Null where there is none of that name.
const Command* FindCommand(std::string_view name) {
  const auto found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                  [&](const Command& command) { return command.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

// The command that a link of this name is to; null where it is the name of none.
const Command* FindLinked(std::string_view link) {
  if (!link.starts_with(kLinkPrefix)) return nullptr;
  const Command* const command = FindCommand(link.substr(kLinkPrefix.size()));
  return command != nullptr && command->is_kafkas ? command : nullptr;
}

// Not 1, which `rill check` says of a folder that is damaged.
constexpr int kWrongWords = 2;
constexpr int kFailed = 2;
constexpr int kKafkasFailed = 1;  // of Kafka's tools, whatever it was

std::string CompletionHelp() {
  return "Usage: rill completion bash\n\nPrints a script that completes rill's commands and their "
         "options:\n\n  source <(rill completion bash)\n";
}

int RunCompletion(const CommandContext& context, std::span<const std::string> words) {
  if (words.size() != 1 || words[0] != "bash") {
    context.err.Write(CompletionHelp());
    return kWrongWords;
  }
  std::vector<CompletedCommand> commands;
  for (const Command& command : kCommands) {
    commands.push_back({command.name, command.is_kafkas, OptionsIn(command.help())});
  }
  context.out << BashCompletion(commands);
  return 0;
}

// The command that somebody meant who wrote `word`, if one is near.
std::optional<std::string_view> NearestCommand(std::string_view word) {
  std::vector<std::string_view> names = {kHelp};
  for (const Command& command : kCommands) names.push_back(command.name);
  if (word.starts_with(kLinkPrefix)) word.remove_prefix(kLinkPrefix.size());
  return base::NearestName(word, names);
}

int RefuseWord(const StandardError& err, std::string_view word) {
  const char* kind = word.starts_with('-') ? "option" : "command";
  const auto nearest = NearestCommand(word);
  err.Write(fmt::format("rill: there is no {} \"{}\"{}\nrill --help lists what there is\n", kind,
                        word, nearest ? fmt::format("; did you mean \"rill {}\"?", *nearest) : ""));
  return kWrongWords;
}

// Tells about `topic`, or about all of rill (with `overview`) when it is empty.
int TellAbout(const CommandContext& context, const std::string& overview,
              const std::string& topic) {
  if (topic.empty()) {
    context.out << overview;
    return 0;
  }
  const Command* const linked = FindLinked(topic);
  const Command* const command = linked != nullptr ? linked : FindCommand(topic);
  if (command != nullptr) {
    context.out << command->help();
    return 0;
  }
  if (topic == kHelp) {
    context.out << "Usage: rill help [command]\n\nTells about a command, or lists the commands.\n";
    return 0;
  }
  return RefuseWord(context.err, topic);
}

int RunTopLevel(const CommandContext& context, std::span<const std::string> words) {
  CLI::App app{"rill: Kafka's log as a C++ library, and the tools for its files."};
  app.name("rill");
  app.set_help_flag("-h,--help", "Print this");
  app.set_version_flag("--version", "rill " RILL_VERSION, "Print the version of rill");
  app.allow_extras();  // refused below, with the command that is nearest
  app.footer("\"rill help <command>\" tells about a command.");
  for (const Command& command : kCommands) app.add_subcommand(command.name, command.summary);
  CLI::App* const help = app.add_subcommand(kHelp, "Tell about a command");
  std::string topic;
  help->add_option("command", topic, "The command");
  app.require_subcommand(0, 1);  // the word behind "help" is none
  const std::string overview = app.help();
  if (const auto exit_code = ReadWords(app, context, words, kWrongWords)) return *exit_code;
  if (help->parsed()) return TellAbout(context, overview, topic);
  if (const auto extras = app.remaining(); !extras.empty()) {
    return RefuseWord(context.err, extras.front());
  }
  context.err.Write(overview);
  return kWrongWords;
}

// What a command has returned, unless it believes to have succeeded and what it printed is lost, as
// on a full disk. Who leaves a pipe has read what he wanted.
int CheckOut(const CommandContext& context, std::string_view name, int failed, int exit_code) {
  context.out.flush();
  if (exit_code != 0 || context.out.good() || context.out_is_pipe) return exit_code;
  context.err.Write(fmt::format("{}: standard output does not take what is written to it\n", name));
  return failed;
}

int RunCommand(const CommandContext& context, const Command& command,
               std::span<const std::string> words) {
  const int exit_code = command.run(context, words);
  return CheckOut(context, fmt::format("rill {}", command.name),
                  command.is_kafkas ? kKafkasFailed : kFailed, exit_code);
}

}  // namespace

int RunRill(const CommandContext& context, std::span<const std::string> words) {
  const std::string called = words.empty() ? "rill" : words[0].substr(words[0].rfind('/') + 1);
  const auto rest = words.subspan(words.empty() ? 0 : 1);
  if (const Command* const linked = FindLinked(called)) return RunCommand(context, *linked, rest);
  const Command* const command = rest.empty() ? nullptr : FindCommand(rest[0]);
  if (command != nullptr) return RunCommand(context, *command, rest.subspan(1));
  return CheckOut(context, "rill", kFailed, RunTopLevel(context, rest));
}

}  // namespace rill::cli
