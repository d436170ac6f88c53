#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "asio/buffer.hpp"
#include "base/buffer.h"
#include "net/request_memory.h"
#include "net/wake.h"

namespace rill::net {

// What has come of a connection's requests and was not looked at yet. Its memory grows with what
// has come, not with what is announced; beyond what each connection has for itself it is a share of
// what there is for all. Used in the connection's thread.
class RequestInput {
 public:
  static constexpr std::size_t kLengthSize = 4;  // a frame begins with its length
  static constexpr std::size_t kAllThereIsRoomFor = std::numeric_limits<std::size_t>::max();

  // `memory` outlives it.
  explicit RequestInput(RequestMemory& memory) : all_(memory), memory_(memory) {}

  std::size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }
  // Of the frame that begins what is here, as it says; at least its length is here.
  std::int32_t FrameSize() const;
  // Whether that frame is here, whole, and no larger than `most`, without its length.
  bool HasFrame(std::size_t most) const;
  // The frame, which is here, without its length. It stays until any of what follows is called.
  std::string_view TakeFrame();

  // Makes room behind what is here, to get `size` bytes in all. False where others have the memory,
  // or there is none.
  [[nodiscard]] bool TryMakeRoom(std::size_t size);
  // Where the next bytes go, up to `most` of them.
  asio::mutable_buffer Room(std::size_t most);
  void NoteRead(std::size_t size);

  // That is not its own.
  std::size_t memory() const { return memory_.bytes(); }
  // As RequestMemory::Share has it.
  std::shared_ptr<void> WaitForMemory(std::shared_ptr<Wake> waiting) {
    return memory_.Wait(std::move(waiting));
  }
  // Gives back what of its memory is empty, where that is much, or much of it was used.
  void Shrink();
  // The same where memory is scarce.
  void ShrinkIfScarce();
  // Gives back all; what was here is gone.
  void LetGo();
  // The same where it is more than should be kept for the next request.
  void LetGoOfMuch();

 private:
  RequestMemory& all_;
  RequestMemory::Share memory_;
  base::Buffer bytes_;
  std::size_t begin_ = 0;  // of what was not taken
  std::size_t used_ = 0;   // of bytes_, the most since it was made
};

}  // namespace rill::net
