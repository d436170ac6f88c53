#include "cli/client_configs.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "cli/config_values.h"
#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "cli/java_time.h"
#include "cli/rdkafka_names.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

using Configs = std::map<std::string, std::string>;

constexpr char kCompressionType[] = "compression.type";
constexpr char kGroupProtocol[] = "group.protocol";

// What the tools see to themselves, as Kafka's do, whatever a client was given.
constexpr std::string_view kOfTools[] = {"bootstrap.servers",  kGroupProtocol,
                                         "key.deserializer",   "key.serializer",
                                         "value.deserializer", "value.serializer"};

template <std::size_t n>
bool IsOneOf(const std::string_view (&names)[n], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

template <typename T, std::size_t n>
absl::Status SetChoice(std::string_view name, std::string_view text,
                       const std::pair<std::string_view, T> (&choices)[n], T& value) {
  const std::string word = JavaTrim(text);
  std::vector<std::string_view> words;
  for (const auto& [choice, meaning] : choices) {
    if (choice == word) {
      value = meaning;
      return absl::OkStatus();
    }
    words.push_back(choice);
  }
  return WrongClientConfig(name, text,
                           fmt::format("String must be one of: {}", fmt::join(words, ", ")));
}

constexpr std::pair<std::string_view, Compression> kCompressions[] = {
    {"none", Compression::kNone},
    {"gzip", Compression::kGzip},
    {"snappy", Compression::kSnappy},
    {"lz4", Compression::kLz4},
    {"zstd", Compression::kZstd}};

constexpr std::pair<std::string_view, IsolationLevel> kIsolationLevels[] = {
    {"read_committed", IsolationLevel::kReadCommitted},
    {"read_uncommitted", IsolationLevel::kReadUncommitted}};

constexpr std::pair<std::string_view, bool> kAcks[] = {
    {"all", true}, {"-1", true}, {"0", true}, {"1", true}};

// A codec's level, which counts where that codec is used.
absl::Status SetLevel(std::string_view name, std::string_view text, ProducerOptions& options) {
  int level = 0;
  auto set = SetNumber<std::int32_t>(name, text, std::numeric_limits<std::int32_t>::min(), level);
  const bool is_used =
      name == fmt::format("compression.{}.level", CompressionName(options.compression));
  if (set.ok() && is_used) options.compression_level = level;
  return set;
}

// Reads a property that is an option of rill's; nothing where it is none.
std::optional<absl::Status> SetProducerOption(std::string_view name, std::string_view text,
                                              ProducerOptions& options) {
  if (name == "linger.ms") return SetMilliseconds<std::int64_t>(name, text, 0, options.linger);
  if (name == "batch.size") return SetNumber<std::int32_t>(name, text, 0, options.batch_size);
  if (name == "buffer.memory") return SetNumber<std::int64_t>(name, text, 0, options.buffer_memory);
  if (name == "max.block.ms") {
    return SetMilliseconds<std::int64_t>(name, text, 0, options.max_block);
  }
  if (name == "max.request.size") {
    return SetNumber<std::int32_t>(name, text, 1, options.max_request_size);
  }
  if (name == kCompressionType) return SetChoice(name, text, kCompressions, options.compression);
  if (name.starts_with("compression.") && name.ends_with(".level")) {
    return SetLevel(name, text, options);
  }
  if (name == "enable.idempotence") return SetBoolean(name, text, options.enable_idempotence);
  return std::nullopt;
}

// How long before now auto.offset.reset says; nothing for another word (KIP-1106).
std::optional<absl::Duration> ResetDuration(std::string_view word) {
  constexpr std::string_view kByDuration = "by_duration:";
  if (!word.starts_with(kByDuration)) return std::nullopt;
  const auto duration = ParseJavaDuration(word.substr(kByDuration.size()));
  if (!duration.ok() || *duration < absl::ZeroDuration()) return std::nullopt;
  return *duration;
}

absl::Status SetReset(std::string_view name, std::string_view text, OffsetReset& reset) {
  const std::string word = JavaTrim(text);
  if (word == "latest") {
    reset = OffsetReset::kLatest;
  } else if (word == "none") {
    reset = OffsetReset::kNone;
  } else if (word == "earliest" || ResetDuration(word)) {
    reset = OffsetReset::kEarliest;
  } else {
    return WrongClientConfig(
        name, text,
        fmt::format("Invalid value `{}` for configuration {}. The value must be either 'earliest', "
                    "'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
                    text, name));
  }
  return absl::OkStatus();
}

// "org.apache.kafka.clients.consumer.RangeAssignor, ...", by Kafka's class names or by the short
// ones.
absl::Status SetAssignors(std::string_view name, std::string_view text,
                          std::vector<std::string>& assignors) {
  static constexpr std::string_view kPackage = "org.apache.kafka.clients.consumer.";
  static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"RangeAssignor", "range"},
      {"RoundRobinAssignor", "roundrobin"},
      {"StickyAssignor", "sticky"},
      {"CooperativeStickyAssignor", "cooperative-sticky"}};
  std::vector<std::string> chosen;
  for (const std::string& part : NonEmptyParts(text)) {
    const std::string word = JavaTrim(part);
    const auto* const found =
        std::find_if(std::begin(kClasses), std::end(kClasses), [&](const auto& known) {
          return word == known.second || word == std::string(kPackage) + std::string(known.first);
        });
    if (found == std::end(kClasses)) {
      return WrongClientConfig(name, text,
                               fmt::format("there is no assignor {}; rill knows RangeAssignor, "
                                           "RoundRobinAssignor, StickyAssignor and "
                                           "CooperativeStickyAssignor of {}",
                                           word, kPackage.substr(0, kPackage.size() - 1)));
    }
    chosen.emplace_back(found->second);
  }
  if (!chosen.empty()) assignors = std::move(chosen);
  return absl::OkStatus();
}

