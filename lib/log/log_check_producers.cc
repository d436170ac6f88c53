#include "log/log_check_producers.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "log/segment_name.h"
#include "log/transaction_index.h"

namespace rill::log {
namespace {

// Thirty million aborted transactions in one segment.

using Entry = ProducerState::SnapshotEntry;

bool IsSame(const CompletedTransaction& a, const CompletedTransaction& b) {
  return a.producer_id == b.producer_id && a.first_offset == b.first_offset &&
         a.last_offset == b.last_offset && a.last_stable_offset == b.last_stable_offset;
}

// Among entries in order of producer id; null where it is not.
const Entry* FindProducer(const std::vector<Entry>& entries, std::int64_t id) {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), id,
      [](const Entry& entry, std::int64_t wanted) { return entry.producer_id < wanted; });
  return found != entries.end() && found->producer_id == id ? &*found : nullptr;
}

std::string Describe(const CompletedTransaction& transaction) {
  return fmt::format("producer {} from offset {} to {}, all below {} decided",
                     transaction.producer_id, transaction.first_offset, transaction.last_offset,
                     transaction.last_stable_offset);
}

}  // namespace

ProducerCheck::ProducerCheck(Setting setting, FolderFindings* findings)
    : setting_(std::move(setting)),
      findings_(findings),
      state_(setting_.name),
      has_all_(setting_.has_whole_past),
      from_(setting_.first_offset) {
  state_.Reset(from_);
}

void ProducerCheck::Batch(BatchView batch, const std::string& file, std::uint32_t position) {
  CompareUpTo(batch.base_offset());
  const auto completed = state_.Update(batch);
  if (!completed.ok()) {
    findings_->Tell(Finding::Kind::kDamage, file, position,
                    std::string(completed.status().message()));
    Skip();
    return;
  }
  if (completed->has_value() && (*completed)->is_aborted) aborted_.push_back(**completed);
}

void ProducerCheck::Skip() {
  is_known_ = false;
  has_all_ = false;
}

void ProducerCheck::CompareUpTo(std::int64_t offset) {
  const auto& snapshots = setting_.snapshots;
  while (next_snapshot_ < snapshots.size() && snapshots[next_snapshot_] <= offset) {
    Compare(snapshots[next_snapshot_++]);
  }
}

void ProducerCheck::Compare(std::int64_t offset) {
  const std::string file = ProducerSnapshotName(offset);
  ProducerState stored(setting_.name);
  auto loaded = stored.LoadSnapshot(*setting_.files, setting_.directory, offset);
  if (!loaded.ok()) {
    bad_snapshots_.push_back(offset);
    const bool is_trusted = offset < setting_.trusted_end;
    // Another version is FailedPrecondition; Kafka and rill have had one.
    if (absl::IsFailedPrecondition(loaded)) loaded = absl::DataLossError(loaded.message());
    findings_->TellError(file, loaded, is_trusted ? Finding::Kind::kDamage : Finding::Kind::kNote);
    return;
  }
  if (!is_known_ || offset < from_ || (offset == from_ && !has_all_)) {
    // It is all that is known of what was before.
    state_ = std::move(stored);
    is_known_ = true;
    from_ = offset;
    return;
  }
  const std::string what = Contradiction(stored);
  if (what.empty()) return;
  bad_snapshots_.push_back(offset);
  findings_->Tell(Finding::Kind::kDamage, file, std::nullopt, what);
}

std::string ProducerCheck::Contradiction(const ProducerState& stored) const {
  const auto replayed = state_.SnapshotEntries();
  const auto entries = stored.SnapshotEntries();
  for (const Entry& entry : entries) {
    auto what = Contradiction(entry, FindProducer(replayed, entry.producer_id));
    if (!what.empty()) return what;
  }
  // Producers that were idle for long may be missing, but for those in a transaction.
  for (const Entry& known : replayed) {
    if (known.transaction_first_offset < 0 || !has_all_) continue;
    if (FindProducer(entries, known.producer_id) != nullptr) continue;
    return fmt::format("producer {}, which is in a transaction since offset {}, is missing",
                       known.producer_id, known.transaction_first_offset);
  }
  return {};
}

