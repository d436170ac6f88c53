#include <limits>
#include <string_view>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "cli/dump_files.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/record_batch.h"

// The layout of the file stands in lib/log/producer_snapshot.cc. The log refuses a snapshot that
// contradicts itself; here all that can be read is shown.
namespace rill::cli {
namespace {

constexpr std::int16_t kVersion = 1;
constexpr std::size_t kCrcAt = 2;
constexpr std::size_t kCountAt = 6;
constexpr std::size_t kHeaderSize = 10;
constexpr std::size_t kEntrySize = 46;
constexpr std::uint64_t kMaxFileSize = std::uint64_t{256} << 20;

// What is wrong with the snapshot, in the words of Kafka's tool as far as it has any; empty when
// it is sound.
std::string FindDamage(std::string_view bytes) {
  constexpr char kSchema[] = "Snapshot failed schema validation: ";
  if (bytes.size() < sizeof(kVersion)) return fmt::format("{}the file ends early", kSchema);
  const auto version = base::LoadBigEndian<std::int16_t>(bytes.data());
  if (version != kVersion) {
    return fmt::format("{}Snapshot contained an unknown file version {}", kSchema, version);
  }
  if (bytes.size() < kHeaderSize) return fmt::format("{}the file ends early", kSchema);
  const auto count = base::LoadBigEndian<std::int32_t>(bytes.data() + kCountAt);
  if (count < 0 || static_cast<std::size_t>(count) > (bytes.size() - kHeaderSize) / kEntrySize) {
    return fmt::format("{}{} producers in {} bytes", kSchema, count, bytes.size());
  }
  const auto stored = base::LoadBigEndian<std::uint32_t>(bytes.data() + kCrcAt);
  const std::uint32_t computed = base::Crc32c(bytes.substr(kCountAt));
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

void PrintProducer(TextWriter& out, const char* at) {
  const auto last_sequence = base::LoadBigEndian<std::int32_t>(at + 10);
  const auto last_offset = base::LoadBigEndian<std::int64_t>(at + 14);
  const auto offset_delta = base::LoadBigEndian<std::int32_t>(at + 22);
  const auto timestamp = base::LoadBigEndian<std::int64_t>(at + 26);
  const auto transaction_offset = base::LoadBigEndian<std::int64_t>(at + 38);
  out.Print(
      "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
      "lastTimestamp: {}",
      base::LoadBigEndian<std::int64_t>(at), base::LoadBigEndian<std::int16_t>(at + 8),
      base::LoadBigEndian<std::int32_t>(at + 34),
      transaction_offset < 0 ? "OptionalLong.empty"
                             : fmt::format("OptionalLong[{}]", transaction_offset),
      timestamp);
  if (last_offset >= 0) {
    out.Print(" firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
              SubtractFromSequence(last_sequence, offset_delta), last_sequence, last_offset,
              offset_delta, timestamp);
  }
  out.Print("\n");
}

}  // namespace

absl::Status DumpProducerSnapshot(DumpContext& context, const DumpFile& file) {
  const auto bytes = io::ReadSmallFile(context.files, file.absolute, kMaxFileSize);
  if (!bytes.ok()) return bytes.status();
  if (const std::string damage = FindDamage(*bytes); !damage.empty()) {
    context.err.Print("{}\n", damage);
    return absl::OkStatus();
  }
  const auto count = base::LoadBigEndian<std::int32_t>(bytes->data() + kCountAt);
  for (std::int32_t i = 0; i < count; ++i) {
    PrintProducer(context.out,
                  bytes->data() + kHeaderSize + kEntrySize * static_cast<std::size_t>(i));
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
