#pragma once

#include <cstddef>
#include <string_view>

namespace rill::base {

// Bytes on the heap that grow without being zeroed first. Running out of memory is a result, not an
// exception. Owns its memory; not thread-safe.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  char* data() { return data_; }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_, size_}; }

  // Makes room for `capacity` bytes in all, keeping the first size() ones. Grows to at least
  // double, so that growing step by step costs a constant per byte. False when the memory is
  // refused; then nothing has changed.
  [[nodiscard]] bool Reserve(std::size_t capacity);
  // The same for who has a plan of its own for growing.
  [[nodiscard]] bool ReserveExactly(std::size_t capacity);

  // Sets the size, which must not pass the capacity. New bytes hold anything.
  void Resize(std::size_t size) { size_ = size; }
  void Clear() { size_ = 0; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace rill::base
