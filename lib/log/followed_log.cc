#include "log/followed_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/sleep_timer.h"
#include "base/wakeup.h"
#include "fmt/format.h"
#include "log/segment_name.h"
#include "log/stopper.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// What seems to have changed under a reader is looked at anew so often before it is told of.
constexpr int kTries = 3;
// And for so long where it does change. A swap of segments takes some changes of names, unless they
// fail or the writer dies in them.
constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr absl::Duration kPause = absl::Microseconds(100);
// How long a last segment that nobody appends to stays mapped, once or twice over.
constexpr absl::Duration kUnloadInterval = absl::Minutes(1);

// Retention, compaction or a roll may be behind it; the next look at the folder tells.
bool MayBeStale(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsDataLoss(status);
}

bool IsUnderWay(std::uint64_t replacements) { return replacements % 2 != 0; }

}  // namespace

// How often a look that failed is worth another: some tries, for what is in the folder may be what
// the writer left there a moment ago, and any number, for some time, as long as the writer moves.
class FollowedLog::Patience {
 public:
  // After each look that failed, with how things stand then.
  bool MayLookAgain(const Standing& now) {
    if (!deadline_.has_value()) deadline_ = base::DeadlineAfter(kPatience);
    moved_ = now != last_;
    last_ = now;
    if (moved_) return !base::HasPassed(*deadline_);
    return ++tries_ < kTries;
  }
  // Whether the writer was too fast.
  bool moved() const { return moved_; }

 private:
  std::optional<base::Deadline> deadline_;
  std::optional<Standing> last_;
  bool moved_ = false;
  int tries_ = 0;
};

absl::StatusOr<std::shared_ptr<PartitionLog>> FollowedLog::Open(Parts parts) {
  auto log = std::make_shared<FollowedLog>(std::move(parts));
  if (auto status = log->Follow(); !status.ok()) return status;
  return log;
}

FollowedLog::FollowedLog(Parts parts)
    : parts_(std::move(parts)),
      metrics_(parts_.environment.metrics != nullptr ? parts_.environment.metrics
                                                     : std::make_shared<LogMetrics>()),
      clock_(parts_.environment.clock),
      name_(fmt::format("{}-{}", parts_.partition.topic, parts_.partition.partition)),
      // Holes are for the writer to tell of.
      reader_(this, &segments_, std::make_shared<const TopicPartition>(parts_.partition), name_,
              parts_.environment.buffers, [](std::int64_t, std::int64_t) {}) {
  metrics_->logs.Add(this);
}

FollowedLog::~FollowedLog() { metrics_->logs.Remove(this); }

EndSource::Found FollowedLog::Slot() const {
  const std::uint64_t version = parts_.ends->version();
  base::MutexLock lock(&slot_mutex_);
  if (closed_.load()) return {.slot = nullptr, .pin = nullptr, .writer = known_writer_.load()};
  if (!has_slot_version_ || slot_version_ != version) {
    auto found = parts_.ends->Find(parts_.key);
    // A slot that has gone keeps what was published last, until it is known what was left since.
    const bool keeps = has_slot_version_ && found.slot == nullptr;
    left_.store(keeps && found.writer != slot_.writer ? found.writer : 0);
    if (!keeps) slot_ = std::move(found);
    slot_version_ = version;
    has_slot_version_ = true;
  }
  return slot_;
}

// Nobody publishes what a writer left that came and went. Who reads is told why it cannot be known;
// the others see no more than before.
EndSource::Found FollowedLog::Caught() const {
  auto found = Slot();
  if (closed_.load() || !IsToLook(ForWhom::kWhoAsks)) return found;
  const auto status = Catch(Reuse::kAll);
  if (!status.ok() && !closed_.load()) TellOfFailedLook(status);
  return Slot();
}

bool FollowedLog::IsToLook(ForWhom whom) const {
  if (left_.load() == 0) return false;
  base::MutexLock lock(&slot_mutex_);
  const auto is_over = [](const std::optional<base::Deadline>& until) {
    return !until.has_value() || base::HasPassed(*until);
  };
  return is_over(has_writer_until_) && (whom == ForWhom::kWhoReads || is_over(look_again_));
}