absl::Status CheckGroup(const std::string& group) {
  if (!JavaTrim(group).empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidGroupId,
                   "The configured group.id should not be an empty string or whitespace.");
}

std::optional<absl::Status> SetConsumerOption(std::string_view name, const std::string& text,
                                              ConsumerOptions& options) {
  if (name == "group.id") {
    options.group = text;
    return CheckGroup(text);
  }
  if (name == "group.instance.id") {
    options.group_instance_id = text;
    return absl::OkStatus();
  }
  if (name == "auto.offset.reset") return SetReset(name, text, options.reset);
  if (name == "isolation.level") {
    return SetChoice(name, text, kIsolationLevels, options.isolation_level);
  }
  if (name == "enable.auto.commit") return SetBoolean(name, text, options.enable_auto_commit);
  if (name == "auto.commit.interval.ms") {
    return SetMilliseconds<std::int32_t>(name, text, 0, options.auto_commit_interval);
  }
  if (name == "max.poll.records") {
    return SetNumber<std::int32_t>(name, text, 1, options.max_poll_records);
  }
  if (name == "fetch.max.bytes") {
    return SetNumber<std::int32_t>(name, text, 1, options.fetch_max_bytes);
  }
  if (name == "max.partition.fetch.bytes") {
    return SetNumber<std::int32_t>(name, text, 1, options.max_partition_fetch_bytes);
  }
  if (name == "max.poll.interval.ms") {
    return SetMilliseconds<std::int32_t>(name, text, 1, options.max_poll_interval);
  }
  if (name == "partition.assignment.strategy") {
    return SetAssignors(name, text, options.partition_assignment_strategy);
  }
  return std::nullopt;
}

absl::Status CheckProducerWord(std::string_view name, std::string_view text) {
  bool known = false;
  if (name == "acks") return SetChoice(name, text, kAcks, known);
  if (name == "transactional.id") {
    return absl::UnimplementedError(
        "transactional.id asks for transactions, which rill's producer does not have yet");
  }
  if (name == "partitioner.class" && !text.starts_with("org.apache.kafka.")) {
    return WrongClientConfig(name, text, fmt::format("Class {} could not be found.", text));
  }
  return absl::OkStatus();
}

