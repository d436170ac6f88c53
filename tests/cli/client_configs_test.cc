#include "cli/client_configs.h"

#include <string>

#include "catch.h"
#include "cli/deserializer.h"
#include "cli/java_log.h"
#include "cli/line_reader.h"

// What properties of Kafka's Java clients mean to rill.
namespace rill::cli {
namespace {

using Configs = std::map<std::string, std::string>;

std::string Refused(const ClientProperties& properties, LogKind kind = LogKind::kCluster) {
  return std::string(ToProducerConfigs(properties, kind).status().message());
}

TEST_CASE("A producer's properties go to rill's options, or to librdkafka by its names") {
  const auto configs = ToProducerConfigs({{"acks", "all"},
                                          {"batch.size", "1"},
                                          {"client.id", "me"},
                                          {"compression.type", "zstd"},
                                          {"compression.zstd.level", "7"},
                                          {"compression.gzip.level", "2"},
                                          {"linger.ms", " 5 "},
                                          {"send.buffer.bytes", "100000"}},
                                         LogKind::kCluster);
  REQUIRE(configs.ok());
  CHECK(configs->options.linger == absl::Milliseconds(5));
  CHECK(configs->options.batch_size == 1);
  CHECK(configs->options.compression == Compression::kZstd);
  CHECK(configs->options.compression_level == 7);
  CHECK(configs->options.configs == Configs{{"acks", "all"},
                                            {"client.id", "me"},
                                            {"delivery.timeout.ms", "120000"},
                                            {"socket.send.buffer.bytes", "100000"}});
  CHECK(configs->connection == Configs{{"client.id", "me"}});
  CHECK(configs->passed_over.empty());
}

TEST_CASE("A producer of a cluster is idempotent, as Kafka's, unless something forbids it") {
  const auto is_idempotent = [](const ClientProperties& properties) {
    const auto configs = ToProducerConfigs(properties, LogKind::kCluster);
    REQUIRE(configs.ok());
    return configs->options.enable_idempotence;
  };
  CHECK(is_idempotent({}));
  CHECK(is_idempotent({{"acks", "-1"}}));
  CHECK_FALSE(is_idempotent({{"acks", "1"}}));
  CHECK_FALSE(is_idempotent({{"retries", "0"}}));
  CHECK_FALSE(is_idempotent({{"enable.idempotence", "false"}}));
}

TEST_CASE("What does not go with an idempotent producer is refused, as by Kafka's") {
  const std::string in_flight = "max.in.flight.requests.per.connection";
  const std::string too_many =
      "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at "
      "most 5. Current value is 9.";
  CHECK(Refused({{in_flight, "9"}}) == too_many);
  CHECK(Refused({{in_flight, "9"}, {"acks", "1"}}) == too_many);
  CHECK(Refused({{in_flight, "x"}}) ==
        "Invalid value x for configuration max.in.flight.requests.per.connection: Not a number of "
        "type INT");
  CHECK(Refused({{"enable.idempotence", "true"}, {"retries", "0"}}) ==
        "Must set retries to non-zero when using the idempotent producer.");
  CHECK(Refused({{"enable.idempotence", "true"}, {"acks", "1"}})
            .starts_with("Must set acks to all in order to use the idempotent producer."));
  CHECK(ToProducerConfigs({{in_flight, "9"}, {"enable.idempotence", "false"}}, LogKind::kCluster)
            .ok());
  CHECK(ToProducerConfigs({{in_flight, "9"}}, LogKind::kFolder).ok());  // means nothing there
}

TEST_CASE("A consumer may begin a duration before now, which no librdkafka is told of") {
  const auto configs =
      ToConsumerConfigs({{"auto.offset.reset", "by_duration:P1DT1H"}}, LogKind::kCluster);
  REQUIRE(configs.ok());
  CHECK(configs->reset_by == absl::Hours(25));
  CHECK(configs->options.reset == OffsetReset::kEarliest);
  CHECK_FALSE(ToConsumerConfigs({{"auto.offset.reset", "earliest"}}, LogKind::kCluster)->reset_by);
  for (const char* word : {"by_duration", "by_duration:x", "by_duration:-P1D", "soon"}) {
    CAPTURE(word);
    const auto refused =
        ToConsumerConfigs({{"auto.offset.reset", word}}, LogKind::kFolder).status();
    CHECK(std::string(refused.message())
              .ends_with("The value must be either 'earliest', 'latest', 'none' or of the format "
                         "'by_duration:<PnDTnHnMn.nS.>'."));
  }
}

TEST_CASE("A record is given up when Kafka's producer does that, unless a property says when") {
  const auto timeout = [](const ClientProperties& properties) {
    const auto configs = ToProducerConfigs(properties, LogKind::kCluster);
    REQUIRE(configs.ok());
    return configs->options.configs.at("delivery.timeout.ms");
  };
  CHECK(timeout({}) == "120000");
  CHECK(timeout({{"linger.ms", "1000"}, {"request.timeout.ms", "1500"}}) == "120000");
  CHECK(timeout({{"linger.ms", "100000"}}) == "130000");
  CHECK(timeout({{"linger.ms", "100000"}, {"request.timeout.ms", "50000"}}) == "150000");
  CHECK(timeout({{"linger.ms", "9223372036854775807"}}) == "2147483647");
  CHECK(timeout({{"linger.ms", "100000"}, {"delivery.timeout.ms", "7"}}) == "7");
  const auto folder = ToProducerConfigs({}, LogKind::kFolder);
  REQUIRE(folder.ok());
  CHECK(folder->options.configs.empty());
}

TEST_CASE("A consumer's properties go to rill's options, Java's assignors by their short names") {
  const std::string package = "org.apache.kafka.clients.consumer.";
  const auto configs = ToConsumerConfigs(
      {{"auto.offset.reset", "earliest"},
       {"enable.auto.commit", "TRUE"},
       {"fetch.max.wait.ms", "7"},
       {"group.id", "billing"},
       {"isolation.level", "read_committed"},
       {"partition.assignment.strategy", package + "CooperativeStickyAssignor, range"},
       {"value.deserializer", "whatever"}},
      LogKind::kCluster);
  REQUIRE(configs.ok());
  CHECK(configs->options.group == "billing");
  CHECK(configs->options.reset == kEarliest);
  CHECK(configs->options.enable_auto_commit);
  CHECK(configs->options.isolation_level == IsolationLevel::kReadCommitted);
  CHECK(configs->options.partition_assignment_strategy ==
        std::vector<std::string>{"cooperative-sticky", "range"});
  CHECK(configs->options.configs == Configs{{"fetch.wait.max.ms", "7"}});
  CHECK(configs->passed_over.empty());
}

TEST_CASE("group.protocol=consumer is librdkafka's over a cluster, and does nothing in a folder") {
  const ClientProperties properties = {{"group.protocol", " Consumer"},
                                       {"group.remote.assignor", "range"}};
  const auto cluster = ToConsumerConfigs(properties, LogKind::kCluster);
  REQUIRE(cluster.ok());
  CHECK(cluster->options.configs ==
        Configs{{"group.protocol", "consumer"}, {"group.remote.assignor", "range"}});
  CHECK(cluster->passed_over.empty());
  const auto folder = ToConsumerConfigs({{"group.protocol", "CONSUMER"}}, LogKind::kFolder);
  REQUIRE(folder.ok());
  CHECK(folder->options.configs.empty());
  CHECK(folder->passed_over ==
        std::vector<std::string>{
            "group.protocol=consumer is passed over: a data folder has no broker to assign "
            "partitions"});
  const auto classic = ToConsumerConfigs({{"group.protocol", "Classic"}}, LogKind::kCluster);
  REQUIRE(classic.ok());
  CHECK(classic->options.configs.empty());
}

TEST_CASE("What does not go with a group's protocol is refused in the words of Kafka's clients") {
  const auto refused = [](const ClientProperties& properties) {
    return std::string(ToConsumerConfigs(properties, LogKind::kCluster).status().message());
  };
  CHECK(refused({{"group.protocol", "foo"}}) ==
        "Invalid value foo for configuration group.protocol: String must be one of (case "
        "insensitive): CONSUMER, CLASSIC");
  for (const char* name :
       {"session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"}) {
    CHECK(refused({{"group.protocol", "consumer"}, {name, "1"}}) ==
          std::string(name) + " cannot be set when group.protocol=CONSUMER");
  }
  CHECK(refused({{"group.remote.assignor", "range"}}) ==
        "group.remote.assignor cannot be set when group.protocol=CLASSIC");
}

TEST_CASE("What means nothing for a folder, or to rill, is named") {
  const auto configs =
      ToProducerConfigs({{"acks", "1"}, {"interceptor.classes", "x"}, {"security.protocol", "SSL"}},
                        LogKind::kFolder);
  REQUIRE(configs.ok());
  CHECK(configs->options.configs.empty());
  CHECK(configs->passed_over ==
        std::vector<std::string>{
            "acks is passed over: it means nothing for a data folder",
            "interceptor.classes is passed over: it is no property of a client's that rill knows",
            "security.protocol is passed over: it means nothing for a data folder"});
}

TEST_CASE("Values that a property cannot have are refused in the words of Kafka's clients") {
  CHECK(Refused({{"linger.ms", "x"}}) ==
        "Invalid value x for configuration linger.ms: Not a number of type LONG");
  CHECK(Refused({{"batch.size", "-1"}}) ==
        "Invalid value -1 for configuration batch.size: Value must be at least 0");
  CHECK(Refused({{"compression.type", "zip"}}) ==
        "Invalid value zip for configuration compression.type: String must be one of: none, gzip, "
        "snappy, lz4, zstd");
  CHECK(Refused({{"partitioner.class", "x"}}) ==
        "Invalid value x for configuration partitioner.class: Class x could not be found.");
  CHECK(Refused({{"batch.size", "16384"}, {"buffer.memory", "1000"}}) ==
        "batch.size=16384 must be at most buffer.memory=1000");
  CHECK(ToConsumerConfigs({{"group.id", " "}}, LogKind::kFolder).status().message() ==
        "The configured group.id should not be an empty string or whitespace.");
  CHECK(Refused({{"transactional.id", "x"}}, LogKind::kFolder).starts_with("transactional.id "));
}

TEST_CASE("What the library says of an option of C++ is said of Kafka's property") {
  const auto told = [](const char* what) {
    return std::string(InPropertyNames(absl::InvalidArgumentError(what)).message());
  };
  CHECK(told("ProducerOptions::batch_size=5 is ProducerOptions::linger") ==
        "batch.size=5 is linger.ms");
  CHECK(told("needs a ConsumerOptions::group") == "needs a group.id");
  CHECK(told("ConsumerOptions::") == "");
  CHECK(told("max_request_size") == "max_request_size");
}

TEST_CASE("How a client proves who it is, is said in librdkafka's names, or refused by name") {
  const auto configs = ToProducerConfigs(
      {{"security.protocol", "SASL_SSL"},
       {"sasl.mechanism", "PLAIN"},
       {"sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"me\" "
        "password=\"a \\\" b\";"},
       {"ssl.endpoint.identification.algorithm", ""},
       {"ssl.truststore.location", "ca.pem"},
       {"ssl.truststore.type", "PEM"}},
      LogKind::kCluster);
  REQUIRE(configs.ok());
  CHECK(configs->connection == Configs{{"sasl.mechanism", "PLAIN"},
                                       {"sasl.password", "a \" b"},
                                       {"sasl.username", "me"},
                                       {"security.protocol", "SASL_SSL"},
                                       {"ssl.ca.location", "ca.pem"},
                                       {"ssl.endpoint.identification.algorithm", "none"}});
  CHECK(Refused({{"ssl.truststore.location", "a.jks"}})
            .starts_with("ssl.truststore.location is a trust store of type JKS"));
  CHECK(Refused({{"sasl.login.class", "x"}}).starts_with("sasl.login.class is a setting"));
}

TEST_CASE("Deserializers print what Java's toString does") {
  const auto shown = [](const std::string& name, std::string_view bytes) {
    const auto deserializer =
        FindDeserializer("org.apache.kafka.common.serialization." + name + "Deserializer");
    REQUIRE(deserializer.ok());
    std::string text;
    const absl::Status status = (*deserializer)(bytes, text);
    return status.ok() ? text : "refused: " + std::string(status.message());
  };
  CHECK(shown("Integer", std::string_view("\xff\xff\xff\xfe", 4)) == "-2");
  CHECK(shown("Short", std::string_view("\x01\x00", 2)) == "256");
  CHECK(shown("Float", std::string_view("\x3f\x80\x00\x00", 4)) == "1.0");
  CHECK(shown("Float", std::string_view("\x3d\xcc\xcc\xcd", 4)) == "0.1");
  CHECK(shown("Double", std::string_view("\x40\x59\x00\x00\x00\x00\x00\x00", 8)) == "100.0");
  CHECK(shown("Boolean", std::string_view("\x01", 1)) == "true");
  CHECK(shown("Bytes", std::string_view("a\\\x00", 3)) == "a\\x5C\\x00");
  CHECK(shown("String", "\xff") == "\xef\xbf\xbd");
  CHECK(shown("UUID", "1-2-3-4-5") == "00000001-0002-0003-0004-000000000005");
  CHECK(shown("UUID", "1-2-3-4") == "refused: Error parsing data into UUID");
  CHECK(shown("Long", "x") == "refused: Size of data received by LongDeserializer is not 8");
}

TEST_CASE("Separators of lines must differ, and headers are split as Java's String.split does") {
  const auto wrong = LineReader::New({{"headers.separator", ":"}});
  CHECK(wrong.status().message() == "headers.separator and headers.key.separator may not be equal");
  auto reader = LineReader::New({{"parse.headers", "true"}, {"headers.separator", "[;|]"}});
  REQUIRE(reader.ok());
  const auto record = reader->Parse("a:1;b:2|;\tvalue");
  REQUIRE(record.ok());
  CHECK(record->headers.size() == 2);
  CHECK(record->headers[1].name == "b");
  CHECK(record->value == "value");
  CHECK(reader->Parse("a\tvalue").status().message() ==
        "No header key separator found in pair 'a' on line number 2");
}

}  // namespace
}  // namespace rill::cli