void FollowedLog::TellOfFailedLook(const absl::Status& why) const {
  {
    base::MutexLock lock(&slot_mutex_);
    look_again_ = base::DeadlineAfter(kPatience);
    if (std::exchange(told_of_, left_.load()) == left_.load()) return;
  }
  if (parts_.environment.sink == nullptr) return;
  parts_.environment.sink(LogLevel::kWarning,
                          fmt::format("{}: what was appended since is not seen yet: {}", name_,
                                      std::string(why.message())));
}

FollowedLog::Standing FollowedLog::HowItStands() const {
  const auto found = Slot();
  if (found.slot == nullptr) return {.writer = found.writer};
  return {found.writer, found.slot->replacements.load(), found.slot->log_start_offset.load()};
}

// Never behind what is known already of the same writer: it does not take back.
std::int64_t FollowedLog::EndIn(const EndSource::Found& found) const {
  if (found.slot == nullptr) return known_end_.load();
  const std::int64_t published = std::max<std::int64_t>(found.slot->high_watermark.load(), 0);
  return found.writer == known_writer_.load() ? std::max(published, known_end_.load()) : published;
}

std::int64_t FollowedLog::StartIn(const EndSource::Found& found) const {
  const std::int64_t start =
      found.slot != nullptr ? found.slot->log_start_offset.load() : known_start_.load();
  return std::clamp<std::int64_t>(std::max(start, first_base_offset_.load()), 0, EndIn(found));
}

std::int64_t FollowedLog::high_watermark() const { return EndIn(Caught()); }

std::int64_t FollowedLog::log_start_offset() const { return StartIn(Caught()); }

absl::Status FollowedLog::Follow() const {
  const auto found = Slot();
  if (IsToLook(ForWhom::kWhoReads)) return Catch(Reuse::kAll);
  const bool has_slot = found.slot != nullptr;
  const bool is_same = is_known_.load() && found.writer == known_writer_.load();
  const bool is_replaced = has_slot && found.slot->replacements.load() != replacements_.load();
  if (!is_same || is_replaced) return Catch(Reuse::kNothing);
  if (has_slot && EndIn(found) > known_end_.load()) return Catch(Reuse::kKnownSegments);
  return absl::OkStatus();
}

absl::Status FollowedLog::Catch(Reuse reuse) const {
  absl::MutexLock lock(&follow_mutex_);
  const base::Deadline deadline = base::DeadlineAfter(kPatience);
  Patience patience;
  for (;;) {
    if (closed_.load()) return WhyClosed();
    auto status = CatchLocked(reuse);
    if (reuse != Reuse::kAll) reuse = Reuse::kNothing;
    if (absl::IsAborted(status) && !base::HasPassed(deadline)) {
      absl::SleepFor(kPause);
      continue;
    }
    if (!MayBeStale(status)) return status;
    if (!patience.MayLookAgain(HowItStands())) return patience.moved() ? BeingReplaced() : status;
  }
}

bool FollowedLog::WasReplaced() const {
  const auto found = Slot();
  return found.slot != nullptr && found.slot->replacements.load() != replacements_.load();
}

absl::Status FollowedLog::BeingReplaced() const {
  return MakeError(
      absl::StatusCode::kAborted, ErrorCode::kKafkaStorageError,
      fmt::format("{}: the writer of the folder is replacing segments (compaction), or "
                  "ended in that; try again, and open the folder for writing if that "
                  "does not help",
                  name_));
}

