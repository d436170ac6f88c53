// What every file system must do, run over each of them.

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "file_systems.h"
#include "io/page.h"

using rill::io::File;
using rill::io::MapMode;
using rill::io::OpenMode;
using rill::test::FileSystemUnderTest;

namespace {

std::string ReadAll(File& file) {
  std::string bytes(file.Size().value() + 10, '?');
  bytes.resize(file.ReadAt(0, bytes.data(), bytes.size()).value());
  return bytes;
}

void Write(rill::io::FileSystem& fs, const std::string& path, std::string_view bytes) {
  auto file = fs.Open(path, OpenMode::kCreate);
  REQUIRE(file.status() == absl::OkStatus());
  REQUIRE((*file)->WriteAt(0, bytes).ok());
}

std::string Read(rill::io::FileSystem& fs, const std::string& path) {
  auto file = fs.Open(path, OpenMode::kRead);
  REQUIRE(file.status() == absl::OkStatus());
  return ReadAll(**file);
}

std::vector<std::string> Names(rill::io::FileSystem& fs, const std::string& path) {
  std::vector<std::string> names;
  auto entries = fs.List(path);
  REQUIRE(entries.status() == absl::OkStatus());
  for (const auto& entry : *entries) names.push_back(entry.name + (entry.is_directory ? "/" : ""));
  return names;
}

}  // namespace

#define EVERY_FILE_SYSTEM                                   \
  auto kind = GENERATE(from_range(rill::test::AllKinds())); \
  CAPTURE(rill::test::Name(kind));                          \
  FileSystemUnderTest under_test(kind);                     \
  rill::io::FileSystem& fs = *under_test;                   \
  const std::string root = under_test.root()

TEST_CASE("A file gives back what was written at each position") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreateNew).value();
  REQUIRE(file->WriteAt(0, "hello").ok());
  REQUIRE(file->WriteAt(3, "p me").ok());
  CHECK(ReadAll(*file) == "help me");
  char byte = 0;
  CHECK(file->ReadAt(6, &byte, 1).value() == 1);
  CHECK(byte == 'e');
  CHECK(file->ReadAt(7, &byte, 1).value() == 0);
  CHECK(file->ReadAt(1000, &byte, 1).value() == 0);
  CHECK(file->path() == root + "/f");
}

