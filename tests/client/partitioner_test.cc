#include "rill/partitioner.h"

#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "client_test.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

// A line of the files of vectors: key in hex ("-" is the empty one), partitions, hash, partition.
struct Vector {
  std::string key;
  std::int32_t partitions;
  std::int64_t hash;
  std::int32_t partition;
};

std::vector<Vector> ReadVectors(const std::string& file) {
  std::ifstream in(std::string(RILL_SOURCE_DIR) + "/tests/data/" + file);
  REQUIRE(in.good());
  std::vector<Vector> vectors;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string hex;
    Vector vector;
    fields >> hex >> vector.partitions >> vector.hash >> vector.partition;
    REQUIRE_FALSE(fields.fail());
    for (std::size_t i = 0; hex != "-" && i < hex.size(); i += 2) {
      vector.key += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    vectors.push_back(vector);
  }
  REQUIRE(vectors.size() > 100);
  return vectors;
}

TEST_CASE("keys get the hash and the partition that the Java client gives them") {
  for (const Vector& vector : ReadVectors("murmur2_vectors.txt")) {
    INFO("key of " << vector.key.size() << " bytes, " << vector.partitions << " partitions");
    CHECK(Murmur2(vector.key) == vector.hash);
    CHECK(PartitionForKey(vector.key, vector.partitions) == vector.partition);
    CHECK(DefaultPartitioner()("t", vector.key, vector.partitions) == vector.partition);
  }
}

TEST_CASE("keys get the partition that librdkafka's consistent_random gives them") {
  for (const Vector& vector : ReadVectors("consistent_random_vectors.txt")) {
    if (vector.key.empty()) continue;
    INFO("key of " << vector.key.size() << " bytes, " << vector.partitions << " partitions");
    CHECK(ConsistentPartition(vector.key, vector.partitions) == vector.partition);
    CHECK(ConsistentRandomPartitioner()("t", vector.key, vector.partitions) == vector.partition);
  }
}

TEST_CASE("consistent_random spreads records whose key is empty or null") {
  const Partitioner partitioner = ConsistentRandomPartitioner();
  for (const std::string_view key : {std::string_view(), std::string_view("")}) {
    std::set<std::int32_t> chosen;
    for (int i = 0; i < 200; ++i) chosen.insert(partitioner("t", key, 4));
    CHECK(chosen == std::set<std::int32_t>{0, 1, 2, 3});
  }
}

TEST_CASE("records without a key stay with a partition for a batch's worth, then move on") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 4);
  const std::string value(100, 'v');
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Minutes(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger, .batch_size = 2000}));
    std::vector<PendingSend> sends;
    for (int i = 0; i < 1000; ++i) sends.push_back(producer.Send(topic, {.value = value}));
    REQUIRE(producer.Flush().ok());
    std::vector<int> runs(1, 0);
    std::set<std::int32_t> seen;
    std::int32_t before = -1;
    for (const PendingSend& send : sends) {
      const std::int32_t now = Get(send.Wait()).partition;
      if (now != before && before != -1) runs.push_back(0);
      before = now;
      seen.insert(now);
      ++runs.back();
    }
    CHECK(seen.size() == 4);
    runs.pop_back();
    for (const int run : runs) {
      INFO("linger " << linger);
      CHECK(run >= 10);
      CHECK(run <= 20);
    }
  }
}

TEST_CASE("records without a key move on also where batches go before they are full") {
  ManualClock clock;
  Options driven;
  driven.maintenance = Options::Maintenance::kByCaller;
  driven.clock = &clock;
  Engine engine = OpenMemory(driven);
  const std::string value(1000, 'v');
  for (const ProducerOptions& options : {ProducerOptions{.compression = Compression::kLz4},
                                         ProducerOptions{.enable_idempotence = true},
                                         ProducerOptions{.linger = absl::Milliseconds(1)}}) {
    const Topic topic = MakeTopic(engine, "t", 6);
    Producer producer = Get(engine.NewProducer(options));
    std::set<std::int32_t> seen;
    for (int i = 0; i < 2000; ++i) {
      const auto sent = producer.Send(topic, {.value = value});
      clock.Advance(absl::Milliseconds(1));
      engine.RunMaintenance();
      REQUIRE(sent.ready());
      seen.insert(Get(sent.Wait()).partition);
    }
    CHECK(seen.size() == 6);
    REQUIRE(engine.DeleteTopic("t").ok());
  }
}

}  // namespace
}  // namespace rill::testing
