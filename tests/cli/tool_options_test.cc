#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/client_configs.h"
#include "cli/configs_options.h"
#include "cli/console_producer_options.h"
#include "cli/consumer_perf_options.h"
#include "cli/producer_perf_options.h"
#include "fmt/format.h"
#include "run_command.h"

// What the options of Kafka's tools become.
namespace rill::cli {
namespace {

using Configs = std::map<std::string, std::string>;

CommandLine Parse(const KafkaTool& tool, const std::string& words) {
  auto line = CommandLine::Parse(tool.options, SplitWords(words));
  REQUIRE(line.ok());
  return *std::move(line);
}

// Reads words where there are files that they may name.
class WithFiles {
 public:
  void Write(const std::string& name, std::string_view text) {
    const auto file = files_->Open("/" + name, io::OpenMode::kCreate);
    REQUIRE(file.ok());
    REQUIRE((*file)->WriteAt(0, text).ok());
  }

  absl::StatusOr<ConsoleProducerWords> ReadProducer(const std::string& words,
                                                    LogKind kind = LogKind::kCluster) {
    return ReadConsoleProducerWords(context_, Parse(kConsoleProducerTool, words), kind);
  }
  // The properties of the producer.
  ClientProperties Producer(const std::string& words, LogKind kind = LogKind::kCluster) {
    auto read = ReadProducer(words, kind);
    REQUIRE(read.ok());
    return std::move(read->properties);
  }

  absl::StatusOr<ProducerPerfWords> ReadProducerPerf(const std::string& words) {
    const std::string all =
        "--bootstrap-server a:1 --topic orders --num-records 1 --throughput -1 " + words;
    return ReadProducerPerfWords(context_, Parse(kProducerPerfTool, all));
  }
  ProducerPerfWords ProducerPerf(const std::string& words) {
    auto read = ReadProducerPerf(words);
    REQUIRE(read.ok());
    return *std::move(read);
  }

  ConsumerPerfWords ConsumerPerf(const std::string& words) {
    const std::string all = "--bootstrap-server a:1 --topic orders --num-records 1 " + words;
    auto read = ReadConsumerPerfWords(context_, Parse(kConsumerPerfTool, all));
    REQUIRE(read.ok());
    return *std::move(read);
  }

  std::string out() const { return out_.str(); }

