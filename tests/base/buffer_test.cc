#include "base/buffer.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "catch.h"

// AddressSanitizer stops a program that asks for too much memory, unless it is told to refuse it.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

namespace rill::base {
namespace {

Buffer Holding(std::string_view bytes) {
  Buffer buffer;
  REQUIRE(buffer.Reserve(bytes.size()));
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  buffer.Resize(bytes.size());
  return buffer;
}

TEST_CASE("a buffer takes memory when it is asked to, and keeps it when it is cleared") {
  Buffer buffer;
  CHECK(buffer.data() == nullptr);
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.view().empty());
  REQUIRE(buffer.Reserve(100));
  CHECK(buffer.capacity() == 100);
  buffer.Resize(100);
  buffer.Clear();
  CHECK(buffer.size() == 0);
  CHECK(buffer.capacity() == 100);
}

TEST_CASE("a buffer that grows keeps its bytes and at least doubles") {
  Buffer buffer = Holding("twelve bytes");
  REQUIRE(buffer.Reserve(13));
  CHECK(buffer.capacity() == 24);
  CHECK(buffer.view() == "twelve bytes");
  REQUIRE(buffer.Reserve(20));
  CHECK(buffer.capacity() == 24);
}

TEST_CASE("memory that is refused leaves a buffer as it was") {
  Buffer buffer = Holding("bytes");
  CHECK_FALSE(buffer.Reserve(SIZE_MAX / 4));
  CHECK(buffer.view() == "bytes");
  CHECK(buffer.capacity() == 5);
}

TEST_CASE("a moved buffer takes its bytes along") {
  Buffer first = Holding("first");
  Buffer second = std::move(first);
  CHECK(second.view() == "first");
  Buffer third = Holding("third");
  third = std::move(second);
  CHECK(third.view() == "first");
}

}  // namespace
}  // namespace rill::base
