#include "cli/e2e_latency_options.h"

#include <optional>
#include <utility>

#include "cli/admin_session.h"
#include "cli/option_number.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"topic", Argument::kRequired},
    {"num-records", Argument::kRequired},
    {"producer-acks", Argument::kRequired},
    {"record-size", Argument::kRequired},
    {"record-key-size", Argument::kRequired},
    {"num-headers", Argument::kRequired},
    {"record-header-key-size", Argument::kRequired},
    {"record-header-size", Argument::kRequired},
};

constexpr char kHelp[] =
    R"(Sends records one at a time, waits for each to be read, and prints how long that took.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--topic <name>                      REQUIRED: the topic, made where it is missing
--num-records <count>               REQUIRED: how many records
--producer-acks <acks>              REQUIRED: 1 or all
--record-size <bytes>               REQUIRED: of each value
--record-key-size <bytes>           Of each key; none without it
--num-headers <count>               How many headers a record has; none without it
--record-header-key-size <bytes>    Of each header's name
--record-header-size <bytes>        Of each header's value; -1: null
--command-config <file>             Properties of the clients, as Kafka's have them
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-e2e-latency --bootstrap-server localhost:9092 --topic probe --num-records 10000 \
    --producer-acks all --record-size 100
)";

constexpr std::string_view kPositions[] = {"--bootstrap-server", "--topic",
                                           "--num-records",      "--producer-acks",
                                           "--record-size",      "--command-config"};
constexpr std::size_t kFewest = 5;

struct Size {
  std::string_view option;
  std::int32_t* value;
  std::int32_t least;
  const char* range;
};

absl::Status SetSizes(const CommandLine& line, E2eLatencyWords& words) {
  const Size sizes[] = {
      {"num-records", &words.records, 1, "a positive integer"},
      {"record-size", &words.record_size, 0, "a non-negative integer"},
      {"record-key-size", &words.key_size, 0, "a non-negative integer"},
      {"record-header-key-size", &words.header_key_size, 0, "a non-negative integer"},
      {"record-header-size", &words.header_size, -1,
       "a non-negative integer or -1 for null header value"},
      {"num-headers", &words.headers, 0, "a non-negative integer"}};
  for (const Size& size : sizes) {
    const auto number = NumberOf<std::int32_t>(line, size.option);
    // Kafka's tool tells this without its help.
    if (!number.ok()) return absl::FailedPreconditionError(std::string(number.status().message()));
    if (!*number) continue;
    if (**number < size.least) {
      return absl::InvalidArgumentError(
          fmt::format("Value for --{} must be {}.", size.option, size.range));
    }
    *size.value = **number;
  }
  return absl::OkStatus();
}

}  // namespace

const KafkaTool kE2eLatencyTool = {"e2e-latency", kOptions, kHelp};

absl::StatusOr<std::vector<std::string>> WithOptions(const CommandContext& context,
                                                     std::span<const std::string> words) {
  if (words.empty() || words[0].starts_with('-')) {
    return std::vector<std::string>(words.begin(), words.end());
  }
  if (words.size() < kFewest || words.size() > std::size(kPositions)) {
    return absl::InvalidArgumentError(fmt::format(
        "Invalid number of arguments. Expected 5 or 6 positional arguments, but got {}. Usage: "
        "bootstrap-server topic num-records producer-acks record-size [optional] command-config",
        words.size()));
  }
  context.out << "WARNING: Positional argument usage is deprecated and will be removed in Apache "
                 "Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, "
                 "--num-records, --producer-acks, --record-size, --command-config\n";
  std::vector<std::string> named;
  for (std::size_t i = 0; i < words.size(); ++i) {
    named.emplace_back(kPositions[i]);
    named.push_back(words[i]);
  }
  return named;
}

absl::StatusOr<E2eLatencyWords> ReadE2eLatencyWords(const CommandContext& context,
                                                    const CommandLine& line) {
  E2eLatencyWords words;
  if (!line.Has("data-dir")) {
    if (auto right = CheckRequired(line, {"bootstrap-server"}); !right.ok()) return right;
  }
  auto right = CheckRequired(line, {"topic", "num-records", "producer-acks", "record-size"});
  if (!right.ok()) return right;
  const auto topic = line.Value("topic", "");
  if (!topic.ok()) return topic.status();
  const auto acks = line.Value("producer-acks", "");
  if (!acks.ok()) return acks.status();
  if (*acks != "1" && *acks != "all") {
    return absl::InvalidArgumentError(
        "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. "
        "Please use '1' or 'all'.");
  }
  words.topic = *topic;
  words.acks = *acks;
  if (auto set = SetSizes(line, words); !set.ok()) return set;
  if (auto set = SetFromFile(context, line, "command-config", words.properties); !set.ok()) {
    return set;
  }
  return words;
}

}  // namespace rill::cli