absl::Status FollowedLog::CatchLocked(Reuse reuse) const {
  const auto found = Slot();
  const std::uint64_t left = left_.load();
  if (left != 0) {
    const auto is_caught = CatchWhatIsLeft(left, Disturbance::kKeepsWhatIsKnown);
    if (!is_caught.ok() || *is_caught || found.slot == nullptr) return is_caught.status();
    const bool is_same = found.writer == known_writer_.load() &&
                         found.slot->replacements.load() == replacements_.load();
    if (is_same && EndIn(found) == known_end_.load()) return absl::OkStatus();
  } else if (reuse == Reuse::kAll && is_known_.load() && found.writer == known_writer_.load()) {
    return absl::OkStatus();  // another thread was first
  } else if (found.slot == nullptr) {
    return CatchWhatIsLeft(found.writer, Disturbance::kIsBorne).status();
  }
  if (reuse == Reuse::kAll) reuse = Reuse::kKnownSegments;
  if (found.writer != known_writer_.load()) reuse = Reuse::kNothing;
  const std::uint64_t replacements = found.slot->replacements.load();
  // A writer that was killed in a swap finishes it no more; the next one has another slot.
  const auto has_writer = [&] { return parts_.ends->HasWriter(); };
  const bool was_left = IsUnderWay(replacements) && !has_writer();
  if (IsUnderWay(replacements) && !was_left) return BeingReplaced();
  if (replacements != replacements_.load()) reuse = Reuse::kNothing;
  const std::int64_t end = EndIn(found);
  const bool is_near = reuse == Reuse::kKnownSegments && last_ != nullptr;
  absl::Status status;
  if (!is_near || !last_->Follow(end).ok()) {
    status = FollowTo(end, *found.slot, replacements, reuse,
                      was_left ? Names::kAsLeft : Names::kInPlace);
  }
  if (found.slot->replacements.load() != replacements) return BeingReplaced();
  if (was_left && has_writer()) return BeingReplaced();  // it changes the names again
  if (!status.ok()) return status;
  replacements_.store(replacements);
  known_start_.store(found.slot->log_start_offset.load());
  // From here on who asks sees this end; until now it was that of the writer before.
  known_end_.store(end);
  known_writer_.store(found.writer);
  is_known_.store(true);
  segments_.TakeBelow(StartIn(found));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FollowedLog::Listed>> FollowedLog::List(Names names) const {
  auto entries = parts_.environment.files->List(parts_.directory);
  if (absl::IsNotFound(entries.status())) return std::vector<Listed>();
  if (!entries.ok()) return entries.status();
  std::vector<Listed> found;
  // In order of name: an .index comes before its .log.
  std::int64_t indexed = -1;
  for (const io::DirectoryEntry& entry : *entries) {
    if (entry.is_directory) continue;
    if (const auto index = ParseSegmentName(entry.name, kOffsetIndexSuffix)) indexed = *index;
    const auto base_offset = ParseSegmentName(entry.name, kLogSuffix);
    if (!base_offset.has_value()) continue;
    if (entry.size > kMaxSegmentFileSize) {
      return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                       fmt::format("{}/{}: {} bytes are more than a segment can have",
                                   parts_.directory, entry.name, entry.size));
    }
    found.push_back(
        {*base_offset, static_cast<std::uint32_t>(entry.size), indexed == *base_offset});
  }
  if (names == Names::kAsLeft) {
    if (auto status = PutInPlace(found); !status.ok()) return status;
  }
  return found;
}

std::shared_ptr<Segment> FollowedLog::Make(const Listed& listed, std::uint32_t end) const {
  return std::make_shared<Segment>(parts_.environment.files,
                                   SegmentStem(parts_.directory, listed.base_offset),
                                   listed.base_offset, end);
}

// The list of segments that leads to `end`. Those that begin behind it hold nothing yet that may be
// read.
absl::Status FollowedLog::FollowTo(std::int64_t end, const SharedSlot& slot,
                                   std::uint64_t replacements, Reuse reuse, Names names) const {
  auto listed = List(names);
  if (!listed.ok()) return listed.status();
  std::erase_if(*listed, [&](const Listed& segment) { return segment.base_offset > end; });
  SegmentList::Segments known;
  if (reuse == Reuse::kKnownSegments) known = segments_.All();
  SegmentList::Segments segments;
  std::unique_ptr<SegmentFollower> last;
  std::int64_t reached = 0;
  for (std::size_t i = 0; i < listed->size(); ++i) {
    const Listed& segment = (*listed)[i];
    const bool is_last = i + 1 == listed->size();
    const bool was_last = reuse == Reuse::kKnownSegments && last_ != nullptr &&
                          last_->segment()->base_offset() == segment.base_offset;
    if (segment.held != nullptr) {
      segments.push_back(segment.held);
      reached = segment.next_offset;
    } else if (is_last) {
      if (auto status = FollowLast(segment, was_last, end, last); !status.ok()) return status;
      segments.push_back(last->segment());
      reached = last->next_offset();
    } else {
      auto earlier = Earlier(segment, was_last, (*listed)[i + 1].base_offset, known);
      if (!earlier.ok()) return earlier.status();
      segments.push_back(*std::move(earlier));
    }
  }
  if (slot.replacements.load() != replacements) return BeingReplaced();
  const std::int64_t first = segments.empty() ? 0 : segments.front()->base_offset();
  if (std::max(reached, first) < end) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                     fmt::format("{}: the writer of the folder says that the log ends at offset "
                                 "{}, and it has no segment that leads there",
                                 name_, end));
  }
  first_base_offset_.store(first);
  segments_.Replace(std::move(segments));
  last_ = std::move(last);
  return absl::OkStatus();
}

