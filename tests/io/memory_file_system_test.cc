// What only files in memory show: their memory and their addresses.

#include "io/memory_file_system.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.h"

using rill::io::MapMode;
using rill::io::OpenMode;

namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

// What of the process is in memory, in bytes.
std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("A mapping far longer than its file takes no memory, nor does a file of zeros") {
  auto fs = rill::io::NewMemoryFileSystem();
  auto file = fs->Open("f", OpenMode::kCreate).value();
  const std::size_t before = ResidentBytes();
  auto mapping = file->Map(16'384 * kMegabyte, MapMode::kReadWrite).value();
  REQUIRE(file->Allocate(1000 * kMegabyte).ok());
  CHECK(ResidentBytes() < before + 4 * kMegabyte);
}

TEST_CASE("Memory goes back when a file is cut, and when a removed one is unmapped") {
  auto fs = rill::io::NewMemoryFileSystem();
  auto file = fs->Open("f", OpenMode::kCreate).value();
  auto mapping = file->Map(100 * kMegabyte, MapMode::kReadWrite).value();
  REQUIRE(file->Allocate(80 * kMegabyte).ok());
  const std::size_t before = ResidentBytes();
  mapping->Populate(0, 80 * kMegabyte);
  CHECK(ResidentBytes() > before + 70 * kMegabyte);
  REQUIRE(file->Truncate(40 * kMegabyte).ok());
  CHECK(ResidentBytes() < before + 50 * kMegabyte);
  REQUIRE(fs->Remove("f").ok());
  file.reset();
  CHECK(ResidentBytes() > before + 30 * kMegabyte);
  mapping.reset();
  CHECK(ResidentBytes() < before + 10 * kMegabyte);
}

TEST_CASE("A file that outgrows what it is mapped with is refused until it is unmapped") {
  auto fs = rill::io::NewMemoryFileSystem();
  auto file = fs->Open("f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, "data").ok());
  auto small = file->Map(4, MapMode::kRead).value();
  // The addresses behind may happen to be free: take them.
  auto below = fs->Open("g", OpenMode::kCreate).value()->Map(kMegabyte, MapMode::kRead).value();
  const absl::Status status = file->Map(16'384 * kMegabyte, MapMode::kRead).status();
  if (!status.ok()) {
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(status.message() ==
          "cannot map f: it would grow past what it is mapped with; map the length it is to reach, "
          "or unmap it first");
  }
  CHECK(std::string_view(small->data(), 4) == "data");
  small.reset();
  auto large = file->Map(16'384 * kMegabyte, MapMode::kRead).value();
  CHECK(std::string_view(large->data(), 4) == "data");
}

TEST_CASE("A file keeps its bytes when it moves to grow") {
  auto fs = rill::io::NewMemoryFileSystem();
  auto file = fs->Open("f", OpenMode::kCreate).value();
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(20'011, static_cast<char>('a' + i % 26));
    REQUIRE(file->WriteAt(expected.size(), piece).ok());
    expected += piece;
    if (i % 50 == 0) CHECK(file->Map(expected.size(), MapMode::kRead).ok());
  }
  std::string found(expected.size(), '?');
  REQUIRE(file->ReadAt(0, found.data(), found.size()).value() == found.size());
  CHECK(found == expected);
}

TEST_CASE("A size that no memory could hold is refused") {
  auto fs = rill::io::NewMemoryFileSystem();
  auto file = fs->Open("f", OpenMode::kCreate).value();
  constexpr std::uint64_t kHuge = UINT64_MAX - 10;
  CHECK(file->Truncate(kHuge).code() == absl::StatusCode::kResourceExhausted);
  CHECK(file->Allocate(kHuge).code() == absl::StatusCode::kResourceExhausted);
  CHECK(file->WriteAt(kHuge, "data that wraps").code() == absl::StatusCode::kResourceExhausted);
  CHECK(file->Map(kHuge, MapMode::kRead).status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(file->Size().value() == 0);
}

TEST_CASE("Files in memory take no descriptors and survive their file system") {
  const auto descriptors = [] {
    const auto entries = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(entries), end(entries));
  };
  const auto before = descriptors();
  auto fs = rill::io::NewMemoryFileSystem();
  CHECK_FALSE(fs->IsDurable());
  auto file = fs->Open("f", OpenMode::kCreate).value();
  auto lock = fs->Lock(".lock").value();
  auto mapping = file->Map(100, MapMode::kReadWrite).value();
  CHECK(descriptors() == before);
  fs.reset();
  lock.reset();
  REQUIRE(file->WriteAt(0, "data").ok());
  file.reset();
  CHECK(std::string_view(mapping->data(), 4) == "data");
}
