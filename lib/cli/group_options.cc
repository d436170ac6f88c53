#include "cli/group_options.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "cli/admin_session.h"
#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr char kDefaultTimeoutMs[] = "30000";

constexpr char kDryRun[] =
    "WARN: No action will be performed as the --execute option is missing. In version 5.0, this "
    "command will require either --dry-run or --execute to be specified. You should add the "
    "--dry-run option explicitly if you are scripting this command and want to keep the current "
    "default behavior without prompting.\n";

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"group", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"all-topics"},
    {"list"},
    {"describe"},
    {"all-groups"},
    {"delete"},
    {"timeout", Argument::kRequired},
    {"reset-offsets"},
    {"delete-offsets"},
    {"dry-run"},
    {"execute"},
    {"export"},
    {"to-offset", Argument::kRequired},
    {"from-file", Argument::kRequired},
    {"to-datetime", Argument::kRequired},
    {"by-duration", Argument::kRequired},
    {"to-earliest"},
    {"to-latest"},
    {"to-current"},
    {"shift-by", Argument::kRequired},
    {"members"},
    {"verbose"},
    {"offsets"},
    {"state", Argument::kOptional},
    {"type", Argument::kOptional},
    {"validate-regex", Argument::kRequired},
    {"json"},
};

constexpr char kHelp[] =
    R"(Lists and describes consumer groups, deletes them or their offsets, and resets
offsets. Exactly one of --list, --describe, --delete, --reset-offsets,
--delete-offsets and --validate-regex says what to do.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: client.id,
                                    request.timeout.ms, ...
--timeout <ms>                      How long one thing is tried (default: 30000)
--list                              List groups
--state [states]                    With --list: show states, or list only groups in
                                    these; with --describe: describe the groups'
                                    states
--type [types]                      With --list: show types, or list only groups of
                                    these: classic, consumer
--describe                          Describe groups: by default their offsets and lag
--offsets                           ... just that
--members                           ... their members
--verbose                           ... with all there is to tell
--delete                            Delete groups that have no members
--group <id>                        The group; several where it is repeated
--all-groups                        All groups
--reset-offsets                     Set the offsets of groups without members anew
--all-topics                        ... of all partitions that have offsets
--topic <name>, --topic <name:0,1>  ... of a topic, or of partitions of it; may be
                                    repeated. Also with --delete-offsets
--to-earliest, --to-latest          ... to where the partitions begin, or end
--to-offset <offset>                ... to an offset
--shift-by <n>                      ... by n forward, or with -n back
--to-datetime <time>                ... to a time: 2026-01-31T12:00:00.000, in UTC
                                    unless a zone stands behind it
--by-duration <duration>            ... to that long ago: P1DT2H30M
--to-current                        ... to where they are, or the end where there is
                                    none
--from-file <file>                  ... to what a file says, written by --export
--dry-run                           Only print what would be set (the default)
--execute                           Set it
--export                            Print it as CSV
--delete-offsets                    Delete offsets of a group
--validate-regex <regex>            Say whether this is a regular expression
--json                              Print what is listed, described, reset or deleted as
                                    JSON, an object a line
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-consumer-groups --bootstrap-server localhost:9092 --describe --group billing
  kafka-consumer-groups --bootstrap-server localhost:9092 --reset-offsets \
    --group billing --topic orders --to-earliest --execute
)";

using Names = std::vector<std::string_view>;

const Names kScenarios = {"to-offset",   "shift-by",  "to-datetime", "by-duration",
                          "to-earliest", "to-latest", "to-current",  "from-file"};

