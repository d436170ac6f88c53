#include "cli/console_consumer_options.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "cli/admin_session.h"
#include "cli/option_number.h"
#include "client/random.h"
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
    {"command-property", Argument::kRequired},
    {"consumer.config", Argument::kRequired},
    {"consumer-property", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"include", Argument::kRequired},
    {"partition", Argument::kRequired},
    {"offset", Argument::kRequired},
    {"from-beginning"},
    {"group", Argument::kRequired},
    {"max-messages", Argument::kRequired},
    {"timeout-ms", Argument::kRequired},
    {"isolation-level", Argument::kRequired},
    {"skip-message-on-error"},
    {"formatter", Argument::kRequired},
    {"formatter-property", Argument::kRequired},
    {"formatter-config", Argument::kRequired},
    {"property", Argument::kRequired},
    {"key-deserializer", Argument::kRequired},
    {"value-deserializer", Argument::kRequired},
    {"enable-systest-events"},
};

constexpr char kHelp[] =
    R"(Reads records of topics and prints them.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; with --group one
                                    that a node serves is used through its socket
--topic <name>                      The topic to read
--include <regex>                   Instead: all topics whose names match
--from-beginning                    Begin with the earliest record, where the group
                                    has no offset; else only what comes from now on
--partition <number>                Only this partition of the topic
--offset <offset>                   Where to begin in it: a number, earliest or latest
                                    (the default)
--group <name>                      Read as a member of this group, and commit
--max-messages <count>              End after so many records
--timeout-ms <ms>                   End when no record came for so long
--isolation-level <level>           read_uncommitted (the default) or read_committed
--formatter <class>                 What prints: DefaultMessageFormatter,
                                    LoggingMessageFormatter or NoOpMessageFormatter of
                                    org.apache.kafka.tools.consumer
--formatter-property <name=value>   How it prints: print.timestamp, print.key,
                                    print.offset, print.delivery, print.epoch,
                                    print.partition, print.headers, print.value=true;
                                    key.separator, line.separator, headers.separator,
                                    null.literal; key.deserializer,
                                    value.deserializer, headers.deserializer, of
                                    org.apache.kafka.common.serialization
--formatter-config <file>           A file of such properties
--property <name=value>             The old name of --formatter-property
--key-deserializer <class>          The same as key.deserializer
--value-deserializer <class>        The same as value.deserializer
--skip-message-on-error             Go on behind a record that cannot be printed
--command-property <name=value>     A property of the consumer, as Kafka's has them
--command-config <file>             A file of such properties
--consumer-property, --consumer.config  The old names of these two
--enable-systest-events             Print shutdown_complete at the end
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-console-consumer --bootstrap-server localhost:9092 --topic orders --from-beginning
)";

constexpr OldOption kFile = {"consumer.config", "command-config"};
constexpr OldOption kProperty = {"consumer-property", "command-property"};
constexpr OldOption kFormat = {"property", "formatter-property"};

// Not among the records, where Kafka's tool tells it.
void TellOld(const CommandContext& context, const CommandLine& line, const OldOption& option) {
  if (!line.Has(option.old_name)) return;
  context.err.Write(fmt::format(
      "Option --{} is deprecated and will be removed in a future version. Use --{} instead.\n",
      option.old_name, option.name));
}

