#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "io/file_system.h"
#include "log/shared_slot.h"

namespace rill::engine {

// The file through which the process that writes a data folder shows others how far its logs reach
// (docs/design/shared-folder.md). There as long as a writer is, and after one that was killed.
inline constexpr char kSharedPageFile[] = "rill.shared";

enum class PageState : std::uint32_t { kUnfinished = 0, kOpen = 1, kClosed = 2 };

// The file: this, then slots. Integers are the machine's own: no other one maps the file.
struct SharedHeader {
  static constexpr std::uint64_t kMagic = 0x31306572'61687372;
  static constexpr std::uint32_t kVersion = 1;

  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t slot_size = 0;
  std::uint64_t writer = 0;  // a random number, another for each writer; never 0
  std::atomic<PageState> state = PageState::kUnfinished;
  std::uint32_t reserved = 0;
  std::atomic<std::uint64_t> catalogue_changes = 0;
  std::atomic<std::uint64_t> slots = 0;  // that are in use, from the first on
  // In a cache line of its own: readers store to it.
  alignas(64) std::atomic<std::uint32_t> wakeup = 0;
};
static_assert(sizeof(SharedHeader) == 128 && sizeof(SharedHeader) % alignof(log::SharedSlot) == 0);

// A slot is never used twice, so that a reader's is its partition's for good. Deleted partitions
// count, until the folder is opened again.
inline constexpr std::size_t kMaxSlots = std::size_t{1} << 20;
inline constexpr std::size_t kMaxPageSize =
    sizeof(SharedHeader) + kMaxSlots * sizeof(log::SharedSlot);

// The page of this process, which writes the folder. Thread-safe.
class SharedPage : public std::enable_shared_from_this<SharedPage> {
 public:
  // Makes the folder's page, and tells those who sleep at an earlier writer's, which was killed. By
  // who holds the folder's lock.
  static absl::StatusOr<std::shared_ptr<SharedPage>> Create(io::FileSystem* files,
                                                            const std::string& directory);

  // A slot for a partition that reaches from `log_start_offset` to `high_watermark`. Its blocks are
  // reserved: ResourceExhausted when the disk is full, or all slots are used.
  absl::StatusOr<std::shared_ptr<log::EndPublisher>> Add(const log::SlotKey& key,
                                                         std::int64_t log_start_offset,
                                                         std::int64_t high_watermark)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Something was written to the catalogue.
  void CountCatalogueChange();

  // Nothing is published any more; the file goes.
  void Close();

 private:
  SharedPage(io::FileSystem* files, std::string path, std::shared_ptr<io::Mapping> mapping)
      : files_(files), path_(std::move(path)), mapping_(std::move(mapping)) {}

  SharedHeader& header() const;
  log::SharedSlot* slot(std::size_t index) const;
  absl::Status Reserve(std::uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake();

  io::FileSystem* const files_;
  const std::string path_;
  const std::shared_ptr<io::Mapping> mapping_;

  base::Mutex mutex_;
  std::uint64_t size_ ABSL_GUARDED_BY(mutex_) = 0;  // of the file
  std::size_t slots_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A page that another process made: every byte may be anything. Thread-safe.
class SharedPageView {
 public:
  // NotFound when there is none; DataLoss when it is none, or not finished. Mapped for writing
  // where that is allowed, for the word to sleep on alone.
  static absl::StatusOr<std::shared_ptr<SharedPageView>> Open(io::FileSystem* files,
                                                              const std::string& directory);

  std::uint64_t writer() const { return writer_; }
  bool is_open() const { return header().state.load() == PageState::kOpen; }
  std::uint64_t catalogue_changes() const { return header().catalogue_changes.load(); }
  // Slots in use, as far as the file has them.
  std::size_t slots() const;
  // `index` below what slots() said.
  const log::SharedSlot& slot(std::size_t index) const;

  // Whether who sleeps at wakeup() can be seen by the writer.
  bool may_store() const { return may_store_; }
  base::SharedWakeup wakeup() const { return base::SharedWakeup(&header().wakeup); }

  // For the writer that comes after the page's, which was killed: sends who sleeps at it to look
  // for the new one.
  void Supersede();

  // What keeps the slots mapped.
  const std::shared_ptr<const io::Mapping>& mapping() const { return mapping_; }

 private:
  SharedPageView(std::unique_ptr<io::File> file, std::shared_ptr<const io::Mapping> mapping,
                 bool may_store);

  SharedHeader& header() const;

  const std::unique_ptr<io::File> file_;  // asked for its size before its bytes are touched
  const std::shared_ptr<const io::Mapping> mapping_;
  const bool may_store_;
  const std::uint64_t writer_;
  // Slots that the file had room for when it was last asked; it never shrinks.
  mutable std::atomic<std::uint64_t> sized_slots_ = 0;
};

}  // namespace rill::engine
