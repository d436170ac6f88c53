#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rill::io {

// The bytes of a file in memory: a reservation of address space (which costs nothing) whose pages
// come into being when they are first written. Bytes between the size and the end of the
// reservation are zeros.
//
// The reservation moves when it has to grow, but never while a mapping pins it: a file cannot grow
// past what its mappings reserved unless the addresses behind happen to be free. Who maps a file
// that is to grow maps the length it may reach.
//
// Thread-safe. Methods return an errno, 0 for success. Reads and writes of different bytes run at
// the same time, those of the same bytes are the callers' to order.
class MemoryContent {
 public:
  MemoryContent() = default;
  ~MemoryContent();
  MemoryContent(const MemoryContent&) = delete;
  MemoryContent& operator=(const MemoryContent&) = delete;

  std::size_t Read(std::uint64_t offset, char* out, std::size_t size) const;
  int Write(std::uint64_t offset, std::string_view bytes);
  std::uint64_t size() const;
  // Cuts or extends; what is cut gives its memory back.
  int Resize(std::uint64_t size);
  // Extends to `size` bytes; does nothing when there are as many.
  int Extend(std::uint64_t size);

  // Pins the first `length` bytes at one address, stored to `data`, until Unpin.
  int Pin(std::size_t length, char*& data);
  void Unpin();

 private:
  int Reserve(std::uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int Move(std::size_t capacity) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Clear(std::size_t from, std::size_t to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Exclusive where the size or the address changes, shared to copy bytes.
  mutable absl::Mutex mu_;
  char* data_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::size_t capacity_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t size_ ABSL_GUARDED_BY(mu_) = 0;
  int pins_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rill::io
