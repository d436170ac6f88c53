#include <string>

#include "catch.h"
#include "cli/kafka_apis.h"
#include "with_node.h"

// `rill broker-api-versions`, as kafka-broker-api-versions.
namespace rill::cli {
namespace {

TEST_CASE("A broker's requests and versions are printed by their keys, what it lacks too") {
  WithNode node;
  const std::string out = node.Out("broker-api-versions", "");
  CHECK(out.starts_with(node.bootstrap() +
                        " (id: 1 rack: null isFenced: false) -> (\n\tProduce(0): 0 to 13 "
                        "[usable: 13],\n\tFetch(1): "));
  CHECK(Contains(out, ",\n\tAlterReplicaLogDirs(34): UNSUPPORTED,\n"));
  CHECK(out.ends_with("\n)\n"));
  CHECK_FALSE(Contains(out, "UNKNOWN"));
}

TEST_CASE("The requests of Kafka stand in order of their keys") {
  int last = -1;
  for (const KafkaApi& api : KafkaApis()) {
    CHECK(api.key > last);
    CHECK(api.oldest <= api.latest);
    last = api.key;
  }
}

TEST_CASE("Brokers have to be named") {
  CHECK(RunRillLine("broker-api-versions --version").exit_code == 0);
  CHECK(RunRillLine("broker-api-versions --command-configs x").exit_code == 1);
  CHECK(RunRillLine("broker-api-versions").exit_code == 1);
}

}  // namespace
}  // namespace rill::cli
