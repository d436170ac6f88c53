#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/wakeup.h"

namespace rill::log {

// Whose slot it is: a partition of the topic with this id. A topic that is made anew under an old
// name has another.
struct SlotKey {
  std::array<std::uint8_t, 16> topic_id = {};
  std::int32_t partition = 0;
  friend auto operator<=>(const SlotKey&, const SlotKey&) = default;
};

// What other processes see of one partition (docs/design/shared-folder.md), in memory that they
// map. Integers are the machine's own. As large as a cache line, so that threads which append to
// two partitions do not take it from each other.
//
// To a reader every byte is from outside: it may say anything.
struct alignas(64) SharedSlot {
  SlotKey key;  // written before the page counts the slot, then never again
  std::uint32_t reserved = 0;
  std::atomic<std::int64_t> high_watermark = 0;
  std::atomic<std::int64_t> log_start_offset = 0;
  // Two for each time that segments were replaced by others (compaction), and odd while their files
  // change names: what is listed, or opened by name, counts if this was even before and is the same
  // after. Rolls and deletions do not count: the offsets tell of them.
  std::atomic<std::uint64_t> replacements = 0;
};
static_assert(sizeof(SharedSlot) == 64 && std::atomic<std::int64_t>::is_always_lock_free);

// The writer's side of a slot: stores only, and one load of the word that readers sleep on. What
// stands there is never believed.
//
// Why a reader that has seen an end finds the batches below it: they, and the segment that they are
// in, were there before the store (release) of the end that the reader loaded (acquire); files and
// mappings show all processes the same pages.
class EndPublisher {
 public:
  // `pin` keeps the memory of both mapped.
  EndPublisher(SharedSlot* slot, std::atomic<std::uint32_t>* wakeup,
               std::shared_ptr<const void> pin)
      : slot_(slot), wakeup_(wakeup), pin_(std::move(pin)) {}

  // The end, under the lock of whoever appends; no Raise of a higher one can have been before.
  void Publish(std::int64_t high_watermark) {
    slot_->high_watermark.store(high_watermark, std::memory_order_release);
  }
  // The same for whoever flushes, without that lock: never goes back.
  void Raise(std::int64_t high_watermark) {
    std::int64_t current = slot_->high_watermark.load(std::memory_order_relaxed);
    while (current < high_watermark &&
           !slot_->high_watermark.compare_exchange_weak(current, high_watermark)) {
    }
  }
  void SetLogStart(std::int64_t offset) {
    slot_->log_start_offset.store(offset, std::memory_order_release);
  }
  // Around the changes of names. Who lists or opens what one of these left is ordered behind it by
  // the kernel's lock of the folder, and so sees the store before it. A slot that is new in between
  // ends even, too.
  void BeginReplacement() { slot_->replacements.fetch_or(1); }
  void EndReplacement() { slot_->replacements.store((slot_->replacements.load() | 1) + 1); }

  // Whether somebody sleeps, in any process. To be asked behind a sequentially consistent
  // store that follows the Publish or Raise: between the store of the end and the load of the word
  // must stand a full fence (base/wakeup.h), which on x86-64 that store is, for nothing.
  bool HasSleeper() const {
#if !defined(__x86_64__)
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    return wakeup_.HasWaiter();
  }
  void Wake() { wakeup_.Notify(); }

 private:
  SharedSlot* const slot_;
  base::SharedWakeup wakeup_;
  const std::shared_ptr<const void> pin_;
};

// Where a log that another process writes learns how far it reaches. Thread-safe.
class EndSource {
 public:
  struct Found {
    const SharedSlot* slot = nullptr;  // null: nobody publishes, or did not have the log open
    std::shared_ptr<const void> pin;   // of the slot
    std::uint64_t writer = 0;  // changes with the process that publishes, or left the log as it is
  };

  virtual ~EndSource() = default;
  virtual Found Find(const SlotKey& key) = 0;
  // Whether a process has the log's folder open for writing now.
  virtual bool HasWriter() const = 0;
  // Moves whenever Find may give something else than before.
  virtual std::uint64_t version() const = 0;
  // Returns when `condition` holds, or `deadline` has passed; whether it holds. It has to load what
  // it looks at with sequential consistency.
  virtual bool Wait(const std::function<bool()>& condition, base::Deadline deadline) = 0;
};

}  // namespace rill::log
