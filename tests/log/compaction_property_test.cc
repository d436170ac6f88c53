#include <algorithm>
#include <set>

#include "compaction_under_test.h"
#include "io/faulty_file_system.h"

// A seeded life of a compacted log beside a list of all that was appended to it.
namespace rill::log {
namespace {

constexpr std::int64_t kDeleteRetentionMs = 200000;

enum class Fate { kPlain, kOpen, kCommitted, kAborted };

struct Appended {
  std::string key;
  std::optional<std::string> value;
  Fate fate = Fate::kPlain;
  std::int64_t producer = -1;
};

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed), log_(files_) {
    log_.config.delete_retention_ms = kDeleteRetentionMs;
    log_.config.segment_bytes = 800 + Roll(1500);
    log_.config.cleanup_delete = Roll(2) == 0;
    log_.Open();
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) Step();
    // All of it, down to the last record of each key.
    for (std::int64_t producer = 1; producer <= kProducers; ++producer) EndTransaction(producer);
    log_.StopAndCleanAll();
    Check();
    log_.clock.Advance(absl::Milliseconds(kDeleteRetentionMs + 1));
    Append("last", "v");
    log_.StopAndCleanAll();
    CheckFinal();
    log_.ReopenAfterKill();
    CheckFinal();
  }

 private:
  struct Subject : CompactedLog {
    using CompactedLog::CompactedLog;
    void StopAndCleanAll() {
      RollAndSeal(*this);
      while (Dirt(*this).cleanable_bytes > 0) Clean(*this);
    }
  };
  static constexpr std::int64_t kProducers = 3;

  std::int64_t Roll(std::uint64_t sides) { return static_cast<std::int64_t>(random_() % sides); }

  void Step() {
    switch (Roll(17)) {
      case 0:
        log_->Maintain(log_.clock.Now());
        break;
      case 1:
        RollAndSeal(log_);
        break;
      case 2:
        log_.clock.Advance(absl::Milliseconds(Roll(2 * kDeleteRetentionMs)));
        break;
      case 3:
        Reopen();
        break;
      case 4:
      case 5:
        EndTransaction(1 + Roll(kProducers));
        break;
      case 6:
        if (log_.config.cleanup_delete) DeleteSome();
        break;
      case 7:
      case 8:
      case 9:
        CleanSome();
        break;
      default:
        AppendBatch();
    }
  }

  void Reopen() {
    if (Roll(2) == 0) return log_.ReopenAfterClose();
    log_.ReopenAfterKill();
    Check();
  }

  void DeleteSome() {
    const std::int64_t begin = log_->log_start_offset();
    const auto present = static_cast<std::uint64_t>(log_->high_watermark() - begin);
    // More often a little, which a cleaning that is under way goes on behind.
    std::int64_t upto = begin + Roll((Roll(3) > 0 ? present / 4 : present) + 1);
    // With the last batch of a producer goes what it may send next, as on a broker.
    for (const auto& [producer, offset] : last_batches_) upto = std::min(upto, offset);
    if (upto <= begin) return;
    const auto start = log_->DeleteRecordsBefore(upto);
    INFO(start.status().ToString());
    REQUIRE(start.ok());
    all_.erase(all_.begin(), all_.lower_bound(*start));
  }

  void CleanSome() {
    for (std::int64_t slices = Roll(12); slices >= 0; --slices) {
      const auto progress =
          log_->Clean({.slice_bytes = static_cast<std::size_t>(1 + Roll(3000)),
                       .map_bytes = static_cast<std::size_t>(24 * (2 + Roll(40)))});
      INFO(progress.status().ToString());
      REQUIRE(progress.ok());
    }
    Check();
  }

  void Append(const std::string& key, std::optional<std::string> value) {
    const std::int64_t offset = Put(log_, key, value);
    all_[offset] = {key, std::move(value)};
  }

  void AppendBatch() {
    constexpr Compression kCodecs[] = {Compression::kNone, Compression::kNone,
                                       Compression::kGzip, Compression::kSnappy,
                                       Compression::kLz4,  Compression::kZstd};
    BatchOptions options{.compression = kCodecs[Roll(std::size(kCodecs))]};
    const std::int64_t producer = Roll(2) == 0 ? -1 : 1 + Roll(kProducers);
    if (producer > 0) {
      options.producer_id = producer;
      options.producer_epoch = 0;
      options.base_sequence = sequences_[producer];
      options.is_transactional = true;
    }
    std::vector<Appended> records;
    BatchBuilder builder(options);
    for (std::int64_t i = Roll(5); i >= 0; --i) {
      Appended record{"k" + std::to_string(Roll(25)), std::nullopt,
                      producer > 0 ? Fate::kOpen : Fate::kPlain, producer};
      if (Roll(5) > 0) record.value = std::string(static_cast<std::size_t>(Roll(60)), 'v');
      RecordData data{.key = record.key, .timestamp_ms = log_.now_ms()};
      if (record.value.has_value()) data.value = *record.value;
      REQUIRE(builder.Append(data).ok());
      records.push_back(std::move(record));
    }
    std::int64_t offset = log_.AppendBatch(std::string(builder.Seal().value())).base_offset;
    if (producer > 0) {
      sequences_[producer] += static_cast<std::int32_t>(records.size());
      open_.insert(producer);
      last_batches_[producer] = offset;
    }
    for (Appended& record : records) all_[offset++] = std::move(record);
  }

  void EndTransaction(std::int64_t producer) {
    // Also where all of its records were deleted meanwhile.
    if (open_.erase(producer) == 0) return;
    const bool aborts = Roll(2) == 0;
    using record::ControlType;
    log_.AppendBatch(MarkerOf(log_, aborts ? ControlType::kAbort : ControlType::kCommit, producer));
    for (auto& [offset, record] : all_) {
      if (record.producer != producer || record.fate != Fate::kOpen) continue;
      record.fate = aborts ? Fate::kAborted : Fate::kCommitted;
    }
  }

  std::map<std::int64_t, Appended> Read() {
    std::map<std::int64_t, Appended> found;
    for (std::int64_t at = log_->log_start_offset(); at < log_->high_watermark();) {
      const Records records = log_.Read(at);
      for (const Record& record : records) {
        Appended& one = found[record.offset()];
        one.key = record.key();
        if (!IsNull(record.value())) one.value = std::string(record.value());
      }
      at = records.ranges()[0].next_offset;
    }
    return found;
  }

  // The last record of each key that counts: of an aborted transaction none does, and an open one
  // takes nothing from others.
  std::map<std::string, std::int64_t> Newest() const {
    std::map<std::string, std::int64_t> newest;
    for (const auto& [offset, record] : all_) {
      const bool counts = record.fate == Fate::kPlain || record.fate == Fate::kCommitted;
      if (counts) newest[record.key] = offset;
    }
    return newest;
  }

  void Check() {
    const auto found = Read();
    for (const auto& [offset, record] : found) {
      INFO("offset " << offset);
      REQUIRE(all_.contains(offset));
      REQUIRE(all_[offset].key == record.key);
      REQUIRE(all_[offset].value == record.value);
    }
    for (const auto& [key, offset] : Newest()) {
      INFO(key << ", offset " << offset);
      if (found.contains(offset)) continue;
      // A tombstone that went took all that it deleted with it.
      REQUIRE_FALSE(all_[offset].value.has_value());
      for (const auto& [other, record] : found) REQUIRE((other > offset || record.key != key));
    }
    for (const auto& [offset, record] : all_) {
      if (record.fate == Fate::kOpen) REQUIRE(found.contains(offset));
    }
  }

  void CheckFinal() {
    std::map<std::int64_t, std::string> expected;
    for (const auto& [key, offset] : Newest()) {
      if (all_[offset].value.has_value()) expected[offset] = key;
    }
    std::map<std::int64_t, std::string> found;
    for (const auto& [offset, record] : Read()) {
      if (record.value.has_value()) found[offset] = record.key;
    }
    REQUIRE(found == expected);
  }

  std::mt19937_64 random_;
  io::FaultyFileSystem files_;
  Subject log_;
  std::map<std::int64_t, Appended> all_;
  std::map<std::int64_t, std::int32_t> sequences_;
  std::set<std::int64_t> open_;                        // producers with a transaction
  std::map<std::int64_t, std::int64_t> last_batches_;  // of producers, their base offsets
};

TEST_CASE("whatever is appended and whenever it is compacted, the newest of each key is there") {
  const std::uint64_t seed = SeedOfTest();
  for (std::uint64_t run = 0; run < 60; ++run) {
    INFO("RILL_SEED=" << seed + run);
    Life(seed + run).Run(150);
  }
}

}  // namespace
}  // namespace rill::log
