#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/meta_properties.h"
#include "log/checkpoint_file.h"
#include "log/leader_epochs.h"
#include "log/partition_metadata.h"
#include "log/producer_state.h"

// Arbitrary bytes as each of the small files of a data folder: refused, or read in a way that
// writes back and reads the same.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rill;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto offsets = log::ParseOffsetCheckpoint(bytes, "file"); offsets.ok()) {
    const auto again = log::ParseOffsetCheckpoint(log::FormatOffsetCheckpoint(*offsets), "file");
    if (!again.ok() || *again != *offsets) std::abort();
  }
  if (const auto epochs = log::LeaderEpochs::Parse(bytes, "file"); epochs.ok()) {
    const auto again = log::LeaderEpochs::Parse(epochs->Format(), "file");
    if (!again.ok() || again->entries() != epochs->entries()) std::abort();
  }
  if (const auto metadata = log::ParsePartitionMetadata(bytes, "file"); metadata.ok()) {
    if (!log::ParsePartitionMetadata(log::FormatPartitionMetadata(*metadata), "file").ok()) {
      std::abort();
    }
  }
  if (const auto meta = engine::ParseMetaProperties(bytes, "file"); meta.ok()) {
    if (!engine::ParseMetaProperties(engine::FormatMetaProperties(*meta), "file").ok()) {
      std::abort();
    }
  }
  log::ProducerState state("fuzz-0");
  if (state.ParseSnapshot(bytes, INT64_MAX, "file").ok()) {
    log::ProducerState again("fuzz-0");
    if (!again.ParseSnapshot(state.FormatSnapshot(), INT64_MAX, "file").ok()) std::abort();
    if (again.producer_count() != state.producer_count()) std::abort();
  }
  return 0;
}
