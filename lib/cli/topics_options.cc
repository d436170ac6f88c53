#include "cli/topics_options.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "cli/admin_session.h"
#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"list"},
    {"create"},
    {"delete"},
    {"alter"},
    {"describe"},
    {"topic", Argument::kRequired},
    {"topic-id", Argument::kRequired},
    {"config", Argument::kRequired},
    {"delete-config", Argument::kRequired},
    {"partitions", Argument::kRequired},
    {"replication-factor", Argument::kRequired},
    {"replica-assignment", Argument::kRequired},
    {"under-replicated-partitions"},
    {"unavailable-partitions"},
    {"under-min-isr-partitions"},
    {"at-min-isr-partitions"},
    {"topics-with-overrides"},
    {"if-exists"},
    {"if-not-exists"},
    {"exclude-internal"},
    {"json"},
    {"partition-size-limit-per-response", Argument::kRequired},
};

constexpr char kHelp[] =
    R"(Creates, deletes, describes or changes topics. Exactly one of --list, --describe,
--create, --alter and --delete says what to do.

Option                                   What it does
------                                   ------------
--bootstrap-server <host:port,...>       The brokers to connect to
--data-dir <folder>                      Instead: a data folder of rill's; one that a node
                                         serves is used through its socket
--command-config <file>                  Properties of the client: client.id,
                                         request.timeout.ms, ...
--list                                   List the topics
--describe                               Describe topics and their partitions
--create                                 Make a topic
--alter                                  Give a topic more partitions
--delete                                 Delete a topic
--topic <name>                           The topic; except for --create a regular
                                         expression that the name matches
--topic-id <id>                          The topic to describe, by its id
--partitions <n>                         How many partitions --create or --alter give
                                         (default of --create: the cluster's)
--replication-factor <n>                 How many copies each partition has (default:
                                         the cluster's)
--replica-assignment <1:2,2:1>           The brokers of each partition, instead of both
--config <name=value>                    With --create: a config of the topic; may be
                                         repeated. kafka-configs changes it later
--delete-config <name>                   Does nothing since Kafka 4.0
--under-replicated-partitions            Describe only partitions that lack copies
--unavailable-partitions                 ... without a leader
--under-min-isr-partitions               ... with fewer copies than
                                         min.insync.replicas
--at-min-isr-partitions                  ... with just as many
--topics-with-overrides                  Describe only topics with configs of their own
--if-exists                              With --alter, --delete, --describe: a topic
                                         that is missing is no error
--if-not-exists                          With --create: a topic that is there is none
--exclude-internal                       Without the topics that Kafka keeps for itself
--partition-size-limit-per-response <n>  Partitions in an answer of --describe at most
--json                                   With --list, --describe: print JSON, an
                                         object a line for each topic
--help                                   Print this
--version                                Print the version of Kafka whose tool this is
                                         the like of

  kafka-topics --bootstrap-server localhost:9092 --create --topic orders --partitions 3
  kafka-topics --bootstrap-server localhost:9092 --describe --topic orders
)";

constexpr std::string_view kActions[] = {"alter", "create", "describe", "list", "delete"};
constexpr std::string_view kReports[] = {"under-replicated-partitions", "under-min-isr-partitions",
                                         "at-min-isr-partitions", "unavailable-partitions"};
constexpr char kTopicsWithOverrides[] = "topics-with-overrides";

// An option, and the only actions that it goes with.
struct GoesWith {
  std::string_view option;
  std::vector<std::string_view> actions;
  std::vector<std::string_view> not_with = {};  // beside the other actions
};

std::vector<GoesWith> Combinations() {
  std::vector<GoesWith> all = {
      {"config", {"alter", "create"}},
      {"partitions", {"alter", "create"}},
      {"replication-factor", {"create"}},
      {"replica-assignment", {"alter", "create"}},
  };
  for (const std::string_view report : kReports) {
    all.push_back({report, {"describe"}, {kTopicsWithOverrides}});
  }
  all.push_back({kTopicsWithOverrides, {"describe"}, {std::begin(kReports), std::end(kReports)}});
  all.push_back({"if-exists", {"alter", "delete", "describe"}});
  all.push_back({"if-not-exists", {"create"}});
  all.push_back({"exclude-internal", {"list", "describe"}});
  all.push_back({"json", {"list", "describe"}});
  return all;
}

absl::Status CheckCombinations(const CommandLine& line) {
  for (const GoesWith& one : Combinations()) {
    std::vector<std::string_view> others = one.not_with;
    std::copy_if(std::begin(kActions), std::end(kActions), std::back_inserter(others),
                 [&](std::string_view action) {
                   return std::find(one.actions.begin(), one.actions.end(), action) ==
                          one.actions.end();
                 });
    if (auto apart = CheckApart(line, one.option, others); !apart.ok()) return apart;
  }
  constexpr std::string_view kCounts[] = {"partitions", "replication-factor"};
  return line.Has("create") ? CheckApart(line, "replica-assignment", kCounts) : absl::OkStatus();
}

absl::Status CheckAlter(const CommandLine& line) {
  if (!line.Has("alter")) return absl::OkStatus();
  if (line.Has("config")) {
    return absl::InvalidArgumentError(
        "Option combination \"[[bootstrap-server], [config]]\" can't be used with option "
        "\"[alter]\" (To alter topic configurations, the kafka-configs tool can be used.)");
  }
  return CheckRequired(line, {"partitions"});
}

absl::Status InvalidConfig() {
  return absl::InvalidArgumentError(
      "requirement failed: Invalid topic config: all configs to be added must be in the format "
      "\"key=val\".");
}

absl::StatusOr<std::map<std::string, std::string>> ConfigsOf(const CommandLine& line) {
  std::map<std::string, std::string> configs;
  for (const std::string& word : line.Values("config")) {
    const std::vector<std::string> parts = JavaSplit(word, '=');
    if (parts.size() != 2) return InvalidConfig();
    configs[JavaTrim(parts[0])] = JavaTrim(parts[1]);
  }
  return configs;
}

}  // namespace