absl::Status Bad(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status NoNumber(const std::string& text, std::string_view option) {
  return absl::FailedPreconditionError(
      fmt::format("Cannot parse argument '{}' of option {}", text, option));
}

bool HasGroups(const CommandLine& line) { return line.Has("group") || line.Has("all-groups"); }

absl::Status NeedsGroups(std::string_view option) {
  return Bad(fmt::format("Option [{}] takes one of these options: [group], [all-groups]", option));
}

absl::Status CheckDescribe(const CommandLine& line) {
  if (!line.Has("describe")) return absl::OkStatus();
  if (!HasGroups(line)) return NeedsGroups("describe");
  const Names views = {"members", "offsets", "state"};
  if (std::count_if(views.begin(), views.end(),
                    [&](std::string_view view) { return line.Has(view); }) > 1) {
    return Bad(
        "Option [describe] takes at most one of these options: [members], [offsets], [state]");
  }
  if (!line.Values("state").empty()) {
    return Bad("Option [describe] does not take a value for [state]");
  }
  return absl::OkStatus();
}

absl::Status CheckDelete(const CommandLine& line) {
  if (line.Has("delete")) {
    if (!HasGroups(line)) return NeedsGroups("delete");
    if (line.Has("topic")) {
      return Bad(
          "The consumer does not support topic-specific offset deletion from a consumer group.");
    }
  }
  if (line.Has("delete-offsets") && !(line.Has("group") && line.Has("topic"))) {
    return Bad("Option [delete-offsets] takes the following options: [group], [topic]");
  }
  return absl::OkStatus();
}

absl::Status CheckReset(const CommandLine& line, const StandardError& err) {
  if (!line.Has("reset-offsets")) return absl::OkStatus();
  if (line.Has("dry-run") && line.Has("execute")) {
    return Bad("Option [reset-offsets] only accepts one of [execute] and [dry-run]");
  }
  if (!line.Has("dry-run") && !line.Has("execute")) err.Write(kDryRun);
  if (!HasGroups(line)) return NeedsGroups("reset-offsets");
  for (const std::string_view scenario : kScenarios) {
    if (auto apart = CheckApart(line, scenario, kScenarios); !apart.ok()) return apart;
  }
  return absl::OkStatus();
}

// Options that only go with others.
absl::Status CheckAvailable(const CommandLine& line) {
  Names unavailable;
  const auto needs = [&](std::string_view option, bool is_there) {
    if (line.Has(option) && !is_there) unavailable.push_back(option);
  };
  for (const std::string_view option : {"members", "verbose", "offsets"}) {
    needs(option, line.Has("describe"));
  }
  needs("state", line.Has("describe") || line.Has("list"));
  needs("type", line.Has("list"));
  if (unavailable.empty()) return absl::OkStatus();
  return Bad(fmt::format("Option(s) [{}] are unavailable given other options on the command line",
                         fmt::join(unavailable, ", ")));
}

absl::Status CheckAction(const CommandLine& line) {
  const Names actions = {"list",          "describe",       "delete",
                         "reset-offsets", "delete-offsets", "validate-regex"};
  const auto count = std::count_if(actions.begin(), actions.end(),
                                   [&](std::string_view action) { return line.Has(action); });
  if (count == 1) return absl::OkStatus();
  return Bad(
      fmt::format("Command must include exactly one action: --{}", fmt::join(actions, ", --")));
}

// The one of `known` that `word` is in other letters; nothing for none.
template <std::size_t N>
const char* Known(const char* const (&known)[N], const std::string& word) {
  const std::string wanted = absl::AsciiStrToLower(JavaTrim(word));
  for (const char* const one : known) {
    if (absl::AsciiStrToLower(one) == wanted) return one;
  }
  return nullptr;
}

constexpr const char* kStates[] = {
    "PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty",
    "Assigning",          "Reconciling"};
constexpr const char* kTypes[] = {"Classic", "Consumer"};

template <std::size_t N>
absl::StatusOr<std::vector<std::string>> Listed(const CommandLine& line, std::string_view option,
                                                const char* kind, const char* const (&known)[N]) {
  const auto text = line.Value(option, "");
  if (!text.ok()) return text.status();
  std::vector<std::string> listed;
  if (text->empty()) return listed;
  for (const std::string& word : JavaSplit(*text, ',')) {
    const char* const one = Known(known, word);
    if (one == nullptr) {
      return Bad(fmt::format("Invalid {} list '{}'. Valid {} are: {}", kind, *text,
                             option == "state" ? "states" : "types", fmt::join(known, ", ")));
    }
    listed.emplace_back(one);
  }
  return listed;
}

}  // namespace

const KafkaTool kConsumerGroupsTool = {"consumer-groups", kOptions, kHelp};

absl::Status CheckGroupWords(const CommandLine& line, const StandardError& err) {
  if (!line.Has("validate-regex") && !NamesCluster(line)) {
    return Bad("Missing required argument \"[bootstrap-server]\"");
  }
  if (auto available = CheckAvailable(line); !available.ok()) return available;
  if (auto describe = CheckDescribe(line); !describe.ok()) return describe;
  if (auto deleting = CheckDelete(line); !deleting.ok()) return deleting;
  if (auto reset = CheckReset(line, err); !reset.ok()) return reset;
  if (auto apart = CheckApart(line, "group", Names{"all-groups"}); !apart.ok()) return apart;
  if (auto apart = CheckApart(line, "group", Names{"list"}); !apart.ok()) return apart;
  if (auto apart = CheckApart(line, "topic", Names{"list", "describe"}); !apart.ok()) return apart;
  if (auto apart = CheckApart(line, "json", Names{"export", "validate-regex"}); !apart.ok()) {
    return apart;
  }
  return CheckAction(line);
}

absl::StatusOr<absl::Duration> GroupTimeoutOf(const CommandLine& line) {
  const auto text = line.Value("timeout", kDefaultTimeoutMs);
  if (!text.ok()) return text.status();
  const auto timeout = ParseJavaNumber<std::int64_t>(*text);
  if (timeout && *timeout >= 0) return absl::Milliseconds(*timeout);
  return NoNumber(*text, "timeout");
}

absl::StatusOr<remote::GroupFilter> GroupFilterOf(const CommandLine& line) {
  auto types = Listed(line, "type", "types", kTypes);
  if (!types.ok()) return types.status();
  auto states = Listed(line, "state", "state", kStates);
  if (!states.ok()) return states.status();
  return remote::GroupFilter{*std::move(states), *std::move(types)};
}

absl::StatusOr<std::int64_t> LongOf(const CommandLine& line, std::string_view option) {
  const auto text = line.Value(option, "");
  if (!text.ok()) return text.status();
  const auto number = ParseJavaNumber<std::int64_t>(*text);
  if (number) return *number;
  return NoNumber(*text, option);
}

}  // namespace rill::cli
