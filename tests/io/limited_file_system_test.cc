#include "io/limited_file_system.h"

#include <string>

#include "catch.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

using rill::io::LimitedFileSystem;
using rill::io::MapMode;
using rill::io::OpenMode;

namespace {

struct Limited {
  explicit Limited(const rill::io::FileLimits& limits) : fs(base.get(), limits) {}
  std::unique_ptr<rill::io::FileSystem> base = rill::io::NewMemoryFileSystem();
  LimitedFileSystem fs;
};

}  // namespace

TEST_CASE("Files count with what they grow by, however they grow") {
  Limited limited({.max_disk_bytes = 1000});
  auto file = limited.fs.Open("f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, std::string(100, 'x')).ok());
  CHECK(limited.fs.used_bytes() == 100);
  REQUIRE(file->WriteAt(50, std::string(100, 'x')).ok());
  CHECK(limited.fs.used_bytes() == 150);
  REQUIRE(file->Allocate(400).ok());
  CHECK(limited.fs.used_bytes() == 400);
  REQUIRE(file->Allocate(10).ok());
  REQUIRE(file->Truncate(700).ok());
  CHECK(limited.fs.used_bytes() == 700);
  REQUIRE(file->Truncate(200).ok());
  CHECK(limited.fs.used_bytes() == 200);
}

TEST_CASE("Growing past the limit is refused by name, and nothing has happened") {
  Limited limited({.max_disk_bytes = 1000});
  auto file = limited.fs.Open("f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, std::string(900, 'x')).ok());
  for (const absl::Status& status :
       {file->WriteAt(850, std::string(200, 'y')), file->Truncate(1050), file->Allocate(1050)}) {
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(status.message() ==
          "cannot grow f: Options::max_disk_bytes is 1000, of which 900 are in use: 150 more are "
          "refused; raise the option, or free what is no longer needed");
    CHECK(file->Size().value() == 900);
    CHECK(limited.fs.used_bytes() == 900);
  }
  CHECK(file->WriteAt(0, std::string(900, 'y')).ok());
  CHECK(file->WriteAt(900, std::string(100, 'y')).ok());
}

TEST_CASE("What is removed or replaced is given back once") {
  Limited limited({.max_disk_bytes = 1000});
  auto a = limited.fs.Open("a", OpenMode::kCreate).value();
  auto b = limited.fs.Open("b", OpenMode::kCreate).value();
  REQUIRE(a->Allocate(300).ok());
  REQUIRE(b->Allocate(500).ok());
  REQUIRE(limited.fs.Rename("a", "b").ok());
  CHECK(limited.fs.used_bytes() == 300);
  // The file behind this handle is gone already.
  REQUIRE(b->Truncate(0).ok());
  REQUIRE(b->Allocate(5000).ok());
  CHECK(limited.fs.used_bytes() == 300);
  // This one only has another name.
  REQUIRE(a->Truncate(100).ok());
  CHECK(limited.fs.used_bytes() == 100);
  REQUIRE(limited.fs.Remove("b").ok());
  REQUIRE(a->Truncate(0).ok());
  CHECK(limited.fs.used_bytes() == 0);
}

TEST_CASE("A file is known by its new name when its folder was renamed") {
  Limited limited({.max_disk_bytes = 1000});
  REQUIRE(limited.fs.CreateDirectories("d").ok());
  auto file = limited.fs.Open("d/f", OpenMode::kCreate).value();
  REQUIRE(file->Allocate(300).ok());
  REQUIRE(limited.fs.Rename("d", "e").ok());
  REQUIRE(limited.fs.Remove("e/f").ok());
  REQUIRE(file->Truncate(0).ok());
  CHECK(limited.fs.used_bytes() == 0);
}

TEST_CASE("What was there before counts when it is charged, even past the limit") {
  Limited limited({.max_disk_bytes = 1000});
  REQUIRE(limited.base->Open("old", OpenMode::kCreate).value()->Allocate(1200).ok());
  limited.fs.Charge(1200);
  CHECK(limited.fs.used_bytes() == 1200);
  auto file = limited.fs.Open("new", OpenMode::kCreate).value();
  CHECK(file->Allocate(1).code() == absl::StatusCode::kResourceExhausted);
  REQUIRE(limited.fs.Remove("old").ok());
  CHECK(limited.fs.used_bytes() == 0);
  CHECK(file->Allocate(1).ok());
}

TEST_CASE("A write that stops half-way counts with the half that was written") {
  rill::io::FaultyFileSystem base;
  LimitedFileSystem fs(&base, {.max_disk_bytes = 1000});
  auto file = fs.Open("f", OpenMode::kCreate).value();
  base.SetCapacity(300);
  CHECK_FALSE(file->WriteAt(0, std::string(500, 'x')).ok());
  CHECK(file->Size().value() == 300);
  CHECK(fs.used_bytes() == 300);
  CHECK_FALSE(file->Allocate(600).ok());
  CHECK(fs.used_bytes() == 300);
}

TEST_CASE("Open files and locks count until they are closed") {
  Limited limited({.max_open_files = 2});
  auto file = limited.fs.Open("f", OpenMode::kCreate);
  auto lock = limited.fs.Lock(".lock");
  REQUIRE(lock.ok());
  CHECK(limited.fs.open_files() == 2);
  const absl::Status status = limited.fs.Open("g", OpenMode::kCreate).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message() ==
        "cannot open g: Options::max_open_files is 2, of which 2 are in use: 1 more are refused; "
        "raise the option, or free what is no longer needed");
  CHECK_FALSE(limited.fs.Exists("g").value());
  CHECK_FALSE(limited.fs.Lock("other").ok());
  file->reset();
  CHECK(limited.fs.open_files() == 1);
  CHECK_FALSE(limited.fs.Open("missing", OpenMode::kRead).ok());
  CHECK(limited.fs.open_files() == 1);
  lock->reset();
  CHECK(limited.fs.open_files() == 0);
}

TEST_CASE("Mappings are counted while they live") {
  Limited limited({});
  auto file = limited.fs.Open("f", OpenMode::kCreate).value();
  auto first = file->Map(5000, MapMode::kReadWrite).value();
  auto second = file->Map(4000, MapMode::kRead).value();
  file.reset();
  CHECK(limited.fs.mappings() == 2);
  CHECK(limited.fs.mapped_bytes() == 9000);
  first.reset();
  second.reset();
  CHECK(limited.fs.mappings() == 0);
  CHECK(limited.fs.mapped_bytes() == 0);
}
