#include "cli/producer_perf_options.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "cli/admin_session.h"
#include "cli/app_words.h"
#include "cli/option_number.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"h"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"command-property", Argument::kSeveral},
    {"producer-props", Argument::kSeveral},
    {"producer.config", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"num-records", Argument::kRequired},
    {"record-size", Argument::kRequired},
    {"payload-file", Argument::kRequired},
    {"payload-delimiter", Argument::kRequired},
    {"payload-monotonic"},
    {"throughput", Argument::kRequired},
    {"warmup-records", Argument::kRequired},
    {"record-key-range", Argument::kRequired},
    {"key-distribution", Argument::kRequired},
    {"random-seed", Argument::kRequired},
    {"reporting-interval", Argument::kRequired},
    {"print-metrics"},
    {"transactional-id", Argument::kRequired},
    {"transaction-duration-ms", Argument::kRequired},
};

constexpr char kHelp[] =
    R"(Sends records as fast as asked for, and prints how fast that went.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--topic <name>                      REQUIRED: the topic
--num-records <count>               REQUIRED: how many records
--throughput <count>                REQUIRED: at most so many a second; -1: no limit
--record-size <bytes>               What is sent (one of these is REQUIRED): random
                                    letters,
--payload-file <file>               ... one of the texts in a file, by chance,
--payload-monotonic                 ... or the record's number
--payload-delimiter <text>          What stands between the texts in that file (\n)
--key-distribution <which>          Keys: none; range: the numbers from 0 on, over and
                                    over; random: of these by chance (none)
--record-key-range <count>          ... below this one
--random-seed <number>              Another one for another chance (0)
--warmup-records <count>            The first ones do not count for the second summary
--reporting-interval <ms>           How often to say how it goes (5000)
--command-property <name=value> ... Properties of the producer, as Kafka's has them
--command-config <file>             A file of such properties
--producer-props, --producer.config  The old names of these two
--print-metrics                     Metrics of Java's producer: rill's has none of them,
                                    and says so
--transactional-id, --transaction-duration-ms  Transactions: refused, for rill's
                                    producer has none yet
--help                              Print this

  kafka-producer-perf-test --bootstrap-server localhost:9092 --topic orders \
    --num-records 1000000 --record-size 100 --throughput -1
)";

constexpr OldOption kFile = {"producer.config", "command-config"};
constexpr OldOption kProperty = {"producer-props", "command-property"};
constexpr std::uint64_t kMaxPayloadFile = std::uint64_t{1} << 30;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// What Kafka's tool does not find while it reads its words.
absl::Status Terse(const std::string& what) { return absl::FailedPreconditionError(what); }

absl::Status NotConverted(std::string_view option, const std::string& text, const char* type) {
  return Wrong(fmt::format("argument --{}: could not convert '{}' to {} (For input string: \"{}\")",
                           option, text, type, text));
}

// The number that a word of argparse4j's is.
template <std::integral T>
absl::Status SetWord(const CommandLine& line, std::string_view option, const char* type,
                     std::optional<T>& value) {
  const auto values = line.Values(option);
  if (values.empty()) return absl::OkStatus();
  value = ParseJavaNumber<T>(values.back());
  if (value) return absl::OkStatus();
  return NotConverted(option, values.back(), type);
}

absl::Status CheckWords(const CommandLine& line) {
  if (!line.ignored().empty()) {
    return Wrong(fmt::format("unrecognized arguments: '{}'", fmt::join(line.ignored(), " ")));
  }
  for (const char* const option : {"throughput", "num-records", "topic"}) {
    if (!line.Has(option)) return Wrong(fmt::format("argument --{} is required", option));
  }
  constexpr std::string_view kPayloads[] = {"record-size", "payload-file", "payload-monotonic"};
  std::string_view given;
  for (const std::string_view option : kPayloads) {
    if (!line.Has(option)) continue;
    if (!given.empty()) {
      return Wrong(fmt::format("argument --{}: not allowed with argument --{}", option, given));
    }
    given = option;
  }
  if (given.empty()) {
    return Wrong(
        "one of the arguments --record-size --payload-file --payload-monotonic is "
        "required");
  }
  if (line.Has("transactional-id") || line.Has("transaction-duration-ms")) {
    return absl::UnimplementedError("rill's producer does not have transactions yet");
  }
  return absl::OkStatus();
}

absl::Status SetNumbers(const CommandLine& line, ProducerPerfWords& words) {
  std::optional<std::int64_t> records;
  std::optional<std::int64_t> warmup = 0;
  std::optional<std::int32_t> size;
  std::optional<std::int64_t> interval = 5000;
  auto set = SetWord(line, "num-records", "Long", records);
  if (set.ok()) set = SetWord(line, "warmup-records", "Long", warmup);
  if (set.ok()) set = SetWord(line, "record-size", "Integer", size);
  if (set.ok()) set = SetWord(line, "reporting-interval", "Long", interval);
  if (!set.ok()) return set;
  const std::string throughput = line.Values("throughput").back();
  const auto number = ParseJavaDouble(throughput);
  if (!number) return NotConverted("throughput", throughput, "Double");
  if (*records <= 0) return Wrong("--num-records should be greater than zero.");
  if (*warmup >= *records) {
    return Wrong(
        "The value for --warmup-records must be strictly fewer than the number of records in the "
        "test, --num-records.");
  }
  if (size && *size <= 0) return Wrong("--record-size should be greater than zero.");
  if (*interval <= 0) return Wrong("--reporting-interval should be greater than zero.");
  words.records = *records;
  words.warmup_records = std::max<std::int64_t>(*warmup, 0);
  words.record_size = size.value_or(0);
  words.throughput = *number;
  words.reporting_interval = absl::Milliseconds(*interval);
  return absl::OkStatus();
}

