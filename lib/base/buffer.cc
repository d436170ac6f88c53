#include "base/buffer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace rill::base {

Buffer::~Buffer() { std::free(data_); }

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

bool Buffer::Reserve(std::size_t capacity) {
  return capacity <= capacity_ || ReserveExactly(std::max(capacity, capacity_ * 2));
}

bool Buffer::ReserveExactly(std::size_t capacity) {
  if (capacity <= capacity_) return true;
  auto* grown = static_cast<char*>(std::realloc(data_, capacity));
  if (grown == nullptr) return false;
  data_ = grown;
  capacity_ = capacity;
  return true;
}

}  // namespace rill::base
