// The small files of a data folder that an Apache Kafka broker wrote.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/parse_number.h"
#include "base/uuid.h"
#include "catch.h"
#include "engine/meta_properties.h"
#include "log/checkpoint_file.h"
#include "log/leader_epochs.h"
#include "log/partition_metadata.h"
#include "log/producer_state.h"

namespace rill::engine {
namespace {

// Every golden file called so, or ending so: path and contents.
std::map<std::string, std::string> Golden(const std::string& ending) {
  std::map<std::string, std::string> found;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(RILL_SOURCE_DIR "/tests/data/golden")) {
    if (!entry.is_regular_file() || !entry.path().filename().string().ends_with(ending)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    found[entry.path().string()] = text.str();
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

TEST_CASE("Kafka's offset checkpoints read, and write back with the same lines") {
  for (const auto& [path, text] : Golden("-offset-checkpoint")) {
    const auto offsets = log::ParseOffsetCheckpoint(text, path);
    CAPTURE(path, offsets.status().ToString());
    REQUIRE(offsets.ok());
    const std::string written = log::FormatOffsetCheckpoint(*offsets);
    CHECK(written.size() == text.size());
    CHECK(*log::ParseOffsetCheckpoint(written, path) == *offsets);
  }
}

TEST_CASE("Kafka's leader epochs read, and write back the same") {
  for (const auto& [path, text] : Golden("leader-epoch-checkpoint")) {
    const auto epochs = log::LeaderEpochs::Parse(text, path);
    CAPTURE(path, epochs.status().ToString());
    REQUIRE(epochs.ok());
    CHECK(epochs->Format() == text);
  }
}

TEST_CASE("Kafka's partition metadata reads, and writes back the same") {
  for (const auto& [path, text] : Golden("partition.metadata")) {
    const auto metadata = log::ParsePartitionMetadata(text, path);
    CAPTURE(path, metadata.status().ToString());
    REQUIRE(metadata.ok());
    CHECK(log::FormatPartitionMetadata(*metadata) == text);
    CHECK(base::Uuid::Parse(metadata->topic_id).has_value());
  }
}

TEST_CASE("Kafka's meta.properties reads") {
  for (const auto& [path, text] : Golden("meta.properties")) {
    const auto meta = ParseMetaProperties(text, path);
    CAPTURE(path, meta.status().ToString());
    REQUIRE(meta.ok());
    CHECK(meta->node_id == 1);
  }
}

TEST_CASE("Kafka's producer snapshots read, and write back with the same entries") {
  for (const auto& [path, bytes] : Golden(".snapshot")) {
    const auto offset =
        base::ParseNumber<std::int64_t>(std::filesystem::path(path).stem().string());
    REQUIRE(offset.has_value());
    log::ProducerState state("golden");
    const auto parsed = state.ParseSnapshot(bytes, *offset, path);
    CAPTURE(path, parsed.ToString());
    REQUIRE(parsed.ok());
    const std::string written = state.FormatSnapshot();
    CHECK(written.size() == bytes.size());
    // Kafka's order of producers is its hash table's; with one there is no order.
    if (state.producer_count() <= 1) CHECK(written == bytes);
  }
}

}  // namespace
}  // namespace rill::engine
