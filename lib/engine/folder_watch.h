#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/wakeup.h"
#include "engine/data_folder.h"
#include "engine/shared_page.h"
#include "io/file_system.h"
#include "log/followed_log.h"
#include "log/shared_slot.h"

namespace rill::engine {

// How long a reader takes at most to see that the writer is another one, or gone, where nobody
// wakes it; and, where it may not store to the page and so cannot be seen to sleep, to see new
// records.
inline constexpr absl::Duration kWriterCheckInterval = absl::Milliseconds(250);
inline constexpr absl::Duration kUnseenSleep = absl::Milliseconds(10);

// What a process that only reads a data folder knows of the one that writes it: its page, while
// there is one; else what the last writer left. Thread-safe.
class FolderWatch final : public log::EndSource, public log::LeftBehind {
 public:
  // `files` must outlive this. `look_outside` is called between the looks of a Wait at its
  // condition, with no lock held.
  FolderWatch(io::FileSystem* files, std::string directory, std::function<void()> look_outside);

  Found Find(const log::SlotKey& key) override ABSL_LOCKS_EXCLUDED(mutex_);
  // Looks for another writer's page, when it is time.
  std::uint64_t version() const override ABSL_LOCKS_EXCLUDED(mutex_);
  bool Wait(const std::function<bool()>& condition, base::Deadline deadline) override;
  absl::StatusOr<log::LogCheckpoint> Checkpoint(const TopicPartition& partition) override
      ABSL_LOCKS_EXCLUDED(left_mutex_);

  bool HasWriter() const override;

  // Moves whenever the catalogue may have changed.
  std::uint64_t catalogue_version() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the waits of this process whose conditions hold now.
  void Wake();
  // The same; nothing is looked for from now on, and the page is let go.
  void Close();

 private:
  using Moment = std::chrono::steady_clock::time_point;

  std::shared_ptr<SharedPageView> Page() const ABSL_LOCKS_EXCLUDED(mutex_);
  void Look() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LookAtPage(const std::shared_ptr<SharedPageView>& found) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LookAtWhatIsLeft(const SharedPageView* found) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LookBesideBroker(const SharedPageView* found) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GoByWhatIsLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakePage(std::shared_ptr<SharedPageView> page) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool WasClosed() const;
  absl::StatusOr<std::uint64_t> HashOfWhatIsLeft(const SharedPageView* page) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadWhatIsLeft() ABSL_EXCLUSIVE_LOCKS_REQUIRED(left_mutex_);

  io::FileSystem* const files_;
  const std::string directory_;
  const std::function<void()> look_outside_;

  mutable base::Mutex mutex_;
  mutable std::shared_ptr<SharedPageView> page_ ABSL_GUARDED_BY(mutex_);
  mutable std::uint64_t pages_ ABSL_GUARDED_BY(mutex_) = 0;  // that there were, and losses of one
  // What the last writer left, as a number that changes with it.
  mutable std::uint64_t left_ ABSL_GUARDED_BY(mutex_) = 0;
  mutable std::uint64_t dead_writer_ ABSL_GUARDED_BY(mutex_) = 0;  // whose page is there still
  mutable bool has_broker_ ABSL_GUARDED_BY(mutex_) = false;        // of Kafka's
  mutable std::uint64_t brokers_ ABSL_GUARDED_BY(mutex_) = 0;  // that were seen to have the folder
  mutable std::uint64_t looks_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  mutable bool saw_closed_ ABSL_GUARDED_BY(mutex_) = false;
  mutable bool saw_killed_ ABSL_GUARDED_BY(mutex_) = false;
  mutable Moment next_look_ ABSL_GUARDED_BY(mutex_) = Moment::min();
  // The slots of page_ by whose they are, as far as they were looked at.
  mutable std::map<log::SlotKey, std::size_t> slots_ ABSL_GUARDED_BY(mutex_);
  mutable std::size_t slots_seen_ ABSL_GUARDED_BY(mutex_) = 0;

  mutable absl::Mutex left_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  mutable Moment left_until_ ABSL_GUARDED_BY(left_mutex_) = Moment::min();
  bool was_clean_ ABSL_GUARDED_BY(left_mutex_) = false;
  FolderCheckpoints checkpoints_ ABSL_GUARDED_BY(left_mutex_);

  base::Wakeup own_;  // for waits where there is no page
};

}  // namespace rill::engine