// Where compaction was, batches may be gone that the snapshot was made from; where the log's start
// was deleted, so may transactions and markers.
std::string ProducerCheck::Contradiction(const Entry& stored, const Entry* replayed) const {
  const auto differs = [&](std::string_view what, std::int64_t has, std::int64_t batches) {
    return fmt::format("producer {} has {} {}, where the batches give {}", stored.producer_id, what,
                       has, batches);
  };
  const std::int64_t last_offset = replayed == nullptr ? -1 : replayed->last_offset;
  const bool may_be_gone = setting_.may_have_gaps || stored.last_offset < from_;
  if (stored.last_offset > last_offset && may_be_gone) return {};
  if (stored.last_offset != last_offset) {
    return differs("last offset", stored.last_offset, last_offset);
  }
  if (replayed == nullptr) return {};  // it has written nothing but markers
  if (stored.epoch != replayed->epoch) return differs("epoch", stored.epoch, replayed->epoch);
  if (last_offset >= 0 && stored.last_sequence != replayed->last_sequence) {
    return differs("last sequence", stored.last_sequence, replayed->last_sequence);
  }
  if (last_offset >= 0 && stored.offset_delta != replayed->offset_delta) {
    return differs("offset delta", stored.offset_delta, replayed->offset_delta);
  }
  if (!has_all_ || setting_.may_have_gaps) return {};
  if (stored.last_timestamp_ms != replayed->last_timestamp_ms) {
    return differs("timestamp", stored.last_timestamp_ms, replayed->last_timestamp_ms);
  }
  if (stored.coordinator_epoch >= 0 && stored.coordinator_epoch != replayed->coordinator_epoch) {
    return differs("coordinator epoch", stored.coordinator_epoch, replayed->coordinator_epoch);
  }
  if (stored.transaction_first_offset != replayed->transaction_first_offset) {
    return differs("a transaction from offset", stored.transaction_first_offset,
                   replayed->transaction_first_offset);
  }
  return {};
}

void ProducerCheck::FinishSegment(const std::string& stem, bool has_index, Finding::Kind kind) {
  const std::string path = stem + kTransactionIndexSuffix;
  const std::string file = path.substr(path.rfind('/') + 1);
  if (has_index) {
    const auto bytes = io::ReadSmallFile(*setting_.files, path, kMaxTransactionIndexSize);
    if (bytes.ok()) {
      CompareTransactions(*bytes, file, kind);
    } else {
      findings_->TellError(file, bytes.status(), kind);
    }
  } else if (!aborted_.empty()) {
    findings_->Tell(
        Finding::Kind::kNote, file, std::nullopt,
        fmt::format("is missing; it would have {} aborted transactions", aborted_.size()));
  }
  aborted_.clear();
}

void ProducerCheck::CompareTransactions(std::string_view bytes, const std::string& file,
                                        Finding::Kind kind) {
  const std::size_t rest = bytes.size() % kTransactionEntrySize;
  if (rest != 0) {
    findings_->Tell(kind, file, bytes.size() - rest,
                    fmt::format("{} bytes are no whole entry of {}", rest, kTransactionEntrySize));
  }
  // Compaction takes transactions out of the index of which nothing is left in the log.
  const bool is_exact = is_known_ && has_all_ && !setting_.may_have_gaps;
  const std::size_t count = bytes.size() / kTransactionEntrySize;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view entry = bytes.substr(i * kTransactionEntrySize);
    const auto version = base::LoadBigEndian<std::int16_t>(entry.data());
    if (version != kTransactionEntryVersion) {
      findings_->Tell(
          kind, file, i * kTransactionEntrySize,
          fmt::format("version {}, where {} is known", version, kTransactionEntryVersion));
      return;
    }
    const CompletedTransaction found = ReadTransactionEntry(entry);
    if (!is_exact || (i < aborted_.size() && IsSame(found, aborted_[i]))) continue;
    findings_->Tell(kind, file, i * kTransactionEntrySize,
                    fmt::format("{}, where the batches give {}", Describe(found),
                                i < aborted_.size() ? Describe(aborted_[i]) : "none"));
    return;  // those behind it would be told in the wrong places
  }
  if (is_exact && count < aborted_.size()) {
    findings_->Tell(kind, file, bytes.size(),
                    fmt::format("{} aborted transactions are missing, the first of {}",
                                aborted_.size() - count, Describe(aborted_[count])));
  }
}

void ProducerCheck::Finish(std::int64_t end_offset, Finding::Kind kind) {
  CompareUpTo(end_offset);
  const auto& snapshots = setting_.snapshots;
  for (; next_snapshot_ < snapshots.size(); ++next_snapshot_) {
    bad_snapshots_.push_back(snapshots[next_snapshot_]);
    findings_->Tell(kind, ProducerSnapshotName(snapshots[next_snapshot_]), std::nullopt,
                    fmt::format("stands behind the end of the log at offset {}", end_offset));
  }
}

}  // namespace rill::log