 private:
  std::unique_ptr<io::FileSystem> files_ = io::NewMemoryFileSystem();
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  const CommandContext context_{*files_, "/", in_, out_, StandardError(err_)};
};

TEST_CASE("Options of the console producer are properties, which they win over") {
  const struct {
    const char* option;
    const char* property;
    const char* otherwise;
  } cases[] = {
      {"batch-size", "batch.size", "16384"},
      {"max-block-ms", "max.block.ms", "60000"},
      {"max-memory-bytes", "buffer.memory", "33554432"},
      {"max-partition-memory-bytes", "batch.size", "16384"},
      {"message-send-max-retries", "retries", "3"},
      {"metadata-expiry-ms", "metadata.max.age.ms", "300000"},
      {"request-required-acks", "acks", "-1"},
      {"request-timeout-ms", "request.timeout.ms", "1500"},
      {"retry-backoff-ms", "retry.backoff.ms", "100"},
      {"socket-buffer-size", "send.buffer.bytes", "102400"},
      {"timeout", "linger.ms", "1000"},
  };
  WithFiles files;
  for (const auto& one : cases) {
    CAPTURE(one.option);
    const std::string option = fmt::format("--{} 1", one.option);
    const std::string property = fmt::format("--command-property {}=2", one.property);
    CHECK(files.Producer("").at(one.property) == one.otherwise);
    CHECK(files.Producer(option).at(one.property) == "1");
    CHECK(files.Producer(property).at(one.property) == "2");
    CHECK(files.Producer(fmt::format("{} {}", property, option)).at(one.property) == "1");
    const auto wrong = files.ReadProducer(fmt::format("--{} x", one.option));
    CHECK(wrong.ok() == (std::string_view(one.property) == "acks"));
  }
}

TEST_CASE("What the console producer is told of a cluster arrives at its client") {
  WithFiles files;
  const auto configs = ToProducerConfigs(
      files.Producer("--request-required-acks 1 --message-send-max-retries 2 --retry-backoff-ms 3 "
                     "--request-timeout-ms 4 --metadata-expiry-ms 5 --socket-buffer-size 6 "
                     "--timeout 7 --max-block-ms 8 --max-memory-bytes 10 "
                     "--max-partition-memory-bytes 9"),
      LogKind::kCluster);
  REQUIRE(configs.ok());
  CHECK(configs->options.configs == Configs{{"acks", "1"},
                                            {"client.id", "console-producer"},
                                            {"delivery.timeout.ms", "120000"},
                                            {"metadata.max.age.ms", "5"},
                                            {"request.timeout.ms", "4"},
                                            {"retries", "2"},
                                            {"retry.backoff.ms", "3"},
                                            {"socket.send.buffer.bytes", "6"}});
  CHECK(configs->options.linger == absl::Milliseconds(7));
  CHECK(configs->options.max_block == absl::Milliseconds(8));
  CHECK(configs->options.buffer_memory == 10);
  CHECK(configs->options.batch_size == 9);
  CHECK(configs->passed_over.empty());
}

TEST_CASE("The console producer of a folder is told of a cluster only what somebody says") {
  WithFiles files;
  const auto unsaid = ToProducerConfigs(files.Producer("", LogKind::kFolder), LogKind::kFolder);
  REQUIRE(unsaid.ok());
  CHECK(unsaid->passed_over.empty());
  CHECK(files.Producer("--retry-backoff-ms 1", LogKind::kFolder).at("retry.backoff.ms") == "1");
}

TEST_CASE("Files say what the console producer and its reader are to do, and words win over them") {
  WithFiles files;
  files.Write("producer.properties", "linger.ms=5\nacks=0\n");
  files.Write("reader.properties", "parse.key=true\nkey.separator=:\n");
  for (const char* const option : {"--producer.config", "--command-config"}) {
    CAPTURE(option);
    const auto properties =
        files.Producer(fmt::format("{} producer.properties --command-property acks=1", option));
    CHECK(properties.at("linger.ms") == "5");
    CHECK(properties.at("acks") == "1");
  }
  CHECK(files.out() ==
        "Warning: --producer.config is deprecated and will be removed in a future version. Use "
        "--command-config instead.\n");
  const auto reader =
      files.ReadProducer("--reader-config reader.properties --reader-property key.separator=;");
  REQUIRE(reader.ok());
  CHECK(reader->reader == Configs{{"key.separator", ";"}, {"parse.key", "true"}});
}

TEST_CASE("The console producer reads lines by Kafka's class, and refuses others by name") {
  WithFiles files;
  CHECK(files.ReadProducer("--line-reader org.apache.kafka.tools.LineMessageReader").ok());
  CHECK(files.ReadProducer("--line-reader my.Own").status().message() ==
        "there is no line reader my.Own; rill is no Java program, and knows "
        "org.apache.kafka.tools.LineMessageReader");
}

TEST_CASE("An old name of an option of the console producer is told of") {
  WithFiles files;
  files.Producer("--max-partition-memory-bytes 1");
  CHECK(files.out() ==
        "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka "
        "5.0. Use --batch-size instead.\n");
}

TEST_CASE("Options of the consumer's test are properties, or how it reports") {
  WithFiles files;
  const auto unsaid = files.ConsumerPerf("");
  CHECK(unsaid.properties.at("auto.offset.reset") == "earliest");
  CHECK(unsaid.properties.at("max.partition.fetch.bytes") == "1048576");
  CHECK(unsaid.properties.at("receive.buffer.bytes") == "2097152");
  CHECK(unsaid.reporting_interval == absl::Seconds(5));
  CHECK_FALSE(unsaid.print_metrics);
  const auto said = files.ConsumerPerf(
      "--from-latest --fetch-size 7 --socket-buffer-size 8 --reporting-interval 9 "
      "--date-format yyyy --print-metrics");
  CHECK(said.properties.at("auto.offset.reset") == "latest");
  CHECK(said.properties.at("max.partition.fetch.bytes") == "7");
  CHECK(said.properties.at("receive.buffer.bytes") == "8");
  CHECK(said.reporting_interval == absl::Milliseconds(9));
  CHECK(said.print_metrics);
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::LocalTimeZone());
  CHECK(unsaid.date_format.Format(time) == "2026-01-02 03:04:05:000");
  CHECK(said.date_format.Format(time) == "2026");
}

TEST_CASE("Payloads of the producer's test stand between delimiters, lines by default") {
  using Payloads = std::vector<std::string>;
  WithFiles files;
  files.Write("payloads", "a;b\nc;;d");
  CHECK(files.ProducerPerf("--payload-file payloads").payloads == Payloads{"a;b", "c;;d"});
  CHECK(files.ProducerPerf("--payload-file payloads --payload-delimiter \\n").payloads ==
        Payloads{"a;b", "c;;d"});
  CHECK(files.ProducerPerf("--payload-file payloads --payload-delimiter ;").payloads ==
        Payloads{"a", "b\nc", "", "d"});
  CHECK(files.ProducerPerf("--payload-file payloads --payload-delimiter ;;").payloads ==
        Payloads{"a;b\nc", "d"});
}

TEST_CASE("Options of the producer's test are how it reports") {
  WithFiles files;
  const auto unsaid = files.ProducerPerf("--record-size 1");
  CHECK(unsaid.reporting_interval == absl::Seconds(5));
  CHECK_FALSE(unsaid.print_metrics);
  const auto said = files.ProducerPerf("--record-size 1 --reporting-interval 7 --print-metrics");
  CHECK(said.reporting_interval == absl::Milliseconds(7));
  CHECK(said.print_metrics);
  CHECK(absl::IsUnimplemented(
      files.ReadProducerPerf("--record-size 1 --transaction-duration-ms 5").status()));
}

TEST_CASE("Whose configs are meant is said by one option, or by type and name") {
  const struct {
    const char* words;
    const char* type;
    const char* name;
  } cases[] = {
      {"--ip 10.0.0.1", "ips", "10.0.0.1"}, {"--ip-defaults", "ips", ""},
      {"--client-defaults", "clients", ""}, {"--user-defaults", "users", ""},
      {"--broker-defaults", "brokers", ""}, {"--entity-type ips --entity-default", "ips", ""},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const auto entities = EntitiesOf(Parse(kConfigsTool, one.words));
    REQUIRE(entities.ok());
    CHECK(entities->types == std::vector<std::string>{one.type});
    CHECK(entities->names == std::vector<std::string>{one.name});
  }
}

}  // namespace
}  // namespace rill::cli
