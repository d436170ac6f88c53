#include "cli/console_producer_options.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "cli/admin_session.h"
#include "cli/option_number.h"
#include "client/remote/bootstrap.h"
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
    {"producer.config", Argument::kRequired},
    {"producer-property", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"reader-property", Argument::kRequired},
    {"reader-config", Argument::kRequired},
    {"property", Argument::kRequired},
    {"line-reader", Argument::kRequired},
    {"sync"},
    {"compression-codec", Argument::kOptional},
    {"batch-size", Argument::kRequired},
    {"max-partition-memory-bytes", Argument::kRequired},
    {"timeout", Argument::kRequired},
    {"request-required-acks", Argument::kRequired},
    {"request-timeout-ms", Argument::kRequired},
    {"message-send-max-retries", Argument::kRequired},
    {"retry-backoff-ms", Argument::kRequired},
    {"metadata-expiry-ms", Argument::kRequired},
    {"max-block-ms", Argument::kRequired},
    {"max-memory-bytes", Argument::kRequired},
    {"socket-buffer-size", Argument::kRequired},
};

constexpr char kHelp[] =
    R"(Sends the lines of standard input as records.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--topic <name>                      REQUIRED: the topic
--reader-property <name=value>      How a line is read: parse.key, parse.headers,
                                    ignore.error=false; key.separator and
                                    headers.delimiter, a tab; headers.separator=,
                                    headers.key.separator=: and null.marker, the text
                                    that stands for null. With both,
                                    "h1:v1,h2:v2<tab>key<tab>value"
--reader-config <file>              A file of such properties
--property <name=value>             The old name of --reader-property
--line-reader <class>               org.apache.kafka.tools.LineMessageReader; there is
                                    no other
--sync                              Send one at a time, and wait for each
--compression-codec [codec]         gzip (without a word), snappy, lz4, zstd or none
--batch-size <bytes>                Of a batch (16384)
--max-partition-memory-bytes <bytes>  The old name of --batch-size
--timeout <ms>                      How long a record waits for others (1000)
--request-required-acks <acks>      all (-1, the default), 1 or 0
--request-timeout-ms <ms>           How long a request may take (1500)
--message-send-max-retries <count>  How often it is tried again (3)
--retry-backoff-ms <ms>             ... and after which time (100)
--metadata-expiry-ms <ms>           How long what is known of the cluster counts (300000)
--max-block-ms <ms>                 How long to wait for room or a topic (60000)
--max-memory-bytes <bytes>          For records that wait (33554432)
--socket-buffer-size <bytes>        Of the connection (102400)
--command-property <name=value>     A property of the producer, as Kafka's has them
--command-config <file>             A file of such properties
--producer-property, --producer.config  The old names of these two
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-console-producer --bootstrap-server localhost:9092 --topic orders
)";

constexpr OldOption kFile = {"producer.config", "command-config"};
constexpr OldOption kProperty = {"producer-property", "command-property"};
constexpr OldOption kReader = {"property", "reader-property"};
constexpr char kLineReader[] = "org.apache.kafka.tools.LineMessageReader";

void TellOld(const CommandContext& context, const CommandLine& line) {
  for (const OldOption& option : {kProperty, kFile, kReader}) {
    if (!line.Has(option.old_name)) continue;
    context.out << fmt::format(
        "Warning: --{} is deprecated and will be removed in a future version. Use --{} instead.\n",
        option.old_name, option.name);
  }
  if (line.Has("max-partition-memory-bytes")) {
    context.out << "Warning: --max-partition-memory-bytes is deprecated and will be removed in "
                   "Apache Kafka 5.0. Use --batch-size instead.\n";
  }
}

// An option that is a property of the producer: it wins where it is given, and its default counts
// where nothing else is said.
struct OptionProperty {
  std::string_view option;
  const char* property;
  const char* otherwise;
  bool is_number = true;
  bool is_of_clusters = false;  // means nothing for a folder
};