absl::Status FollowedLog::FollowLast(const Listed& listed, bool was_last, std::int64_t end,
                                     std::unique_ptr<SegmentFollower>& last) const {
  last = was_last ? std::move(last_)
                  : std::make_unique<SegmentFollower>(parts_.environment.files, Make(listed, 0));
  auto status = last->Follow(end);
  // It is followed on; without it, it would pass for a segment that is known to its end.
  if (!status.ok() && was_last) last_ = std::move(last);
  return status;
}

// A segment that another one follows, at `next_offset`.
absl::StatusOr<std::shared_ptr<Segment>> FollowedLog::Earlier(
    const Listed& listed, bool was_last, std::int64_t next_offset,
    const SegmentList::Segments& known) const {
  if (was_last) {
    if (auto status = last_->Follow(next_offset); !status.ok()) return status;
    last_->Release();
    return last_->segment();
  }
  const auto same = std::find_if(known.begin(), known.end(), [&](const auto& had) {
    return had->base_offset() == listed.base_offset;
  });
  if (same != known.end()) return *same;
  return Complete(listed, next_offset);
}

// A segment behind which another begins at `next_offset`. It may still have its writer's reserve
// or its stopper, which may go at any moment.
absl::StatusOr<std::shared_ptr<Segment>> FollowedLog::Complete(const Listed& listed,
                                                               std::int64_t next_offset) const {
  const auto has_stopper = listed.has_index ? HasStopperBehind(listed, next_offset) : true;
  if (!has_stopper.ok()) return has_stopper.status();
  if (!*has_stopper) return Make(listed, listed.size);
  SegmentFollower follower(parts_.environment.files, Make(listed, 0));
  const auto status = follower.Follow(next_offset);
  // What only looks like a stopper, behind offsets that compaction left out.
  if (!status.ok() && listed.has_index) return Make(listed, listed.size);
  if (!status.ok()) return status;
  follower.Release();
  return follower.segment();
}

absl::StatusOr<bool> FollowedLog::HasStopperBehind(const Listed& listed,
                                                   std::int64_t next_offset) const {
  if (listed.size < kStopperSize) return false;
  auto file = parts_.environment.files->Open(
      SegmentStem(parts_.directory, listed.base_offset) + kLogSuffix, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  char tail[kStopperSize];
  auto read = (*file)->ReadAt(listed.size - kStopperSize, tail, kStopperSize);
  if (!read.ok()) return read.status();
  return IsStopper({tail, *read}, next_offset);
}

template <typename Look>
auto FollowedLog::UntilSettled(const Look& look) -> decltype(look()) {
  for (Patience patience;;) {
    if (closed_.load()) return WhyClosed();
    if (auto status = Follow(); !status.ok()) return status;
    auto found = look();
    // What was opened by name meanwhile may be another segment.
    const bool was_replaced = WasReplaced();
    if (!was_replaced && (found.ok() || !MayBeStale(found.status()))) return found;
    const bool may_look = patience.MayLookAgain(HowItStands());
    if (!may_look && (was_replaced || patience.moved())) return BeingReplaced();
    if (!may_look) return found;
    if (was_replaced) continue;
    if (auto status = Catch(Reuse::kNothing); !status.ok()) return status;
  }
}

absl::StatusOr<Records> FollowedLog::Read(std::int64_t offset, const ReadOptions& options) {
  return UntilSettled([&] { return reader_.Read(offset, options, known_end_.load()); });
}

absl::StatusOr<StoredBatches> FollowedLog::ReadStored(std::int64_t offset, std::size_t max_bytes,
                                                      std::int64_t end) {
  return UntilSettled([&] { return reader_.ReadStored(offset, max_bytes, end); });
}

absl::StatusOr<TimestampedOffset> FollowedLog::OffsetForTime(absl::Time time) {
  return UntilSettled([&] { return reader_.OffsetForTime(time, known_end_.load()); });
}

absl::StatusOr<TimestampedOffset> FollowedLog::OffsetOfLargestTimestamp() {
  return UntilSettled([&] { return reader_.OffsetOfLargestTimestamp(known_end_.load()); });
}

absl::Status FollowedLog::WaitFor(std::int64_t offset, absl::Duration timeout) {
  const auto may_end = [&] { return closed_.load() || high_watermark() > offset; };
  base::SleepTimer timer(metrics_->read_wait, clock_);
  if (!may_end()) timer.FallAsleep();
  const bool ended = parts_.ends->Wait(may_end, base::DeadlineAfter(timeout));
  if (closed_.load()) return WhyClosed();
  if (ended) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                   fmt::format("{}: nothing behind offset {} within {}", name_, offset,
                               absl::FormatDuration(timeout)));
}

