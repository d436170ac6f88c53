#include "net/request_input.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "catch.h"

namespace rill::net {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

std::string Frame(std::string_view body) {
  std::string frame(RequestInput::kLengthSize, '\0');
  base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(body.size()));
  return frame.append(body);
}

// As much of `bytes` as there is room for, up to `most`; returns how much.
std::size_t Put(RequestInput& input, std::string_view bytes, std::size_t most) {
  const auto room = input.Room(most);
  const std::size_t size = std::min(bytes.size(), room.size());
  std::memcpy(room.data(), bytes.data(), size);
  input.NoteRead(size);
  return size;
}

TEST_CASE("Frames come out as they were, in whatever pieces they come and whatever is given back") {
  const auto seed = static_cast<unsigned>(GENERATE(range(1, 21)));
  std::minstd_rand random(seed);
  const auto up_to = [&](std::size_t most) { return random() % (most + 1); };
  std::vector<std::string> bodies;
  std::string sent;
  for (int i = 0; i < 60; ++i) {
    std::string body(1 + up_to(i % 10 == 0 ? 300'000 : 20'000), '\0');
    std::generate(body.begin(), body.end(), [&] { return static_cast<char>(random()); });
    sent += Frame(body);
    bodies.push_back(std::move(body));
  }
  RequestMemory memory(8 * kMebibyte, kMebibyte);
  RequestInput input(memory);
  std::string_view left = sent;
  for (const std::string& body : bodies) {
    while (!input.HasFrame(kMebibyte)) {
      const bool knows_size = input.size() >= RequestInput::kLengthSize;
      const std::size_t wanted =
          RequestInput::kLengthSize +
          (knows_size ? static_cast<std::size_t>(input.FrameSize()) : std::size_t{0});
      if (up_to(5) == 0) input.Shrink();
      REQUIRE(input.TryMakeRoom(wanted));
      left.remove_prefix(Put(input, left, 1 + up_to(60'000)));
    }
    REQUIRE(input.TakeFrame() == body);
    if (input.empty() && up_to(3) == 0) input.LetGo();
  }
  CHECK(left.empty());
  CHECK(input.empty());
  input.LetGo();
  CHECK(memory.taken() == 0);
}

TEST_CASE("An input's memory grows with what has come, not with what is announced") {
  RequestMemory memory(512 * kMebibyte, 200 * kMebibyte);
  RequestInput input(memory);
  std::string length(RequestInput::kLengthSize, '\0');
  base::StoreBigEndian(length.data(), std::int32_t{100 << 20});
  REQUIRE(input.TryMakeRoom(RequestInput::kLengthSize));
  Put(input, length, length.size());
  const std::string bytes(64 << 10, 'x');
  const std::size_t whole = RequestInput::kLengthSize + (std::size_t{100} << 20);
  for (std::size_t came = length.size(); came < 4 * kMebibyte;) {
    REQUIRE(input.TryMakeRoom(whole));
    CHECK(input.memory() <= 2 * came);
    came += Put(input, bytes, bytes.size());
  }
  CHECK_FALSE(input.HasFrame(200 * kMebibyte));
}

// As far as there is memory for it; returns what was not put.
std::string_view PutAll(RequestInput& input, std::string_view frame, std::string_view left) {
  while (!left.empty() && input.TryMakeRoom(frame.size())) {
    left.remove_prefix(Put(input, left, left.size()));
  }
  return left;
}

TEST_CASE("An input takes no more than there is, and gives back what it does not need") {
  RequestMemory memory(kMebibyte, kMebibyte);
  const std::string frame = Frame(std::string(900'000, 'x'));
  RequestInput input(memory);
  RequestInput other(memory);
  CHECK(PutAll(input, frame, frame).empty());
  const std::string_view left = PutAll(other, frame, frame);
  CHECK_FALSE(left.empty());
  CHECK(memory.taken() <= kMebibyte);
  CHECK(input.TakeFrame().size() == 900'000);
  input.LetGoOfMuch();  // memory is scarce
  CHECK(input.memory() == 0);
  CHECK(PutAll(other, frame, left).empty());
  CHECK(other.HasFrame(kMebibyte));
}

TEST_CASE("What says that it has no bytes, fewer, or more than a request may have is no frame") {
  RequestMemory memory(kMebibyte, kMebibyte);
  const std::int32_t said = GENERATE(0, -1, std::numeric_limits<std::int32_t>::min(), 101);
  RequestInput input(memory);
  std::string bytes(RequestInput::kLengthSize, '\0');
  base::StoreBigEndian(bytes.data(), said);
  bytes.append(1000, 'x');
  REQUIRE(input.TryMakeRoom(bytes.size()));
  Put(input, bytes, bytes.size());
  CHECK_FALSE(input.HasFrame(100));
  CHECK(input.FrameSize() == said);
}

TEST_CASE("An input whose memory was used gives it back, and one that was hardly used keeps it") {
  RequestMemory memory(kMebibyte, kMebibyte);
  RequestInput input(memory);
  const std::string frame = Frame(std::string(GENERATE(100, 20'000), 'x'));
  REQUIRE(input.TryMakeRoom(frame.size()));
  Put(input, frame, frame.size());
  input.TakeFrame();
  input.Shrink();
  const bool is_small = frame.size() < 1000;
  CHECK((input.Room(1).size() == 1) == is_small);
}

}  // namespace
}  // namespace rill::net