// Whether the broker is to assign the partitions of the group (KIP-848).
absl::StatusOr<bool> AsksForConsumerProtocol(const ClientProperties& properties) {
  static constexpr std::string_view kOfClassic[] = {
      "heartbeat.interval.ms", "partition.assignment.strategy", "session.timeout.ms"};
  static constexpr std::string_view kOfConsumer[] = {"group.remote.assignor"};
  const auto set = properties.find(kGroupProtocol);
  const std::string text = set == properties.end() ? "classic" : set->second;
  const std::string protocol = absl::AsciiStrToUpper(JavaTrim(text));
  const bool is_consumer = protocol == "CONSUMER";
  if (!is_consumer && protocol != "CLASSIC") {
    return WrongClientConfig(kGroupProtocol, text,
                             "String must be one of (case insensitive): CONSUMER, CLASSIC");
  }
  for (const auto& [name, value] : properties) {
    if (is_consumer ? IsOneOf(kOfClassic, name) : IsOneOf(kOfConsumer, name)) {
      return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
                       fmt::format("{} cannot be set when {}={}", name, kGroupProtocol, protocol));
    }
  }
  return is_consumer;
}

absl::Status NoWordToCheck(std::string_view /*name*/, std::string_view /*text*/) {
  return absl::OkStatus();
}

// What is common to both: where properties go that are no options of rill's.
class Rest {
 public:
  Rest(LogKind kind, ClientKind client) : kind_(kind), client_(client) {}

  void Take(const std::string& name, const std::string& value, Configs& connection,
            Configs& configs, std::vector<std::string>& passed_over) const {
    if (IsOneOf(kOfTools, name)) return;
    const bool is_client_id = name == "client.id";
    const std::string_view rdkafka = is_client_id ? name : RdkafkaName(client_, name);
    if (kind_ == LogKind::kFolder && (IsSecurityProperty(name) || !rdkafka.empty())) {
      if (!is_client_id) {
        passed_over.push_back(
            fmt::format("{} is passed over: it means nothing for a data folder", name));
      }
    } else if (IsSecurityProperty(name)) {
      return;  // read together
    } else if (is_client_id) {
      connection[name] = value;
      if (client_ == ClientKind::kProducer) configs[name] = value;
    } else if (!rdkafka.empty()) {
      configs[std::string(rdkafka)] = JavaTrim(value);
    } else {
      passed_over.push_back(
          fmt::format("{} is passed over: it is no property of a client's that rill knows", name));
    }
  }

 private:
  LogKind kind_;
  ClientKind client_;
};

template <typename Result, typename SetOption, typename CheckWord>
absl::StatusOr<Result> Convert(Result result, const ClientProperties& properties, LogKind kind,
                               ClientKind client, SetOption set_option, CheckWord check_word) {
  if (kind == LogKind::kCluster) {
    auto security = RdkafkaSecurity(properties);
    if (!security.ok()) return security.status();
    result.connection = *std::move(security);
  }
  const Rest rest(kind, client);
  for (const auto& [name, value] : properties) {
    if (auto right = check_word(name, value); !right.ok()) return right;
    if (const auto set = set_option(name, value, result.options)) {
      if (!set->ok()) return *set;
    } else {
      rest.Take(name, value, result.connection, result.options.configs, result.passed_over);
    }
  }
  return result;
}

// Kafka's clients are idempotent unless something forbids it: a record that is sent again is not
// stored twice, nor behind what was sent after it.
bool MayBeIdempotent(const ClientProperties& properties) {
  const auto is = [&properties](const char* name, std::initializer_list<const char*> values) {
    const auto found = properties.find(name);
    return found == properties.end() ||
           std::find(values.begin(), values.end(), JavaTrim(found->second)) != values.end();
  };
  const auto retries = properties.find("retries");
  return is("acks", {"all", "-1"}) &&
         (retries == properties.end() || JavaTrim(retries->second) != "0");
}

absl::Status WrongTogether(const std::string& what) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, what);
}

