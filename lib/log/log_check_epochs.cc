#include "log/log_check_epochs.h"

#include <algorithm>

#include "fmt/format.h"
#include "log/checkpoint_file.h"

namespace rill::log {

// The checkpoint has forgotten what was below the start of the log, and may be unreadable: then all
// that can be said is that epochs do not fall, nor pass the first that it has.
std::int32_t EpochCheck::Expected(BatchView batch) const {
  const std::int32_t epoch = batch.partition_leader_epoch();
  const bool is_below_start = batch.base_offset() < log_start_offset_;
  if (epochs_ && !is_below_start) {
    return epochs_->EpochForOffset(batch.base_offset()).value_or(-1);
  }
  if (!epochs_ || epochs_->entries().empty()) return std::max(epoch, largest_);
  const std::int32_t first = epochs_->entries().front().epoch;
  return epoch > first ? first : std::max(epoch, largest_);
}

void EpochCheck::Batch(BatchView batch, const std::string& file, std::uint32_t position) {
  const std::int32_t epoch = batch.partition_leader_epoch();
  const std::int32_t expected = Expected(batch);
  if (epoch == expected) {
    largest_ = std::max(largest_, epoch);
    told_.reset();
    return;
  }
  if (told_ == std::pair{epoch, expected}) return;
  told_ = std::pair{epoch, expected};
  findings_->Tell(Finding::Kind::kDamage, file, position,
                  fmt::format("the batch at offset {} has leader epoch {}, where {} {}",
                              batch.base_offset(), epoch,
                              epochs_ ? fmt::format("{} has", kLeaderEpochCheckpoint)
                                      : std::string("those before it have"),
                              expected));
}

void EpochCheck::Finish(std::int64_t start_offset, std::int64_t end_offset, Finding::Kind kind) {
  if (!epochs_ || epochs_->entries().empty()) return;
  const LeaderEpochs::Entry& latest = epochs_->entries().back();
  if (latest.start_offset > end_offset) {
    findings_->Tell(kind, kLeaderEpochCheckpoint, std::nullopt,
                    fmt::format("epoch {} begins at offset {}, behind the end of the log at {}",
                                latest.epoch, latest.start_offset, end_offset));
  }
  const LeaderEpochs::Entry& first = epochs_->entries().front();
  if (first.start_offset == start_offset) return;
  findings_->Tell(kind, kLeaderEpochCheckpoint, std::nullopt,
                  fmt::format("has the start of the log at offset {}, where {} and the segments "
                              "have {}",
                              first.start_offset, kLogStartCheckpoint, start_offset));
}

}  // namespace rill::log
