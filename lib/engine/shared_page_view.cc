#include <algorithm>
#include <utility>

#include "engine/shared_page.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

absl::Status NoPage(const std::string& path, const char* what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: {}", path, what));
}

absl::Status CheckHeader(const SharedHeader& header, const std::string& path) {
  if (header.state.load(std::memory_order_acquire) == PageState::kUnfinished) {
    return NoPage(path, "not finished");
  }
  const bool is_one = header.magic == SharedHeader::kMagic &&
                      header.version == SharedHeader::kVersion &&
                      header.slot_size == sizeof(log::SharedSlot) && header.writer != 0;
  return is_one ? absl::OkStatus() : NoPage(path, "no page of this version of rill");
}

}  // namespace

absl::StatusOr<std::shared_ptr<SharedPageView>> SharedPageView::Open(io::FileSystem* files,
                                                                     const std::string& directory) {
  const std::string path = directory + "/" + kSharedPageFile;
  auto file = files->Open(path, io::OpenMode::kReadWrite);
  const bool may_store = !absl::IsPermissionDenied(file.status());
  if (!may_store) file = files->Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size < sizeof(SharedHeader)) return NoPage(path, "too short");
  auto mapping =
      (*file)->Map(kMaxPageSize, may_store ? io::MapMode::kReadWrite : io::MapMode::kRead);
  if (!mapping.ok()) return mapping.status();
  if (auto sound = CheckHeader(*reinterpret_cast<const SharedHeader*>((*mapping)->data()), path);
      !sound.ok()) {
    return sound;
  }
  return std::shared_ptr<SharedPageView>(
      new SharedPageView(*std::move(file), *std::move(mapping), may_store));
}

SharedPageView::SharedPageView(std::unique_ptr<io::File> file,
                               std::shared_ptr<const io::Mapping> mapping, bool may_store)
    : file_(std::move(file)),
      mapping_(std::move(mapping)),
      may_store_(may_store),
      writer_(header().writer) {}

SharedHeader& SharedPageView::header() const {
  return *reinterpret_cast<SharedHeader*>(mapping_->data());
}

const log::SharedSlot& SharedPageView::slot(std::size_t index) const {
  return *reinterpret_cast<const log::SharedSlot*>(mapping_->data() + sizeof(SharedHeader) +
                                                   index * sizeof(log::SharedSlot));
}

std::size_t SharedPageView::slots() const {
  const std::uint64_t claimed = std::min<std::uint64_t>(header().slots.load(), kMaxSlots);
  std::uint64_t had = sized_slots_.load(std::memory_order_relaxed);
  if (claimed > had) {
    const auto size = file_->Size();
    if (!size.ok() || *size < sizeof(SharedHeader)) return had;
    had = (*size - sizeof(SharedHeader)) / sizeof(log::SharedSlot);
    sized_slots_.store(had, std::memory_order_relaxed);
  }
  return static_cast<std::size_t>(std::min(claimed, had));
}

void SharedPageView::Supersede() {
  if (!may_store_) return;
  header().state.store(PageState::kClosed);
  wakeup().Notify();
}

}  // namespace rill::engine