absl::Status FollowedLog::ReadOnly() const {
  if (closed_.load()) return WhyClosed();
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                   fmt::format("{}: the folder is open with Options::read_only; whoever opened it "
                               "for writing can change it",
                               name_));
}

absl::StatusOr<AppendResult> FollowedLog::Append(std::string_view, BatchOrigin, bool& is_stored) {
  is_stored = false;
  return ReadOnly();
}
absl::StatusOr<AppendResult> FollowedLog::AppendRecord(const RecordData&, std::int64_t) {
  return ReadOnly();
}
absl::StatusOr<std::unique_ptr<ClaimedBatch>> FollowedLog::Claim(const RecordData&, std::size_t) {
  return ReadOnly();
}
// The writer keeps the epochs; of them only is known that they are not known.
absl::StatusOr<LeaderEpochs::EndOffset> FollowedLog::EndOfLeaderEpoch(std::int32_t) {
  if (closed_.load()) return WhyClosed();
  return LeaderEpochs::EndOffset();
}

absl::StatusOr<std::vector<ProducerState::SnapshotEntry>> FollowedLog::ActiveProducers() {
  return ReadOnly();
}

absl::StatusOr<std::vector<CompletedTransaction>> FollowedLog::AbortedTransactions(std::int64_t,
                                                                                   std::int64_t) {
  return ReadOnly();
}

absl::StatusOr<std::int64_t> FollowedLog::DeleteRecordsBefore(std::int64_t) { return ReadOnly(); }
absl::Status FollowedLog::Flush() { return ReadOnly(); }
absl::StatusOr<LogCheckpoint> FollowedLog::Backup(io::FileSystem&, const std::string&) {
  return ReadOnly();
}
// Whoever writes the log compacts it.
absl::StatusOr<Cleanability> FollowedLog::CleanableAt(absl::Time) { return Cleanability(); }
absl::StatusOr<CleanProgress> FollowedLog::Clean(const CleanOptions&) { return ReadOnly(); }

// A log whose last segment was not appended to from one look to the next needs no mapping.
absl::Time FollowedLog::Maintain(absl::Time now) {
  absl::MutexLock lock(&follow_mutex_);
  if (closed_.load()) return absl::InfiniteFuture();
  if (last_ != nullptr &&
      std::exchange(idle_since_offset_, last_->next_offset()) == last_->next_offset()) {
    last_->Release();
  }
  for (const auto& segment : segments_.All()) segment->UnloadIfIdle();
  return now + kUnloadInterval;
}

absl::Status FollowedLog::WhyClosed() const {
  base::MutexLock lock(&slot_mutex_);
  return why_closed_;
}

absl::Status FollowedLog::Close() {
  Abandon(absl::FailedPreconditionError(fmt::format("{} is closed, with its engine", name_)));
  return absl::OkStatus();
}

// Records that were read keep the mappings that they show.
void FollowedLog::Abandon(absl::Status reason) {
  {
    base::MutexLock lock(&slot_mutex_);
    if (closed_.load()) return;
    why_closed_ = std::move(reason);
    closed_.store(true);
    slot_ = {};
  }
  absl::MutexLock lock(&follow_mutex_);
  if (last_ != nullptr) last_->Release();
  for (const auto& segment : segments_.All()) segment->Unload();
}

}  // namespace rill::log
