#include <limits>
#include <string_view>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "cli/dump_files.h"
#include "cli/dump_printer.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "log/producer_snapshot.h"
#include "rill/record_batch.h"

// The layout of the file stands in log/producer_snapshot.h. The log refuses a snapshot that
// contradicts itself; here all that can be read is shown.
namespace rill::cli {
namespace {

// What is wrong with the snapshot, in the words of Kafka's tool as far as it has any; empty when
// it is sound.
std::string FindDamage(std::string_view bytes) {
  constexpr char kSchema[] = "Snapshot failed schema validation: ";
  if (bytes.size() < sizeof(log::kSnapshotVersion))
    return fmt::format("{}the file ends early", kSchema);
  const auto version = base::LoadBigEndian<std::int16_t>(bytes.data());
  if (version != log::kSnapshotVersion) {
    return fmt::format("{}Snapshot contained an unknown file version {}", kSchema, version);
  }
  if (bytes.size() < log::kSnapshotHeaderSize) return fmt::format("{}the file ends early", kSchema);
  const auto count = base::LoadBigEndian<std::int32_t>(bytes.data() + log::kSnapshotCountAt);
  if (count < 0 || static_cast<std::size_t>(count) >
                       (bytes.size() - log::kSnapshotHeaderSize) / log::kSnapshotEntrySize) {
    return fmt::format("{}{} producers in {} bytes", kSchema, count, bytes.size());
  }
  const auto stored = base::LoadBigEndian<std::uint32_t>(bytes.data() + log::kSnapshotCrcAt);
  const std::uint32_t computed = base::Crc32c(bytes.substr(log::kSnapshotCountAt));
  if (stored != computed) {
    return fmt::format(
        "Snapshot is corrupt (CRC is no longer valid). Stored crc: {}. Computed crc: {}", stored,
        computed);
  }
  return {};
}

// The sequence that is `decrement` before `sequence`, where 0 follows the largest int32.
std::int32_t SubtractFromSequence(std::int32_t sequence, std::int32_t decrement) {
  const std::int64_t difference = std::int64_t{sequence} - decrement;
  constexpr std::int64_t kCycle = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
  return static_cast<std::int32_t>(difference < 0 ? difference + kCycle : difference);
}

}  // namespace

absl::Status DumpProducerSnapshot(DumpContext& context, const DumpFile& file) {
  const auto bytes = io::ReadSmallFile(context.files, file.absolute, log::kMaxSnapshotSize);
  if (!bytes.ok()) return bytes.status();
  if (const std::string damage = FindDamage(*bytes); !damage.empty()) {
    context.err.Print("{}\n", damage);
    return absl::OkStatus();
  }
  const auto count = base::LoadBigEndian<std::int32_t>(bytes->data() + log::kSnapshotCountAt);
  for (std::int32_t i = 0; i < count; ++i) {
    const auto entry =
        log::LoadSnapshotEntry(bytes->data() + log::kSnapshotHeaderSize +
                               log::kSnapshotEntrySize * static_cast<std::size_t>(i));
    context.printer.PrintProducer(
        {entry, SubtractFromSequence(entry.last_sequence, entry.offset_delta)});
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
