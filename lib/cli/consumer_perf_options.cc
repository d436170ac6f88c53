#include "cli/consumer_perf_options.h"

#include <optional>
#include <utility>

#include "cli/admin_session.h"
#include "cli/option_number.h"
#include "client/random.h"
#include "fmt/format.h"

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
    {"topic", Argument::kRequired},
    {"include", Argument::kRequired},
    {"group", Argument::kRequired},
    {"num-records", Argument::kRequired},
    {"messages", Argument::kRequired},
    {"from-latest"},
    {"fetch-size", Argument::kRequired},
    {"socket-buffer-size", Argument::kRequired},
    {"timeout", Argument::kOptional},
    {"show-detailed-stats"},
    {"reporting-interval", Argument::kRequired},
    {"date-format", Argument::kRequired},
    {"hide-header"},
    {"print-metrics"},
};

constexpr char kHelp[] =
    R"(Reads records and prints how fast that went.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; with --group one
                                    that a node serves is used through its socket
--topic <name>                      The topic to read
--include <regex>                   Instead: all topics whose names match
--num-records <count>               REQUIRED: how many records
--messages <count>                  The old name of --num-records
--group <name>                      The group to read as; a new one without it
--from-latest                       Begin at the end, where the group has no offset
--fetch-size <bytes>                Most that is fetched of a partition (1048576)
--socket-buffer-size <bytes>        Of the connection (2097152)
--timeout [ms]                      End when no record came for so long (10000)
--show-detailed-stats               A line every --reporting-interval, not one at the end
--reporting-interval <ms>           (5000)
--date-format <pattern>             Of Java's SimpleDateFormat
                                    (yyyy-MM-dd HH:mm:ss:SSS)
--hide-header                       Without the names of the columns
--command-property <name=value>     A property of the consumer, as Kafka's has them
--command-config <file>             A file of such properties
--consumer.config <file>            The old name of --command-config
--print-metrics                     Metrics of Java's consumer: rill's has none of them,
                                    and says so
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-consumer-perf-test --bootstrap-server localhost:9092 --topic orders \
    --num-records 1000000
)";

constexpr OldOption kFile = {"consumer.config", "command-config"};
constexpr OldOption kProperty = {"command-property", "command-property"};
constexpr OldOption kRecords = {"messages", "num-records"};
constexpr char kDateFormat[] = "yyyy-MM-dd HH:mm:ss:SSS";

absl::Status Terse(const std::string& message) { return absl::FailedPreconditionError(message); }

template <std::integral T>
absl::Status SetNumberOf(const CommandLine& line, std::string_view option, T& value) {
  const auto number = NumberOf<T>(line, option);
  if (!number.ok()) return Terse(std::string(number.status().message()));
  if (*number) value = **number;
  return absl::OkStatus();
}

absl::Status SetNumbers(const CommandLine& line, ConsumerPerfWords& words) {
  std::int64_t timeout_ms = absl::ToInt64Milliseconds(words.timeout);
  std::int64_t interval_ms = absl::ToInt64Milliseconds(words.reporting_interval);
  std::int32_t fetch_size = 1 << 20;
  std::int32_t buffer_size = 2 << 20;
  auto set = SetNumberOf(line, "num-records", words.records);
  if (set.ok()) set = SetNumberOf(line, "messages", words.records);
  if (set.ok()) set = SetNumberOf(line, "timeout", timeout_ms);
  if (set.ok()) set = SetNumberOf(line, "reporting-interval", interval_ms);
  if (set.ok()) set = SetNumberOf(line, "fetch-size", fetch_size);
  if (set.ok()) set = SetNumberOf(line, "socket-buffer-size", buffer_size);
  if (!set.ok()) return set;
  if (interval_ms <= 0) return Terse("Reporting interval must be greater than 0.");
  words.timeout = absl::Milliseconds(timeout_ms);
  words.reporting_interval = absl::Milliseconds(interval_ms);
  words.properties["max.partition.fetch.bytes"] = fmt::format("{}", fetch_size);
  if (!line.Has("data-dir") || line.Has("socket-buffer-size")) {
    words.properties["receive.buffer.bytes"] = fmt::format("{}", buffer_size);
  }
  return absl::OkStatus();
}

absl::Status SetProperties(const CommandContext& context, const CommandLine& line,
                           ConsumerPerfWords& words) {
  auto set = SetFromWords(context, line, kFile, kProperty, words.properties);
  if (!set.ok()) return Terse(std::string(set.message()));
  const auto group =
      line.Value("group", fmt::format("perf-consumer-{}", client::Random().Below(100000)));
  if (!group.ok()) return Terse(std::string(group.status().message()));
  words.properties["group.id"] = *group;
  words.properties["auto.offset.reset"] = line.Has("from-latest") ? "latest" : "earliest";
  words.properties.try_emplace("client.id", "perf-consumer-client");
  words.properties.try_emplace("enable.auto.commit", "true");
  if (!line.Has("data-dir")) words.properties["check.crcs"] = "false";
  words.has_group = line.Has("group");
  return SetNumbers(line, words);
}

}  // namespace

const KafkaTool kConsumerPerfTool = {"consumer-perf-test", kOptions, kHelp};

absl::Status CheckConsumerPerfWords(const CommandContext& context, const CommandLine& line) {
  if (line.Has("topic") == line.Has("include")) {
    return absl::InvalidArgumentError(
        "Exactly one of the following arguments is required: [topic], [include]");
  }
  if (line.Has("messages") == line.Has("num-records")) {
    return absl::InvalidArgumentError(
        "Exactly one of the following arguments is required: [messages], [num-records]");
  }
  if (line.Has(kFile.name) && line.Has(kFile.old_name)) {
    return absl::InvalidArgumentError(
        "Option \"[consumer.config]\" can't be used with option "
        "\"[command-config]\"");
  }
  for (const OldOption& option : {kRecords, kFile}) {
    if (!line.Has(option.old_name)) continue;
    context.out << fmt::format("Warning: --{} is deprecated. Use --{} instead.\n", option.old_name,
                               option.name);
  }
  if (line.Has("data-dir")) return absl::OkStatus();
  return CheckRequired(line, {"bootstrap-server"});
}

absl::StatusOr<ConsumerPerfWords> ReadConsumerPerfWords(const CommandContext& context,
                                                        const CommandLine& line) {
  const auto pattern = line.Value("date-format", kDateFormat);
  if (!pattern.ok()) return Terse(std::string(pattern.status().message()));
  auto format = JavaDateFormat::Parse(*pattern);
  if (!format.ok()) return Terse(std::string(format.status().message()));
  ConsumerPerfWords words{.topic = {},
                          .include = {},
                          .date_format = *std::move(format),
                          .show_detailed_stats = line.Has("show-detailed-stats"),
                          .print_metrics = line.Has("print-metrics"),
                          .properties = {}};
  const auto topic = line.Value("topic", "");
  if (!topic.ok()) return Terse(std::string(topic.status().message()));
  const auto include = line.Value("include", "");
  if (!include.ok()) return Terse(std::string(include.status().message()));
  words.topic = *topic;
  words.include = *include;
  if (auto set = SetProperties(context, line, words); !set.ok()) return set;
  return words;
}

}  // namespace rill::cli
