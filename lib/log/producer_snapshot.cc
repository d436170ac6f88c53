#include "log/producer_snapshot.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"

namespace rill::log {
namespace {

class Reader {
 public:
  explicit Reader(const char* at) : at_(at) {}
  template <typename T>
  T Next() {
    const T value = base::LoadBigEndian<T>(at_);
    at_ += sizeof(T);
    return value;
  }

 private:
  const char* at_;
};

absl::Status Damage(const std::string& path, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: {}", path, what));
}

// The envelope: version, CRC and that the entries fill the file.
absl::Status CheckEnvelope(std::string_view bytes, const std::string& path) {
  if (bytes.size() < kSnapshotHeaderSize) {
    return Damage(path, fmt::format("ends after {} bytes, within its header", bytes.size()));
  }
  const auto version = base::LoadBigEndian<std::int16_t>(bytes.data());
  if (version != kSnapshotVersion) {
    return Damage(path,
                  fmt::format("has version {}, where {} is known", version, kSnapshotVersion));
  }
  const auto stored = base::LoadBigEndian<std::uint32_t>(bytes.data() + kSnapshotCrcAt);
  const auto computed = base::Crc32c(bytes.substr(kSnapshotCountAt));
  if (stored != computed) {
    return Damage(path, fmt::format("has CRC {:08x}, its contents have {:08x}", stored, computed));
  }
  const auto count = base::LoadBigEndian<std::int32_t>(bytes.data() + kSnapshotCountAt);
  const std::size_t room = bytes.size() - kSnapshotHeaderSize;
  if (count < 0 || room % kSnapshotEntrySize != 0 ||
      room / kSnapshotEntrySize != static_cast<std::size_t>(count)) {
    return Damage(path, fmt::format("announces {} entries in {} bytes", count, room));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ProducerSnapshotName(std::int64_t offset) {
  return fmt::format("{:020}.snapshot", offset);
}

ProducerState::SnapshotEntry LoadSnapshotEntry(const char* at) {
  Reader reader(at);
  ProducerState::SnapshotEntry entry;
  entry.producer_id = reader.Next<std::int64_t>();
  entry.epoch = reader.Next<std::int16_t>();
  entry.last_sequence = reader.Next<std::int32_t>();
  entry.last_offset = reader.Next<std::int64_t>();
  entry.offset_delta = reader.Next<std::int32_t>();
  entry.last_timestamp_ms = reader.Next<std::int64_t>();
  entry.coordinator_epoch = reader.Next<std::int32_t>();
  entry.transaction_first_offset = reader.Next<std::int64_t>();
  return entry;
}

std::vector<ProducerState::SnapshotEntry> ProducerState::SnapshotEntries() const {
  std::vector<SnapshotEntry> entries;
  entries.reserve(producers_.size());
  for (const auto& [id, entry] : producers_) {
    const Batch last = entry.batch_count == 0 ? Batch{} : *entry.last_batch();
    entries.push_back(
        {.producer_id = id,
         .epoch = entry.epoch,
         .last_sequence = last.last_sequence,
         .last_offset = last.last_offset,
         .offset_delta = static_cast<std::int32_t>(last.last_offset - last.first_offset),
         .last_timestamp_ms = entry.last_timestamp_ms,
         .coordinator_epoch = entry.coordinator_epoch,
         .transaction_first_offset = entry.transaction_first_offset});
  }
  std::sort(entries.begin(), entries.end(), [](const SnapshotEntry& a, const SnapshotEntry& b) {
    return a.producer_id < b.producer_id;
  });
  return entries;
}

std::string ProducerState::FormatSnapshot() const {
  const auto entries = SnapshotEntries();  // in order: the same state makes the same bytes
  std::string bytes(kSnapshotHeaderSize + entries.size() * kSnapshotEntrySize, '\0');
  base::StoreBigEndian(bytes.data(), kSnapshotVersion);
  char* at = base::StoreBigEndian(bytes.data() + kSnapshotCountAt,
                                  static_cast<std::int32_t>(entries.size()));
  for (const SnapshotEntry& entry : entries) {
    at = base::StoreBigEndian(at, entry.producer_id);
    at = base::StoreBigEndian(at, entry.epoch);
    at = base::StoreBigEndian(at, entry.last_sequence);
    at = base::StoreBigEndian(at, entry.last_offset);
    at = base::StoreBigEndian(at, entry.offset_delta);
    at = base::StoreBigEndian(at, entry.last_timestamp_ms);
    at = base::StoreBigEndian(at, entry.coordinator_epoch);
    at = base::StoreBigEndian(at, entry.transaction_first_offset);
  }
  const std::string_view covered = std::string_view(bytes).substr(kSnapshotCountAt);
  base::StoreBigEndian(bytes.data() + kSnapshotCrcAt, base::Crc32c(covered));
  return bytes;
}

absl::Status ProducerState::ParseSnapshot(std::string_view bytes, std::int64_t end_offset,
                                          const std::string& path) {
  if (auto sound = CheckEnvelope(bytes, path); !sound.ok()) return sound;
  absl::flat_hash_map<std::int64_t, Entry> producers;
  std::map<std::int64_t, std::int64_t> undecided;
  for (std::size_t position = kSnapshotHeaderSize; position < bytes.size();
       position += kSnapshotEntrySize) {
    const SnapshotEntry stored = LoadSnapshotEntry(bytes.data() + position);
    const std::int64_t id = stored.producer_id;
    const std::int32_t delta = stored.offset_delta;
    Entry entry;
    entry.epoch = stored.epoch;
    entry.last_timestamp_ms = stored.last_timestamp_ms;
    entry.coordinator_epoch = stored.coordinator_epoch;
    entry.transaction_first_offset = std::max<std::int64_t>(stored.transaction_first_offset, -1);
    Batch last;
    last.last_sequence = stored.last_sequence;
    last.last_offset = stored.last_offset;
    last.timestamp_ms = stored.last_timestamp_ms;
    if (id < 0 || delta < 0 || delta > std::max<std::int64_t>(last.last_offset, 0) ||
        last.last_offset >= end_offset || entry.transaction_first_offset >= end_offset) {
      return Damage(path, fmt::format("position {}: an entry that cannot be (producer {}, last "
                                      "offset {}, delta {}, in a snapshot at offset {})",
                                      position, id, last.last_offset, delta, end_offset));
    }
    if (last.last_offset >= 0) {
      last.first_offset = last.last_offset - delta;
      if (last.last_sequence != kNoSequence) {
        last.first_sequence =
            static_cast<std::int32_t>((std::int64_t{last.last_sequence} - delta) & INT32_MAX);
      }
      entry.batches[entry.batch_count++] = last;
    }
    if (entry.transaction_first_offset >= 0) undecided[entry.transaction_first_offset] = id;
    if (!producers.emplace(id, entry).second) {
      return Damage(path, fmt::format("position {}: producer {} is there twice", position, id));
    }
  }
  producers_ = std::move(producers);
  undecided_ = std::move(undecided);
  unstable_.clear();
  end_offset_ = end_offset;
  return absl::OkStatus();
}

absl::Status ProducerState::SaveSnapshot(io::FileSystem& files, const std::string& directory,
                                         bool sync) const {
  return io::ReplaceSmallFile(files, directory + "/" + ProducerSnapshotName(end_offset_),
                              FormatSnapshot(), sync);
}

absl::Status ProducerState::LoadSnapshot(io::FileSystem& files, const std::string& directory,
                                         std::int64_t end_offset) {
  const std::string path = directory + "/" + ProducerSnapshotName(end_offset);
  const auto bytes = io::ReadSmallFile(files, path, kMaxSnapshotSize);
  if (!bytes.ok()) return bytes.status();
  return ParseSnapshot(*bytes, end_offset, path);
}

}  // namespace rill::log
