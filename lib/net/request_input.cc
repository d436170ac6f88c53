#include "net/request_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.h"

namespace rill::net {
namespace {

// What each connection has for itself, and begins with: room for four requests with a producer's
// usual batch (16 KiB).
constexpr std::size_t kOwn = std::size_t{72} << 10;
// That little of it may stay with a connection that waits.
constexpr std::size_t kLittle = std::size_t{16} << 10;
// With less behind what is here, that is moved to the front.
constexpr std::size_t kLeastRoom = std::size_t{18} << 10;
// What is kept for the next request, at most.
constexpr std::size_t kLargestKept = std::size_t{1} << 20;

}  // namespace

std::int32_t RequestInput::FrameSize() const {
  return base::LoadBigEndian<std::int32_t>(bytes_.data() + begin_);
}

bool RequestInput::HasFrame(std::size_t most) const {
  if (size() < kLengthSize) return false;
  const std::int32_t said = FrameSize();
  const auto frame_size = static_cast<std::size_t>(said);
  return said > 0 && frame_size <= most && frame_size <= size() - kLengthSize;
}

std::string_view RequestInput::TakeFrame() {
  const std::string_view frame(bytes_.data() + begin_ + kLengthSize,
                               static_cast<std::size_t>(FrameSize()));
  begin_ += kLengthSize + frame.size();
  return frame;
}

// A length is only said, until the bytes are there: memory doubles with what has come.
bool RequestInput::TryMakeRoom(std::size_t wanted_size) {
  const std::size_t have = size();
  const bool fits_behind = begin_ + std::max(wanted_size, have + kLeastRoom) <= bytes_.capacity();
  if (have == 0 || !fits_behind) {
    if (begin_ > 0 && have > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, have);
    bytes_.Resize(have);
    begin_ = 0;
  }
  const bool has_room = bytes_.size() < bytes_.capacity();
  const std::size_t wanted =
      has_room ? bytes_.capacity() : std::max(kOwn, std::min(wanted_size, 2 * have));
  return memory_.Resize(wanted - kOwn) && bytes_.ReserveExactly(wanted);
}

asio::mutable_buffer RequestInput::Room(std::size_t most) {
  return {bytes_.data() + bytes_.size(), std::min(most, bytes_.capacity() - bytes_.size())};
}

void RequestInput::NoteRead(std::size_t size) {
  bytes_.Resize(bytes_.size() + size);
  used_ = std::max(used_, bytes_.size());
}

void RequestInput::Shrink() {
  const std::size_t have = size();
  if (have == 0 && used_ > kLittle) return LetGo();
  const std::size_t wanted = std::max(kOwn, have);
  if (wanted > bytes_.capacity() / 2) return;
  base::Buffer smaller;
  if (!smaller.ReserveExactly(wanted)) return;
  smaller.Resize(have);
  std::memcpy(smaller.data(), bytes_.data() + begin_, have);
  bytes_ = std::move(smaller);
  begin_ = 0;
  memory_.Resize(wanted - kOwn);
}

void RequestInput::ShrinkIfScarce() {
  if (memory_.bytes() > 0 && all_.is_scarce()) Shrink();
}

void RequestInput::LetGo() {
  bytes_ = base::Buffer();
  begin_ = used_ = 0;
  memory_.Resize(0);
}

void RequestInput::LetGoOfMuch() {
  if (memory_.bytes() == 0) return;
  if (bytes_.capacity() > kLargestKept || all_.is_scarce()) LetGo();
}

}  // namespace rill::net