absl::Status CheckWords(const CommandLine& line) {
  if (line.Has("topic") == line.Has("include")) {
    return absl::InvalidArgumentError(
        "Exactly one of the following arguments is required: [topic], [include]");
  }
  if (!line.Has("partition")) {
    if (!line.Has("offset")) return absl::OkStatus();
    return absl::InvalidArgumentError("The partition is required when offset is specified.");
  }
  if (!line.Has("topic")) {
    return absl::InvalidArgumentError("The topic is required when partition is specified.");
  }
  if (line.Has("from-beginning") && line.Has("offset")) {
    return absl::InvalidArgumentError(
        "Options from-beginning and offset cannot be specified together.");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> OffsetOf(const CommandLine& line) {
  if (!line.Has("offset")) return line.Has("from-beginning") ? kFromEarliest : kFromLatest;
  const auto text = line.Value("offset", "");
  if (!text.ok()) return text.status();
  const std::string word = absl::AsciiStrToLower(*text);
  if (word == "earliest") return kFromEarliest;
  if (word == "latest") return kFromLatest;
  const auto offset = ParseJavaNumber<std::int64_t>(*text);
  if (offset && *offset >= 0) return *offset;
  return absl::InvalidArgumentError(
      fmt::format("The provided offset value '{}' is incorrect. Valid values are 'earliest', "
                  "'latest', or a non-negative long.",
                  *text));
}

// The groups that are named in the file, the properties and by --group.
absl::StatusOr<std::set<std::string>> GroupsOf(const CommandLine& line,
                                               const ClientProperties& from_file,
                                               const ClientProperties& given) {
  std::set<std::string> groups;
  for (const ClientProperties* properties : {&from_file, &given}) {
    const auto found = properties->find("group.id");
    if (found != properties->end()) groups.insert(found->second);
  }
  if (line.Has("group")) {
    const auto group = line.Value("group", "");
    if (!group.ok()) return group.status();
    groups.insert(*group);
  }
  if (groups.size() > 1) {
    std::vector<std::string> quoted;
    quoted.reserve(groups.size());
    for (const std::string& group : groups) quoted.push_back("'" + group + "'");
    return absl::InvalidArgumentError(fmt::format(
        "The group ids provided in different places (directly using '--group', via "
        "'--consumer-property', or via '--consumer.config') do not match. Detected group ids: {}",
        fmt::join(quoted, ", ")));
  }
  if (!groups.empty() && line.Has("partition")) {
    return absl::InvalidArgumentError("Options group and partition cannot be specified together.");
  }
  return groups;
}

// What Kafka's tool tells without its help.
absl::Status Terse(const std::string& message) { return absl::FailedPreconditionError(message); }

absl::Status SetReset(const CommandLine& line, ClientProperties& properties) {
  constexpr char kReset[] = "auto.offset.reset";
  const bool from_beginning = line.Has("from-beginning");
  const auto found = properties.find(kReset);
  if (found == properties.end()) {
    properties[kReset] = from_beginning ? "earliest" : "latest";
  } else if (from_beginning && found->second != "earliest") {
    return Terse(
        fmt::format("Can't simultaneously specify --from-beginning and 'auto.offset.reset={}', "
                    "please remove one option",
                    found->second));
  }
  return absl::OkStatus();
}

absl::Status SetConsumer(const CommandContext& context, const CommandLine& line,
                         ConsoleConsumerWords& words) {
  ClientProperties from_file;
  for (const std::string_view option : {kFile.old_name, kFile.name}) {
    if (auto set = SetFromFile(context, line, option, from_file); !set.ok()) return set;
  }
  ClientProperties given;
  SetKeyValues(line.Values(kProperty.old_name), given);
  SetKeyValues(line.Values(kProperty.name), given);
  const auto groups = GroupsOf(line, from_file, given);
  if (!groups.ok()) return groups.status();
  words.properties = std::move(from_file);
  for (auto& [name, value] : given) words.properties[name] = value;
  if (auto set = SetReset(line, words.properties); !set.ok()) return set;
  words.properties.try_emplace("client.id", "console-consumer");
  const auto isolation = line.Value("isolation-level", "read_uncommitted");
  if (!isolation.ok()) return isolation.status();
  if (line.Has("isolation-level") || !words.properties.contains("isolation.level")) {
    words.properties["isolation.level"] = *isolation;
  }
  words.has_group = !groups->empty();
  words.properties["group.id"] =
      words.has_group ? *groups->begin()
                      : fmt::format("console-consumer-{}", client::Random().Below(100000));
  words.properties.try_emplace("enable.auto.commit", words.has_group ? "true" : "false");
  return absl::OkStatus();
}

absl::Status SetFormatter(const CommandContext& context, const CommandLine& line,
                          ConsoleConsumerWords& words) {
  if (auto apart = CheckNotBoth(line, kFormat, true); !apart.ok()) return apart;
  TellOld(context, line, kFormat);
  ClientProperties properties;
  if (auto set = SetFromFile(context, line, "formatter-config", properties); !set.ok()) return set;
  for (const char* const of : {"key", "value"}) {
    const auto name = line.Value(fmt::format("{}-deserializer", of), "");
    if (!name.ok()) return name.status();
    if (!name->empty()) properties[fmt::format("{}.deserializer", of)] = *name;
  }
  SetKeyValues(line.Values(kFormat.old_name), properties);
  SetKeyValues(line.Values(kFormat.name), properties);
  const auto class_name = line.Value("formatter", kDefaultFormatter);
  if (!class_name.ok()) return class_name.status();
  auto formatter = NewRecordFormatter(*class_name, properties, context.err);
  if (!formatter.ok()) return Terse(std::string(formatter.status().message()));
  words.formatter = *std::move(formatter);
  return absl::OkStatus();
}

absl::Status SetLimits(const CommandLine& line, ConsoleConsumerWords& words) {
  const auto max_messages = NumberOf<std::int32_t>(line, "max-messages");
  if (!max_messages.ok()) return Terse(std::string(max_messages.status().message()));
  words.max_messages = max_messages->value_or(-1);
  const auto timeout = NumberOf<std::int64_t>(line, "timeout-ms");
  if (!timeout.ok()) return Terse(std::string(timeout.status().message()));
  if (timeout->value_or(-1) >= 0) words.timeout = absl::Milliseconds(**timeout);
  words.skip_message_on_error = line.Has("skip-message-on-error");
  words.enable_systest_events = line.Has("enable-systest-events");
  return absl::OkStatus();
}

}  // namespace

const KafkaTool kConsoleConsumerTool = {"console-consumer", kOptions, kHelp};

absl::StatusOr<ConsoleConsumerWords> ReadConsoleConsumerWords(const CommandContext& context,
                                                              const CommandLine& line) {
  ConsoleConsumerWords words;
  if (auto right = CheckWords(line); !right.ok()) return right;
  const auto partition = NumberOf<std::int32_t>(line, "partition");
  if (!partition.ok()) return Terse(std::string(partition.status().message()));
  words.partition = *partition;
  if (!line.Has("data-dir")) {
    if (auto right = CheckRequired(line, {"bootstrap-server"}); !right.ok()) return right;
  }
  for (const OldOption& option : {kProperty, kFile}) {
    if (auto apart = CheckNotBoth(line, option, true); !apart.ok()) return apart;
  }
  for (const OldOption& option : {kProperty, kFile}) TellOld(context, line, option);
  if (auto set = SetConsumer(context, line, words); !set.ok()) return set;
  const auto offset = OffsetOf(line);
  if (!offset.ok()) return offset.status();
  words.offset = *offset;
  if (auto set = SetFormatter(context, line, words); !set.ok()) return set;
  if (auto set = SetLimits(line, words); !set.ok()) return set;
  const auto topic = line.Value("topic", "");
  if (!topic.ok()) return Terse(std::string(topic.status().message()));
  words.topic = *topic;
  const auto include = line.Value("include", "");
  if (!include.ok()) return Terse(std::string(include.status().message()));
  words.include = *include;
  return words;
}

}  // namespace rill::cli