constexpr OptionProperty kProperties[] = {
    {"timeout", "linger.ms", "1000"},
    {"request-required-acks", "acks", "-1", false, true},
    {"request-timeout-ms", "request.timeout.ms", "1500", true, true},
    {"message-send-max-retries", "retries", "3", true, true},
    {"retry-backoff-ms", "retry.backoff.ms", "100", true, true},
    {"socket-buffer-size", "send.buffer.bytes", "102400", true, true},
    {"max-memory-bytes", "buffer.memory", "33554432"},
    {"batch-size", "batch.size", "16384"},
    {"max-partition-memory-bytes", "batch.size", "16384"},
    {"metadata-expiry-ms", "metadata.max.age.ms", "300000", true, true},
    {"max-block-ms", "max.block.ms", "60000"},
};

absl::Status SetFromOption(const CommandLine& line, const OptionProperty& one, LogKind kind,
                           ClientProperties& properties) {
  if (!line.Has(one.option)) {
    if (!one.is_of_clusters || kind == LogKind::kCluster) {
      properties.try_emplace(one.property, one.otherwise);
    }
    return absl::OkStatus();
  }
  if (one.is_number) {
    const auto number = NumberOf<std::int64_t>(line, one.option);
    if (!number.ok()) return number.status();
  }
  const auto text = line.Value(one.option, one.otherwise);
  if (!text.ok()) return text.status();
  properties[one.property] = *text;
  return absl::OkStatus();
}

absl::Status SetCompression(const CommandLine& line, ClientProperties& properties) {
  const auto codec = line.Value("compression-codec", "");
  if (!codec.ok()) return codec.status();
  properties["compression.type"] = !line.Has("compression-codec") ? "none"
                                   : codec->empty()               ? "gzip"
                                                                  : *codec;
  return absl::OkStatus();
}

absl::Status CheckLineReader(const CommandLine& line) {
  const auto reader = line.Value("line-reader", kLineReader);
  if (!reader.ok()) return reader.status();
  if (*reader == kLineReader) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "there is no line reader {}; rill is no Java program, and knows {}", *reader, kLineReader));
}

}  // namespace

const KafkaTool kConsoleProducerTool = {"console-producer", kOptions, kHelp};

absl::Status CheckConsoleProducerWords(const CommandLine& line) {
  if (auto right = CheckRequired(line, {"topic"}); !right.ok()) return right;
  for (const OldOption& option : {kFile, kProperty, kReader}) {
    if (auto apart = CheckNotBoth(line, option, false); !apart.ok()) return apart;
  }
  if (line.Has("data-dir")) return absl::OkStatus();
  const auto servers = line.Value("bootstrap-server", "");
  if (!servers.ok()) return servers.status();
  if (servers->empty()) {
    return absl::InvalidArgumentError("Error while validating the bootstrap address\n");
  }
  if (remote::ParseBootstrap(*servers).ok()) return absl::OkStatus();
  return absl::InvalidArgumentError("Please provide valid host:port like host1:9091,host2:9092\n");
}

absl::StatusOr<ConsoleProducerWords> ReadConsoleProducerWords(const CommandContext& context,
                                                              const CommandLine& line,
                                                              LogKind kind) {
  ConsoleProducerWords words;
  TellOld(context, line);
  if (auto right = CheckLineReader(line); !right.ok()) return right;
  const auto topic = line.Value("topic", "");
  if (!topic.ok()) return topic.status();
  words.topic = *topic;
  words.sync = line.Has("sync");
  if (auto set = SetFromFile(context, line, "reader-config", words.reader); !set.ok()) return set;
  SetKeyValues(line.Values(kReader.old_name), words.reader);
  SetKeyValues(line.Values(kReader.name), words.reader);
  auto set = SetFromWords(context, line, kFile, kProperty, words.properties);
  if (!set.ok()) return set;
  if (set = SetCompression(line, words.properties); !set.ok()) return set;
  words.properties.try_emplace("client.id", "console-producer");
  for (const OptionProperty& one : kProperties) {
    if (set = SetFromOption(line, one, kind, words.properties); !set.ok()) return set;
  }
  return words;
}

}  // namespace rill::cli
