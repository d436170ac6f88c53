#include "engine/shared_page.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/random.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

// A page's worth: most folders have few partitions.
constexpr std::uint64_t kFirstSize = 4096;
constexpr std::uint64_t kLargestStep = std::uint64_t{64} << 10;

std::uint64_t NewWriterId() {
  const std::uint64_t id = base::Random64();
  return id != 0 ? id : 1;
}

constexpr std::uint64_t SizeFor(std::size_t slots) {
  return sizeof(SharedHeader) + slots * sizeof(log::SharedSlot);
}

}  // namespace

absl::StatusOr<std::shared_ptr<SharedPage>> SharedPage::Create(io::FileSystem* files,
                                                               const std::string& directory) {
  const auto former = SharedPageView::Open(files, directory);
  const std::string path = directory + "/" + kSharedPageFile;
  // Readers keep the old one, as it is, until they look for a new one.
  if (auto removed = files->Remove(path); !removed.ok() && !absl::IsNotFound(removed)) {
    return removed;
  }
  auto file = files->Open(path, io::OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  // Mapped first: nothing is stored to before there are blocks for it.
  auto mapping = (*file)->Map(kMaxPageSize, io::MapMode::kReadWrite);
  absl::Status status = mapping.status();
  if (status.ok()) status = (*file)->Allocate(kFirstSize);
  if (!status.ok()) {
    files->Remove(path).IgnoreError();
    return status;
  }
  std::shared_ptr<SharedPage> page(new SharedPage(files, path, *std::move(mapping)));
  {
    base::MutexLock lock(&page->mutex_);
    page->size_ = kFirstSize;
  }
  auto* const header = new (page->mapping_->data()) SharedHeader();
  header->magic = SharedHeader::kMagic;
  header->version = SharedHeader::kVersion;
  header->slot_size = sizeof(log::SharedSlot);
  header->writer = NewWriterId();
  header->state.store(PageState::kOpen, std::memory_order_release);
  if (former.ok()) (*former)->Supersede();
  return page;
}

SharedHeader& SharedPage::header() const {
  return *std::launder(reinterpret_cast<SharedHeader*>(mapping_->data()));
}

log::SharedSlot* SharedPage::slot(std::size_t index) const {
  return reinterpret_cast<log::SharedSlot*>(mapping_->data() + SizeFor(index));
}

absl::StatusOr<std::shared_ptr<log::EndPublisher>> SharedPage::Add(const log::SlotKey& key,
                                                                   std::int64_t log_start_offset,
                                                                   std::int64_t high_watermark) {
  base::MutexLock lock(&mutex_);
  if (slots_ == kMaxSlots) {
    return absl::ResourceExhaustedError(
        fmt::format("{}: all {} slots are used; open the folder again to have those of deleted "
                    "partitions back",
                    path_, kMaxSlots));
  }
  if (auto reserved = Reserve(SizeFor(slots_ + 1)); !reserved.ok()) return reserved;
  auto* const added = new (slot(slots_)) log::SharedSlot();
  added->key = key;
  added->log_start_offset.store(log_start_offset, std::memory_order_relaxed);
  added->high_watermark.store(high_watermark, std::memory_order_relaxed);
  // Readers look at no slot that is not counted.
  header().slots.store(++slots_);
  Wake();
  return std::make_shared<log::EndPublisher>(added, &header().wakeup, mapping_);
}

// Opens the file for it, once for each doubling: the page holds no descriptor.
absl::Status SharedPage::Reserve(std::uint64_t size) {
  if (size <= size_) return absl::OkStatus();
  const std::uint64_t wanted =
      std::min<std::uint64_t>(size_ + std::min(size_, kLargestStep), kMaxPageSize);
  auto file = files_->Open(path_, io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Allocate(wanted); !status.ok()) return status;
  size_ = wanted;
  return absl::OkStatus();
}

void SharedPage::CountCatalogueChange() {
  header().catalogue_changes.fetch_add(1);
  Wake();
}

void SharedPage::Close() {
  files_->Remove(path_).IgnoreError();
  header().state.store(PageState::kClosed);
  Wake();
}

void SharedPage::Wake() { base::SharedWakeup(&header().wakeup).Notify(); }

}  // namespace rill::engine