const KafkaTool kTopicsTool = {"topics", kOptions, kHelp};

absl::Status CheckTopicsAction(const CommandLine& line) {
  const auto actions = std::count_if(std::begin(kActions), std::end(kActions),
                                     [&](std::string_view action) { return line.Has(action); });
  if (actions != 1) {
    return absl::InvalidArgumentError(
        "Command must include exactly one action: --list, --describe, --create, --alter or "
        "--delete");
  }
  return absl::OkStatus();
}

absl::Status CheckTopicsWords(const CommandLine& line) {
  if (!NamesCluster(line)) {
    return absl::InvalidArgumentError("--bootstrap-server must be specified");
  }
  const bool has_topic = line.Has("topic") || line.Has("topic-id");
  if (line.Has("describe") && line.Has("if-exists") && !has_topic) {
    return absl::InvalidArgumentError("--topic or --topic-id is required to describe a topic");
  }
  if (!line.Has("list") && !line.Has("describe")) {
    if (auto topic = CheckRequired(line, {"topic"}); !topic.ok()) return topic;
  }
  if (auto alter = CheckAlter(line); !alter.ok()) return alter;
  return CheckCombinations(line);
}

absl::StatusOr<std::optional<std::int32_t>> IntegerOf(const CommandLine& line,
                                                      std::string_view option) {
  if (!line.Has(option)) return std::nullopt;
  const auto text = line.Value(option, "");
  if (!text.ok()) return text.status();
  const auto number = ParseJavaNumber<std::int32_t>(*text);
  if (number) return number;
  return absl::InvalidArgumentError(
      fmt::format("Cannot parse argument '{}' of option {}", *text, option));
}

