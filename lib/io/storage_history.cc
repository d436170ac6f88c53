#include "io/storage_history.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rill::io {
namespace {

// Others may be storing to the page at this moment, as they may while a disk writes it; that is no
// error, so no sanitizer may look. Volatile, or the compiler makes it a memcpy, which is looked at.
__attribute__((no_sanitize("thread"))) void CopyLivePage(const char* from, char* to) {
  const auto* const words = reinterpret_cast<const volatile std::uint64_t*>(from);
  for (std::size_t i = 0; i < kTornUnit / sizeof(std::uint64_t); ++i) {
    const std::uint64_t word = words[i];
    std::memcpy(to + i * sizeof word, &word, sizeof word);
  }
}

bool IsZero(const std::string& page) {
  static const std::string zeros(kTornUnit, '\0');
  return page == zeros;
}

const std::string& PageOf(const std::map<std::uint64_t, std::string>& pages, std::uint64_t number) {
  static const std::string zeros(kTornUnit, '\0');
  const auto found = pages.find(number);
  return found == pages.end() ? zeros : found->second;
}

std::uint64_t PageCount(std::uint64_t size) { return (size + kTornUnit - 1) / kTornUnit; }

void PutPage(FileImage& image, std::uint64_t number, const std::string& page) {
  if (!IsZero(page)) image.pages[number] = page;
}

// Sizes are saved as pages are: what is kept may be the old size, the new, or one on the way.
std::uint64_t SurvivingSize(std::uint64_t before, std::uint64_t now, std::mt19937_64& random) {
  const auto [low, high] = std::minmax(before, now);
  switch (random() % 3) {
    case 0:
      return before;
    case 1:
      return now;
    default:
      return low + random() % (high - low + 1);
  }
}

}  // namespace

absl::StatusOr<FileImage> ReadImage(File& file) {
  const auto size = file.Size();
  if (!size.ok()) return size.status();
  FileImage image{.size = *size, .pages = {}};
  if (*size == 0) return image;
  const auto mapping = file.Map(*size, MapMode::kRead);
  if (!mapping.ok()) return mapping.status();
  std::string page(kTornUnit, '\0');
  for (std::uint64_t number = 0; number < PageCount(*size); ++number) {
    CopyLivePage((*mapping)->data() + number * kTornUnit, page.data());
    const std::uint64_t left = *size - number * kTornUnit;
    if (left < kTornUnit)
      std::fill(page.begin() + static_cast<std::ptrdiff_t>(left), page.end(), 0);
    PutPage(image, number, page);
  }
  return image;
}

absl::Status WriteImage(const FileImage& image, File& file) {
  for (const auto& [number, page] : image.pages) {
    if (auto written = file.WriteAt(number * kTornUnit, page); !written.ok()) return written;
  }
  return file.Truncate(image.size);
}

std::string ToBytes(const FileImage& image) {
  std::string bytes(image.size, '\0');
  for (const auto& [number, page] : image.pages) {
    const std::uint64_t at = number * kTornUnit;
    bytes.replace(at, std::min(kTornUnit, bytes.size() - at), page, 0,
                  std::min(kTornUnit, bytes.size() - at));
  }
  return bytes;
}

void Inode::Apply(Change change) {
  if (!change.freed.empty()) names.erase(change.freed);
  if (change.node != nullptr) {
    names[change.name] = change.node;
  } else {
    names.erase(change.name);
  }
  changes.push_back(std::move(change));
}

void Inode::SyncNames() {
  synced_names = names;
  changes.clear();
}

absl::Status Inode::SyncFile() {
  auto now = ReadImage(*file);
  if (!now.ok()) return now.status();
  // A page that a failed sync passed over is clean to the kernel until it is stored to again.
  for (auto it = forgotten.begin(); it != forgotten.end();) {
    const auto& [number, page] = *it;
    if (PageOf(now->pages, number) != page) {
      it = forgotten.erase(it);
      continue;
    }
    now->pages.erase(number);
    PutPage(*now, number, PageOf(synced.pages, number));
    ++it;
  }
  synced = *std::move(now);
  return absl::OkStatus();
}

absl::Status Inode::FailSync() {
  const auto now = ReadImage(*file);
  if (!now.ok()) return now.status();
  for (std::uint64_t number = 0; number < PageCount(now->size); ++number) {
    const std::string& page = PageOf(now->pages, number);
    if (page != PageOf(synced.pages, number)) forgotten[number] = page;
  }
  return absl::OkStatus();
}

absl::StatusOr<FileImage> Survivor(const Inode& file, std::mt19937_64& random) {
  const auto now = ReadImage(*file.file);
  if (!now.ok()) return now.status();
  FileImage left{.size = SurvivingSize(file.synced.size, now->size, random), .pages = {}};
  // How much was on its way to the disk differs from cut to cut: none, half, all, or in between.
  const std::uint64_t kept_of_eight = random() % 9;
  for (std::uint64_t number = 0; number < PageCount(left.size); ++number) {
    const std::string& before = PageOf(file.synced.pages, number);
    const std::string& after = PageOf(now->pages, number);
    // Pages behind the present end are there only because the cut of the file was undone.
    const bool cut = number >= PageCount(now->size);
    const bool keep = before != after && !cut && random() % 8 < kept_of_eight;
    PutPage(left, number, keep ? after : before);
  }
  return left;
}

Inode::Names SurvivingNames(const Inode& folder, std::mt19937_64& random) {
  Inode left;
  left.names = folder.synced_names;
  const std::size_t kept = random() % (folder.changes.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) left.Apply(folder.changes[i]);
  return std::move(left.names);
}

}  // namespace rill::io