// What does not go with an idempotent producer, which Kafka's is unless it is told not to be.
absl::Status CheckIdempotence(const ClientProperties& properties) {
  constexpr std::int32_t kMostInFlight = 5;
  const auto trimmed = [&properties](const char* name, const char* otherwise) {
    const auto found = properties.find(name);
    return JavaTrim(found == properties.end() ? otherwise : found->second);
  };
  std::int32_t in_flight = 0;
  constexpr char kInFlight[] = "max.in.flight.requests.per.connection";
  auto set = SetNumber<std::int32_t>(kInFlight, trimmed(kInFlight, "5"), 1, in_flight);
  if (!set.ok()) return set;
  if (absl::AsciiStrToLower(trimmed("enable.idempotence", "true")) != "true") {
    return absl::OkStatus();
  }
  const bool is_asked_for = properties.contains("enable.idempotence");
  const std::string acks = trimmed("acks", "all");
  if (is_asked_for && trimmed("retries", "1") == "0") {
    return WrongTogether("Must set retries to non-zero when using the idempotent producer.");
  }
  if (is_asked_for && (acks == "0" || acks == "1")) {
    return WrongTogether(
        "Must set acks to all in order to use the idempotent producer. Otherwise we cannot "
        "guarantee idempotence.");
  }
  if (in_flight <= kMostInFlight) return absl::OkStatus();
  return WrongTogether(
      fmt::format("To use the idempotent producer, {} must be set to at most {}. Current value is "
                  "{}.",
                  kInFlight, kMostInFlight, in_flight));
}

absl::Status CheckMemory(const ProducerOptions& options) {
  if (options.batch_size <= options.buffer_memory) return absl::OkStatus();
  return WrongTogether(fmt::format("batch.size={} must be at most buffer.memory={}",
                                   options.batch_size, options.buffer_memory));
}

// Java's producer gives a record up after two minutes, but not before its linger and one request
// are over; librdkafka's tries for five.
std::string DeliveryTimeout(const ProducerOptions& options) {
  constexpr std::int32_t kRequestMs = 30000;
  constexpr absl::Duration kMost = absl::Milliseconds(std::numeric_limits<std::int32_t>::max());
  std::int32_t request_ms = kRequestMs;
  const auto given = options.configs.find("request.timeout.ms");
  if (given != options.configs.end()) {
    request_ms = ParseJavaNumber<std::int32_t>(given->second).value_or(kRequestMs);
  }
  const absl::Duration least = options.linger + absl::Milliseconds(request_ms);
  return fmt::format("{}", absl::ToInt64Milliseconds(std::clamp(least, absl::Minutes(2), kMost)));
}

}  // namespace

absl::StatusOr<ProducerConfigs> ToProducerConfigs(const ClientProperties& properties,
                                                  LogKind kind) {
  ProducerConfigs begun;
  begun.options.enable_idempotence = kind == LogKind::kCluster && MayBeIdempotent(properties);
  const auto codec = properties.find(kCompressionType);  // says whose level counts
  if (codec != properties.end()) {
    auto set = SetChoice(kCompressionType, codec->second, kCompressions, begun.options.compression);
    if (!set.ok()) return set;
  }
  auto converted = Convert(std::move(begun), properties, kind, ClientKind::kProducer,
                           SetProducerOption, CheckProducerWord);
  if (!converted.ok()) return converted;
  if (auto fits = CheckMemory(converted->options); !fits.ok()) return fits;
  if (kind == LogKind::kCluster) {
    if (auto right = CheckIdempotence(properties); !right.ok()) return right;
    ProducerOptions& options = converted->options;
    options.configs.try_emplace("delivery.timeout.ms", DeliveryTimeout(options));
  }
  return converted;
}

absl::StatusOr<ConsumerConfigs> ToConsumerConfigs(const ClientProperties& properties,
                                                  LogKind kind) {
  const auto by_broker = AsksForConsumerProtocol(properties);
  if (!by_broker.ok()) return by_broker.status();
  auto converted = Convert(ConsumerConfigs(), properties, kind, ClientKind::kConsumer,
                           SetConsumerOption, NoWordToCheck);
  if (!converted.ok()) return converted;
  const auto reset = properties.find("auto.offset.reset");
  if (reset != properties.end()) converted->reset_by = ResetDuration(JavaTrim(reset->second));
  const auto id = properties.find("client.id");
  if (id != properties.end()) converted->options.client_id = id->second;
  if (*by_broker && kind == LogKind::kCluster) {
    converted->options.configs[kGroupProtocol] = "consumer";
  } else if (*by_broker) {
    converted->passed_over.push_back(
        fmt::format("{}=consumer is passed over: a data folder has no broker to assign partitions",
                    kGroupProtocol));
  }
  return converted;
}

}  // namespace rill::cli