absl::Status SetDistribution(const CommandLine& line, ProducerPerfWords& words) {
  static constexpr std::pair<std::string_view, KeyDistribution> kDistributions[] = {
      {"none", KeyDistribution::kNone},
      {"range", KeyDistribution::kRange},
      {"random", KeyDistribution::kRandom}};
  const auto given = line.Values("key-distribution");
  if (given.empty()) return absl::OkStatus();
  for (const auto& [name, distribution] : kDistributions) {
    if (given.back() != name) continue;
    words.keys = distribution;
    return absl::OkStatus();
  }
  return Wrong(fmt::format(
      "argument --key-distribution: invalid choice: '{}' (choose from {{none,range,random}})",
      given.back()));
}

absl::Status SetKeys(const CommandLine& line, ProducerPerfWords& words) {
  std::optional<std::int32_t> range;
  std::optional<std::int64_t> seed = 0;
  auto set = SetWord(line, "record-key-range", "Integer", range);
  if (set.ok()) set = SetDistribution(line, words);
  if (set.ok()) set = SetWord(line, "random-seed", "Long", seed);
  if (!set.ok()) return set;
  if (range && *range <= 0) return Wrong("--record-key-range should be greater than zero.");
  if (words.keys != KeyDistribution::kNone && !range) {
    return Wrong("--record-key-range is required when --key-distribution is 'range' or 'random'.");
  }
  if (words.keys == KeyDistribution::kNone && range) {
    return Wrong(
        "--key-distribution must be 'range' or 'random' when --record-key-range is specified.");
  }
  words.key_range = range.value_or(0);
  words.seed = *seed;
  return absl::OkStatus();
}

absl::Status CheckProperties(const CommandLine& line) {
  const bool has_any = line.Has("bootstrap-server") || line.Has("data-dir") ||
                       line.Has(kFile.name) || line.Has(kFile.old_name) ||
                       line.Has(kProperty.name) || line.Has(kProperty.old_name);
  if (!has_any) {
    return Wrong(
        "At least one of --bootstrap-server, --command-property, --producer-props, "
        "--producer.config or --command-config must be specified.");
  }
  for (const OldOption& option : {kProperty, kFile}) {
    if (line.Has(option.name) && line.Has(option.old_name)) {
      return Wrong(
          fmt::format("--{} and --{} cannot be specified together.", option.name, option.old_name));
    }
  }
  return absl::OkStatus();
}

absl::Status SetProperties(const CommandContext& context, const CommandLine& line,
                           ProducerPerfWords& words) {
  for (const OldOption& option : {kProperty, kFile}) {
    if (!line.Has(option.old_name)) continue;
    context.out << fmt::format(
        "Option --{} has been deprecated and will be removed in a future version. Use --{} "
        "instead.\n",
        option.old_name, option.name);
  }
  for (const std::string_view option : {kProperty.name, kProperty.old_name}) {
    for (const std::string& word : line.Values(option)) {
      if (std::count(word.begin(), word.end(), '=') != 1) {
        return Terse(fmt::format("Invalid property: {}", word));
      }
    }
  }
  if (auto set = SetFromWords(context, line, kFile, kProperty, words.properties); !set.ok()) {
    return Terse(std::string(set.message()));
  }
  words.properties.try_emplace("client.id", "perf-producer-client");
  return absl::OkStatus();
}

absl::Status SetPayloads(const CommandContext& context, const CommandLine& line,
                         ProducerPerfWords& words) {
  if (!line.Has("payload-file")) return absl::OkStatus();
  const std::string file = line.Values("payload-file").back();
  context.out << fmt::format("Reading payloads from: {}\n",
                             file.starts_with('/') ? file : context.working_directory + "/" + file);
  const auto text = ReadNamedFile(context, file, kMaxPayloadFile);
  if (!text.ok()) return text.status();
  if (text->empty()) return Terse("File does not exist or empty file provided.");
  const auto given = line.Values("payload-delimiter");
  const std::string delimiter = given.empty() || given.back() == "\\n" ? "\n" : given.back();
  std::size_t begin = 0;
  while (begin <= text->size()) {
    const std::size_t found = delimiter.empty() ? std::string::npos : text->find(delimiter, begin);
    const std::size_t end = std::min(found, text->size());
    words.payloads.push_back(text->substr(begin, end - begin));
    if (found == std::string::npos) break;
    begin = end + delimiter.size();
  }
  while (words.payloads.size() > 1 && words.payloads.back().empty()) words.payloads.pop_back();
  context.out << fmt::format("Number of records read: {}\n", words.payloads.size());
  return absl::OkStatus();
}

}  // namespace

const KafkaTool kProducerPerfTool = {"producer-perf-test", kOptions, kHelp};

absl::StatusOr<ProducerPerfWords> ReadProducerPerfWords(const CommandContext& context,
                                                        const CommandLine& line) {
  ProducerPerfWords words;
  auto set = CheckWords(line);
  if (set.ok()) set = SetNumbers(line, words);
  if (set.ok()) set = CheckProperties(line);
  if (set.ok()) set = SetKeys(line, words);
  if (set.ok()) set = SetPayloads(context, line, words);
  if (set.ok()) set = SetProperties(context, line, words);
  if (!set.ok()) return set;
  words.topic = line.Values("topic").back();
  words.print_metrics = line.Has("print-metrics");
  return words;
}

}  // namespace rill::cli
