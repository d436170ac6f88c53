#include "io/memory_content.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/page.h"

namespace rill::io {
namespace {

// Growth doubles a file's reservation up to this much at a time.
constexpr std::size_t kLargestSpare = std::size_t{2} << 20;
// Reservations come in multiples of this, so that a small file seldom moves. A multiple of every
// page size in use.
constexpr std::size_t kReservationUnit = 64 * 1024;
// Far above memory, and far below what would overflow the arithmetic here.
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 46;

// `size` bytes of address space; nullptr when there is none. Not counted against the system's
// commit limit: memory is taken page by page.
char* ReserveAddresses(std::size_t size) {
  void* const got = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return got == MAP_FAILED ? nullptr : static_cast<char*>(got);
}

}  // namespace

MemoryContent::~MemoryContent() {
  if (data_ != nullptr) ::munmap(data_, capacity_);
}

std::size_t MemoryContent::Read(std::uint64_t offset, char* out, std::size_t size) const {
  absl::ReaderMutexLock lock(&mu_);
  if (offset >= size_) return 0;
  const std::size_t count = std::min<std::size_t>(size, size_ - offset);
  std::memcpy(out, data_ + offset, count);
  return count;
}

int MemoryContent::Write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (offset > kMaxSize || bytes.size() > kMaxSize - offset) return EFBIG;
  const std::uint64_t end = offset + bytes.size();
  {
    absl::ReaderMutexLock lock(&mu_);
    if (end <= size_) {
      std::memcpy(data_ + offset, bytes.data(), bytes.size());
      return 0;
    }
  }
  absl::MutexLock lock(&mu_);
  if (const int error = Reserve(end); error != 0) return error;
  std::memcpy(data_ + offset, bytes.data(), bytes.size());
  size_ = std::max<std::size_t>(size_, end);
  return 0;
}

std::uint64_t MemoryContent::size() const {
  absl::ReaderMutexLock lock(&mu_);
  return size_;
}

int MemoryContent::Resize(std::uint64_t size) {
  absl::MutexLock lock(&mu_);
  if (size < size_) Clear(size, size_);
  if (const int error = Reserve(size); error != 0) return error;
  size_ = size;
  return 0;
}

int MemoryContent::Extend(std::uint64_t size) {
  absl::MutexLock lock(&mu_);
  if (size <= size_) return 0;
  if (const int error = Reserve(size); error != 0) return error;
  size_ = size;
  return 0;
}

int MemoryContent::Pin(std::size_t length, char*& data) {
  if (length == 0) return EINVAL;
  absl::MutexLock lock(&mu_);
  if (const int error = Reserve(length); error != 0) return error;
  ++pins_;
  data = data_;
  return 0;
}

void MemoryContent::Unpin() {
  absl::MutexLock lock(&mu_);
  if (--pins_ > 0) return;
  // What a mapping reserved for growth that did not come is address space that others may want.
  const std::size_t keep = std::max(RoundUp(size_, kReservationUnit), kReservationUnit);
  if (keep < capacity_ && ::munmap(data_ + keep, capacity_ - keep) == 0) capacity_ = keep;
}

int MemoryContent::Reserve(std::uint64_t size) {
  if (size <= capacity_) return 0;
  if (size > kMaxSize) return EFBIG;
  const std::size_t needed = RoundUp(size, kReservationUnit);
  if (pins_ == 0) return Move(std::max(needed, std::min(2 * capacity_, needed + kLargestSpare)));
  void* const stayed = ::mremap(data_, capacity_, needed, 0);
  if (stayed == MAP_FAILED) return EBUSY;
  capacity_ = needed;
  return 0;
}

int MemoryContent::Move(std::size_t capacity) {
  char* const to = ReserveAddresses(capacity);
  if (to == nullptr) return ENOMEM;
  // Moves the pages, not the bytes.
  if (data_ != nullptr &&
      ::mremap(data_, capacity_, capacity_, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED) {
    ::munmap(to, capacity);
    return ENOMEM;
  }
  data_ = to;
  capacity_ = capacity;
  return 0;
}

void MemoryContent::Clear(std::size_t from, std::size_t to) {
  const std::size_t page = std::min(RoundUp(from, PageSize()), to);
  std::memset(data_ + from, 0, page - from);
  if (page == to) return;
  // Locked memory (mlock) cannot be given back.
  if (::madvise(data_ + page, to - page, MADV_DONTNEED) != 0) {
    std::memset(data_ + page, 0, to - page);
  }
}

}  // namespace rill::io