// In Java's words where the text is some bytes in base64, as other ids are.
absl::Status WrongTopicId(const std::string& text) {
  constexpr std::size_t kMostLetters = 24;
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.size() > kMostLetters) {
    return absl::InvalidArgumentError(
        fmt::format("Input string with prefix `{}` is too long to be decoded as a base64 UUID",
                    text.substr(0, kMostLetters)));
  }
  if (text.find_first_not_of(kLetters) != std::string::npos || text.size() % 4 == 1) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is the id of no topic: those have 22 letters, digits, - and _", text));
  }
  return absl::InvalidArgumentError(
      fmt::format("Input string `{}` decoded as {} bytes, which is not equal to the expected 16 "
                  "bytes of a base64-encoded UUID",
                  text, text.size() * 6 / 8));
}

absl::StatusOr<std::optional<base::Uuid>> TopicIdOf(const CommandLine& line) {
  if (!line.Has("topic-id")) return std::nullopt;
  const auto text = line.Value("topic-id", "");
  if (!text.ok()) return text.status();
  const auto id = base::Uuid::Parse(*text);
  if (!id) return WrongTopicId(*text);
  if (*id == base::Uuid()) return std::nullopt;
  return id;
}

absl::StatusOr<std::vector<std::vector<std::int32_t>>> AssignmentOf(const CommandLine& line) {
  const auto text = line.Value("replica-assignment", "");
  if (!text.ok()) return text.status();
  std::vector<std::vector<std::int32_t>> assignment;
  if (text->empty()) return assignment;
  for (const std::string& partition : JavaSplit(*text, ',')) {
    auto& brokers = assignment.emplace_back();
    std::set<std::int32_t> seen;
    std::set<std::int32_t> twice;
    for (const std::string& word : JavaSplit(partition, ':')) {
      const auto id = ParseJavaNumber<std::int32_t>(JavaTrim(word));
      if (!id) return absl::InvalidArgumentError(fmt::format("For input string: \"{}\"", word));
      if (!seen.insert(*id).second) twice.insert(*id);
      brokers.push_back(*id);
    }
    if (!twice.empty()) {
      return absl::InvalidArgumentError(fmt::format(
          "Partition replica lists may not contain duplicate entries: {}", fmt::join(twice, ",")));
    }
    if (brokers.size() != assignment[0].size()) {
      return absl::InvalidArgumentError(
          fmt::format("Partition {} has different replication factor: [{}]", assignment.size() - 1,
                      fmt::join(brokers, ", ")));
    }
  }
  return assignment;
}

absl::StatusOr<wire::CreateTopicsRequest::Topic> NewTopicOf(const CommandLine& line) {
  const auto name = line.Value("topic", "");
  if (!name.ok()) return name.status();
  const auto partitions = IntegerOf(line, "partitions");
  if (!partitions.ok()) return partitions.status();
  const auto factor = IntegerOf(line, "replication-factor");
  if (!factor.ok()) return factor.status();
  const auto assignment = AssignmentOf(line);
  if (!assignment.ok()) return assignment.status();
  const auto configs = ConfigsOf(line);
  if (!configs.ok()) return configs.status();
  constexpr int kMostReplicas = std::numeric_limits<std::int16_t>::max();
  if (*factor && (**factor < 1 || **factor > kMostReplicas)) {
    return absl::InvalidArgumentError(
        fmt::format("The replication factor must be between 1 and {} inclusive", kMostReplicas));
  }
  if (*partitions && **partitions < 1) {
    return absl::InvalidArgumentError("The partitions must be greater than 0");
  }
  wire::CreateTopicsRequest::Topic topic;
  topic.name = *name;
  topic.num_partitions = partitions->value_or(-1);
  topic.replication_factor = static_cast<std::int16_t>(factor->value_or(-1));
  for (std::size_t i = 0; i < assignment->size(); ++i) {
    topic.assignments.push_back({static_cast<std::int32_t>(i), (*assignment)[i]});
  }
  for (const auto& [key, value] : *configs) topic.configs.push_back({key, value});
  return topic;
}

}  // namespace rill::cli