TEST_CASE("A gap that a write leaves reads as zeros") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(100'000, "x").ok());
  std::string expected(100'001, '\0');
  expected.back() = 'x';
  CHECK(ReadAll(*file) == expected);
}

TEST_CASE("An open mode decides whether the file must, may or must not exist") {
  EVERY_FILE_SYSTEM;
  CHECK(fs.Open(root + "/f", OpenMode::kRead).status().code() == absl::StatusCode::kNotFound);
  CHECK(fs.Open(root + "/f", OpenMode::kReadWrite).status().code() == absl::StatusCode::kNotFound);
  REQUIRE(fs.Open(root + "/f", OpenMode::kCreateNew).ok());
  const absl::Status again = fs.Open(root + "/f", OpenMode::kCreateNew).status();
  CHECK(again.code() == absl::StatusCode::kAlreadyExists);
  CHECK(again.message() == "cannot create " + root + "/f: File exists");
  CHECK(fs.Open(root + "/f", OpenMode::kCreate).ok());
  CHECK(fs.Open(root + "/f", OpenMode::kRead).ok());
}

TEST_CASE("A file opened for reading refuses to be changed") {
  EVERY_FILE_SYSTEM;
  Write(fs, root + "/f", "data");
  auto file = fs.Open(root + "/f", OpenMode::kRead).value();
  CHECK(file->WriteAt(0, "D").code() == absl::StatusCode::kPermissionDenied);
  CHECK(file->Truncate(1).code() == absl::StatusCode::kPermissionDenied);
  CHECK(file->Allocate(100).code() == absl::StatusCode::kPermissionDenied);
  CHECK(file->Map(4, MapMode::kReadWrite).status().code() == absl::StatusCode::kPermissionDenied);
  CHECK(Read(fs, root + "/f") == "data");
}

TEST_CASE("A folder is no file and a file is no folder") {
  EVERY_FILE_SYSTEM;
  Write(fs, root + "/f", "data");
  constexpr auto kWrongKind = absl::StatusCode::kFailedPrecondition;
  CHECK(fs.Open(root, OpenMode::kRead).status().code() == kWrongKind);
  CHECK(fs.Open(root, OpenMode::kReadWrite).status().code() == kWrongKind);
  CHECK(fs.Open(root + "/f/g", OpenMode::kCreate).status().code() == kWrongKind);
  CHECK(fs.CreateDirectories(root + "/f").code() == kWrongKind);
  CHECK(fs.CreateDirectories(root + "/f/g").code() == kWrongKind);
  CHECK(fs.Remove(root).code() == kWrongKind);
  CHECK(fs.RemoveDirectory(root + "/f").code() == kWrongKind);
  CHECK(fs.List(root + "/f").status().code() == kWrongKind);
  CHECK(fs.FileSize(root).status().code() == kWrongKind);
  CHECK_FALSE(fs.Exists(root + "/f/g").value());
}

TEST_CASE("A missing file or folder is told by its path") {
  EVERY_FILE_SYSTEM;
  const std::string gone = root + "/gone";
  for (const absl::Status& status :
       {fs.Remove(gone), fs.RemoveDirectory(gone), fs.Rename(gone, root + "/x"),
        fs.List(gone).status(), fs.FileSize(gone).status(), fs.SyncDirectory(gone),
        fs.Open(gone + "/f", OpenMode::kCreate).status()}) {
    CHECK(status.code() == absl::StatusCode::kNotFound);
    CHECK(std::string(status.message()).find(gone) != std::string::npos);
  }
  CHECK_FALSE(fs.Exists(gone).value());
}

TEST_CASE("A name that is too long is refused") {
  EVERY_FILE_SYSTEM;
  const std::string path = root + "/" + std::string(300, 'n');
  CHECK(fs.Open(path, OpenMode::kCreate).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(fs.CreateDirectories(path).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Folders are made with all that are missing above them") {
  EVERY_FILE_SYSTEM;
  REQUIRE(fs.CreateDirectories(root + "/a/b//c/") == absl::OkStatus());
  REQUIRE(fs.CreateDirectories(root + "/a/b/c") == absl::OkStatus());
  CHECK(Names(fs, root) == std::vector<std::string>{"a/"});
  CHECK(Names(fs, root + "/a/b") == std::vector<std::string>{"c/"});
}

TEST_CASE("Only an empty folder is removed") {
  EVERY_FILE_SYSTEM;
  REQUIRE(fs.CreateDirectories(root + "/a").ok());
  Write(fs, root + "/a/f", "");
  CHECK(fs.RemoveDirectory(root + "/a").code() == absl::StatusCode::kFailedPrecondition);
  REQUIRE(fs.Remove(root + "/a/f").ok());
  CHECK(fs.RemoveDirectory(root + "/a").ok());
  CHECK_FALSE(fs.Exists(root + "/a").value());
}

TEST_CASE("A listing is in order of name, with sizes") {
  EVERY_FILE_SYSTEM;
  for (const char* name : {"b", "a-1", "c", "a"}) Write(fs, root + "/" + name, name);
  REQUIRE(fs.CreateDirectories(root + "/a.d/x").ok());
  CHECK(Names(fs, root) == std::vector<std::string>{"a", "a-1", "a.d/", "b", "c"});
  CHECK(fs.List(root).value()[1].size == 3);
  CHECK(fs.FileSize(root + "/a-1").value() == 3);
}

TEST_CASE("A renamed file replaces the one that was there") {
  EVERY_FILE_SYSTEM;
  Write(fs, root + "/new", "new");
  Write(fs, root + "/old", "older");
  REQUIRE(fs.Rename(root + "/new", root + "/old").ok());
  CHECK(Read(fs, root + "/old") == "new");
  CHECK(Names(fs, root) == std::vector<std::string>{"old"});
  CHECK(fs.Rename(root + "/old", root + "/old").ok());
  CHECK(Read(fs, root + "/old") == "new");
}

TEST_CASE("A folder is renamed with all in it, to a free name only") {
  EVERY_FILE_SYSTEM;
  REQUIRE(fs.CreateDirectories(root + "/a/b").ok());
  REQUIRE(fs.CreateDirectories(root + "/taken").ok());
  Write(fs, root + "/a/b/f", "data");
  CHECK(fs.Rename(root + "/a", root + "/taken").code() == absl::StatusCode::kAlreadyExists);
  CHECK(fs.Rename(root + "/a", root + "/a/b/c").code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(fs.Rename(root + "/a", root + "/z").ok());
  CHECK(Read(fs, root + "/z/b/f") == "data");
  CHECK_FALSE(fs.Exists(root + "/a").value());
}

TEST_CASE("A file with two names is one file until the last name goes") {
  EVERY_FILE_SYSTEM;
  REQUIRE(fs.CreateDirectories(root + "/a").ok());
  Write(fs, root + "/f", "data");
  CHECK(fs.LinkCount(root + "/f").value() == 1);
  REQUIRE(fs.Link(root + "/f", root + "/a/g").ok());
  CHECK(fs.LinkCount(root + "/a/g").value() == 2);
  REQUIRE(fs.Open(root + "/a/g", OpenMode::kReadWrite).value()->WriteAt(4, " and more").ok());
  CHECK(Read(fs, root + "/f") == "data and more");
  REQUIRE(fs.Remove(root + "/f").ok());
  CHECK(Read(fs, root + "/a/g") == "data and more");
  CHECK(fs.LinkCount(root + "/a/g").value() == 1);
  Write(fs, root + "/new", "new");
  REQUIRE(fs.Link(root + "/a/g", root + "/other").ok());
  REQUIRE(fs.Rename(root + "/new", root + "/a/g").ok());
  CHECK(fs.LinkCount(root + "/other").value() == 1);
  CHECK(Read(fs, root + "/a/g") == "new");
}

TEST_CASE("A second name is refused where something has it, and to what is no file") {
  EVERY_FILE_SYSTEM;
  Write(fs, root + "/f", "data");
  Write(fs, root + "/g", "other");
  REQUIRE(fs.CreateDirectories(root + "/a").ok());
  CHECK(fs.Link(root + "/f", root + "/g").code() == absl::StatusCode::kAlreadyExists);
  CHECK(fs.Link(root + "/f", root + "/gone/g").code() == absl::StatusCode::kNotFound);
  CHECK(fs.Link(root + "/gone", root + "/h").code() == absl::StatusCode::kNotFound);
  CHECK_FALSE(fs.Link(root + "/a", root + "/b").ok());
  CHECK(fs.LinkCount(root + "/gone").status().code() == absl::StatusCode::kNotFound);
  CHECK_FALSE(fs.LinkCount(root + "/a").ok());
  CHECK(Read(fs, root + "/g") == "other");
}

TEST_CASE("A file cannot take the place of a folder") {
  EVERY_FILE_SYSTEM;
  REQUIRE(fs.CreateDirectories(root + "/a").ok());
  Write(fs, root + "/f", "data");
  CHECK(fs.Rename(root + "/f", root + "/a").code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("A mapping, reads and writes show the same bytes") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->Allocate(10'000).ok());
  auto mapping = file->Map(10'000, MapMode::kReadWrite).value();
  auto other = fs.Open(root + "/f", OpenMode::kRead).value()->Map(10'000, MapMode::kRead).value();
  REQUIRE(file->WriteAt(5'000, "written").ok());
  std::memcpy(mapping->data() + 9'000, "stored", 6);
  CHECK(std::memcmp(mapping->data() + 5'000, "written", 7) == 0);
  CHECK(std::memcmp(other->data() + 5'000, "written", 7) == 0);
  CHECK(std::memcmp(other->data() + 9'000, "stored", 6) == 0);
  char bytes[6];
  CHECK(file->ReadAt(9'000, bytes, 6).value() == 6);
  CHECK(std::string_view(bytes, 6) == "stored");
}

TEST_CASE("A mapping can be synced after its file was closed, grown, cut or removed") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  auto mapping = file->Map(std::size_t{1} << 20, MapMode::kReadWrite).value();
  CHECK(mapping->Sync().ok());
  REQUIRE(file->Allocate(10'000).ok());
  std::memcpy(mapping->data() + 9'000, "stored", 6);
  CHECK(mapping->Sync().ok());
  REQUIRE(file->Truncate(5'000).ok());
  file.reset();
  CHECK(mapping->Sync().ok());
  REQUIRE(fs.Remove(root + "/f").ok());
  CHECK(mapping->Sync().ok());
}

TEST_CASE("A file grows under a mapping that does not move") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  auto mapping = file->Map(std::size_t{1} << 26, MapMode::kReadWrite).value();
  std::uint64_t size = 0;
  for (int step = 1; step <= 100; ++step) {
    size += 10'007;
    REQUIRE(file->Allocate(size).ok());
    CHECK(mapping->data()[size - 1] == 0);
    mapping->Populate(size - 10'007, 10'007);
    mapping->data()[size - 1] = static_cast<char>(step);
  }
  CHECK(file->Size().value() == size);
  const std::string bytes = ReadAll(*file);
  for (int step = 1; step <= 100; ++step) CHECK(bytes[step * 10'007 - 1] == step);
}

TEST_CASE("Populating changes no byte and may reach past every end") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  const std::size_t length = std::size_t{16} << 20;
  REQUIRE(file->Allocate(length / 2).ok());
  REQUIRE(file->WriteAt(123'456, "data").ok());
  auto mapping = file->Map(length, MapMode::kReadWrite).value();
  mapping->Populate(1000, length / 2);
  mapping->Populate(length / 2, length);
  mapping->Populate(length + 1, 1);
  CHECK(std::string_view(mapping->data() + 123'456, 5) == std::string_view("data\0", 5));
  CHECK(mapping->data()[length / 2 - 1] == 0);
  CHECK(file->Size().value() == length / 2);
}

TEST_CASE("Zeros in the cache change no byte, whatever their length, and populate like any page") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  const std::size_t length = std::size_t{2} << 20;
  REQUIRE(file->Allocate(length).ok());
  REQUIRE(file->WriteAt(0, "data").ok());
  auto mapping = file->Map(length, MapMode::kReadWrite).value();
  std::uint64_t from = 4096;
  for (const std::uint64_t size : {0, 1, 4096, 16'384, 16'385, 262'144, 262'145, 1'000'000}) {
    mapping->data()[from - 1] = 'x';  // stored just before: to be left alone
    file->CacheZeros(from, size);
    mapping->Populate(from, size);
    CHECK(mapping->data()[from - 1] == 'x');
    from += size + 4096;
    mapping->data()[from - 4096] = 'y';
  }
  CHECK(file->Size().value() == length);
  const std::string bytes = ReadAll(*file);
  CHECK(bytes.substr(0, 4) == "data");
  CHECK(std::count_if(bytes.begin(), bytes.end(), [](char c) { return c != 0; }) == 4 + 8 + 8);
}

TEST_CASE("Zeros come into the cache by the path of a file, too, and are left undone without one") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->Allocate(3 * 4096).ok());
  REQUIRE(file->WriteAt(4095, "x").ok());
  fs.CacheZeros(root + "/f", file->Id().value(), 4096, 2 * 4096);
  CHECK(file->Size().value() == 3 * 4096);
  CHECK(ReadAll(*file) == std::string(4095, '\0') + "x" + std::string(2 * 4096, '\0'));
  fs.CacheZeros(root + "/none", {}, 0, 4096);
  CHECK_FALSE(fs.Exists(root + "/none").value());
}

TEST_CASE("An empty mapping is refused") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  CHECK(file->Map(0, MapMode::kRead).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("What is cut off a file is zeros when it grows again") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, std::string(300'000, 'x')).ok());
  REQUIRE(file->Truncate(1'000).ok());
  CHECK(file->Size().value() == 1'000);
  REQUIRE(file->Truncate(2'000).ok());
  REQUIRE(file->Allocate(300'000).ok());
  std::string expected(1'000, 'x');
  expected.resize(300'000, '\0');
  CHECK(ReadAll(*file) == expected);
}

TEST_CASE("Allocating never shrinks a file") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, "hello").ok());
  REQUIRE(file->Allocate(3).ok());
  CHECK(ReadAll(*file) == "hello");
}

TEST_CASE("A removed or replaced file lives on for those who have it open or mapped") {
  EVERY_FILE_SYSTEM;
  Write(fs, root + "/f", "first");
  auto file = fs.Open(root + "/f", OpenMode::kReadWrite).value();
  auto mapping = file->Map(5, MapMode::kRead).value();
  const bool replace = GENERATE(false, true);
  if (replace) {
    Write(fs, root + "/g", "second");
    REQUIRE(fs.Rename(root + "/g", root + "/f").ok());
  } else {
    REQUIRE(fs.Remove(root + "/f").ok());
    Write(fs, root + "/f", "second");
  }
  CHECK(ReadAll(*file) == "first");
  file.reset();
  CHECK(std::string_view(mapping->data(), 5) == "first");
  CHECK(Read(fs, root + "/f") == "second");
}

TEST_CASE("Files and folders can be synced") {
  EVERY_FILE_SYSTEM;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  REQUIRE(file->WriteAt(0, "data").ok());
  CHECK(file->Sync().ok());
  CHECK(fs.SyncDirectory(root).ok());
}

TEST_CASE("A lock is held once, and is free when its holder is gone") {
  EVERY_FILE_SYSTEM;
  auto lock = fs.Lock(root + "/.lock");
  REQUIRE(lock.status() == absl::OkStatus());
  const absl::Status second = fs.Lock(root + "/.lock").status();
  CHECK(second.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(second.message()).find("another engine of this process") != std::string::npos);
  CHECK(fs.FileSize(root + "/.lock").value() == 0);
  // Other descriptors of the file come and go without loosening the lock.
  REQUIRE(fs.Open(root + "/.lock", OpenMode::kReadWrite).ok());
  CHECK_FALSE(fs.Lock(root + "/.lock").ok());
  lock->reset();
  CHECK(fs.Lock(root + "/.lock").ok());
}

TEST_CASE("A shared lock is shared with its like, and keeps writers out") {
  EVERY_FILE_SYSTEM;
  CHECK(absl::IsNotFound(fs.LockShared(root + "/.lock").status()));
  CHECK_FALSE(fs.Exists(root + "/.lock").value());
  REQUIRE(fs.Lock(root + "/.lock").ok());  // makes the file, and is gone at once
  auto first = fs.LockShared(root + "/.lock");
  auto second = fs.LockShared(root + "/.lock");
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  first->reset();
  CHECK(absl::IsFailedPrecondition(fs.Lock(root + "/.lock").status()));
  second->reset();
  auto writer = fs.Lock(root + "/.lock");
  REQUIRE(writer.ok());
  CHECK(absl::IsFailedPrecondition(fs.LockShared(root + "/.lock").status()));
  writer->reset();
  CHECK(fs.LockShared(root + "/.lock").ok());
}

TEST_CASE("Whether the exclusive lock is held can be asked without taking any") {
  EVERY_FILE_SYSTEM;
  CHECK_FALSE(fs.IsLocked(root + "/.lock").value());
  CHECK_FALSE(fs.Exists(root + "/.lock").value());
  auto lock = fs.Lock(root + "/.lock");
  REQUIRE(lock.ok());
  CHECK(fs.IsLocked(root + "/.lock").value());
  CHECK(fs.IsLocked(root + "/.lock").value());
  lock->reset();
  CHECK_FALSE(fs.IsLocked(root + "/.lock").value());
  auto shared = fs.LockShared(root + "/.lock");
  REQUIRE(shared.ok());
  CHECK_FALSE(fs.IsLocked(root + "/.lock").value());
}

TEST_CASE("Threads read, write and map different parts of a file at once") {
  EVERY_FILE_SYSTEM;
  constexpr std::size_t kPart = 100'000;
  auto file = fs.Open(root + "/f", OpenMode::kCreate).value();
  // Held throughout, so that every growth happens in place.
  auto held = file->Map(8 * kPart, MapMode::kReadWrite).value();
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < 4; ++n) {
    threads.emplace_back([&, n] {
      std::string bytes(kPart, static_cast<char>('a' + n));
      std::string back(kPart, '?');
      bool ok = file->WriteAt(n * kPart, bytes).ok();
      auto mapping = file->Map((n + 1) * kPart, MapMode::kReadWrite).value();
      mapping->data()[n * kPart] = bytes[0] = static_cast<char>('A' + n);
      ok = ok && file->ReadAt(n * kPart, back.data(), kPart).value() == kPart;
      if (!ok || back != bytes) std::abort();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(file->Size().value() == 4 * kPart);
}

TEST_CASE("Threads make, rename, list and remove files at once") {
  EVERY_FILE_SYSTEM;
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&, n] {
      const std::string path = root + "/" + std::to_string(n);
      for (int round = 0; round < 50; ++round) {
        if (!fs.Open(path, OpenMode::kCreateNew).value()->WriteAt(0, "x").ok()) std::abort();
        if (!fs.List(root).ok() || !fs.Rename(path, path + "-b").ok()) std::abort();
        if (!fs.Remove(path + "-b").ok()) std::abort();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(Names(fs, root).empty());
}
