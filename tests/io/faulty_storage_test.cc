// The faulty storage: planned faults, a full disk, and what a power cut or a kill leaves.

#include "rill/testing/faulty_storage.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "io/faulty_file_system.h"

using rill::io::File;
using rill::io::FileSystem;
using rill::io::FileSystemOf;
using rill::io::MapMode;
using rill::io::OpenMode;
using rill::testing::FaultyStorage;
using rill::testing::FileCall;
using rill::testing::kForever;

namespace {

constexpr std::uint64_t kPage = 4096;

std::uint64_t FirstSeed() {
  const char* const given = std::getenv("RILL_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::cout << "RILL_SEED=" << seed << std::endl;
  return seed;
}

std::unique_ptr<File> Create(FaultyStorage& storage, const std::string& path) {
  return FileSystemOf(storage).Open(path, OpenMode::kCreate).value();
}

// All contents that a file is found with after power cuts; "-" when it is not there.
std::set<std::string> Outcomes(const FaultyStorage& storage, const std::string& path,
                               int seeds = 100) {
  std::set<std::string> found;
  for (int seed = 0; seed < seeds; ++seed) {
    found.insert(storage.PowerLoss(seed)->ReadFile(path).value_or("-"));
  }
  return found;
}

using Set = std::set<std::string>;

}  // namespace

TEST_CASE("A planned fault fails the calls of its kind on its paths, and no others") {
  FaultyStorage storage;
  auto log = Create(storage, "/t-0/../a.log");
  auto index = Create(storage, "/a.index");
  storage.Fail(
      {.call = FileCall::kSync, .path_part = ".log", .error = EIO, .after = 1, .times = 2});
  CHECK(index->Sync().ok());
  CHECK(log->WriteAt(0, "x").ok());
  CHECK(log->Sync().ok());
  CHECK(log->Sync().code() == absl::StatusCode::kDataLoss);
  CHECK(index->Sync().ok());
  CHECK(log->Sync().message() ==
        "cannot sync /t-0/../a.log: Input/output error; the storage failed, see the system's log");
  CHECK(log->Sync().ok());
  CHECK(storage.calls(FileCall::kSync) == 6);
  CHECK(storage.calls() == 9);
}

TEST_CASE("Every kind of call can fail") {
  FaultyStorage storage;
  FileSystem& fs = FileSystemOf(storage);
  auto file = Create(storage, "/f");
  char byte;
  const std::map<FileCall, std::function<absl::Status()>> calls = {
      {FileCall::kOpen, [&] { return fs.Open("/f", OpenMode::kRead).status(); }},
      {FileCall::kRead, [&] { return file->ReadAt(0, &byte, 1).status(); }},
      {FileCall::kWrite, [&] { return file->WriteAt(0, "x"); }},
      {FileCall::kTruncate, [&] { return file->Truncate(10); }},
      {FileCall::kAllocate, [&] { return file->Allocate(10); }},
      {FileCall::kSync, [&] { return file->Sync(); }},
      {FileCall::kMap, [&] { return file->Map(10, MapMode::kRead).status(); }},
      {FileCall::kStat, [&] { return file->Size().status(); }},
      {FileCall::kLock, [&] { return fs.Lock("/.lock").status(); }},
      {FileCall::kRemove, [&] { return fs.Remove("/f"); }},
      {FileCall::kRename, [&] { return fs.Rename("/f", "/g"); }},
      {FileCall::kList, [&] { return fs.List("/").status(); }},
      {FileCall::kCreateDirectory, [&] { return fs.CreateDirectories("/d"); }},
      {FileCall::kSyncDirectory, [&] { return fs.SyncDirectory("/"); }},
      {FileCall::kLink, [&] { return fs.Link("/f", "/linked"); }},
  };
  for (const auto& [kind, call] : calls) {
    CAPTURE(static_cast<int>(kind));
    storage.FailNext(kind, "", EACCES);
    CHECK(call().code() == absl::StatusCode::kPermissionDenied);
    storage.FailNext(FileCall::kAny, "", EIO);
    CHECK(call().code() == absl::StatusCode::kDataLoss);
  }
  CHECK(storage.Files() == std::vector<std::string>{"/f"});
  CHECK(storage.ReadFile("/f").value().empty());
}

TEST_CASE("A write that fails has written as much as was planned") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  storage.Fail({.call = FileCall::kWrite, .error = EIO, .written = 3});
  CHECK(file->WriteAt(0, "abcdef").code() == absl::StatusCode::kDataLoss);
  CHECK(storage.ReadFile("/f").value() == "abc");
}

TEST_CASE("Zeros that are put into the cache over what was stored are seen, and fail nothing") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  REQUIRE(file->Allocate(3 * kPage).ok());
  auto mapping = file->Map(3 * kPage, MapMode::kReadWrite).value();
  for (std::uint64_t page = 0; page < 3; ++page) mapping->data()[page * kPage] = 'x';
  REQUIRE(mapping->Sync().ok());
  REQUIRE(FileSystemOf(storage).SyncDirectory("/").ok());
  storage.Fail({.call = FileCall::kAny, .times = 1});
  const std::int64_t calls = storage.calls();
  file->CacheZeros(kPage, kPage);
  CHECK(storage.calls() == calls);
  std::string expected(3 * kPage, '\0');
  expected[0] = expected[2 * kPage] = 'x';
  CHECK(storage.ReadFile("/f").value() == expected);
  CHECK_FALSE(file->Size().ok());  // the fault is still for who would be told
  storage.ClearFaults();
  // And they are lost by a power cut, or not, as any store.
  std::string stored = expected;
  stored[kPage] = 'x';
  CHECK(Outcomes(storage, "/f") == Set{expected, stored});
}

TEST_CASE("A full disk takes what fits of a write, and nothing of a reservation") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  storage.SetCapacity(10);
  REQUIRE(file->WriteAt(0, "1234").ok());
  CHECK(file->Allocate(11).code() == absl::StatusCode::kResourceExhausted);
  CHECK(file->Size().value() == 4);
  CHECK(Create(storage, "/g")->WriteAt(0, "12345678").code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(storage.ReadFile("/g").value() == "123456");
  CHECK(storage.used_bytes() == 10);
  REQUIRE(FileSystemOf(storage).Remove("/g").ok());
  CHECK(file->Allocate(10).ok());
}

TEST_CASE("What was synced, with its name, survives every power cut") {
  FaultyStorage storage;
  FileSystem& fs = FileSystemOf(storage);
  REQUIRE(fs.CreateDirectories("/d").ok());
  REQUIRE(fs.SyncDirectory("/").ok());
  auto file = Create(storage, "/d/f");
  REQUIRE(file->WriteAt(0, "data").ok());
  REQUIRE(file->Sync().ok());
  REQUIRE(fs.SyncDirectory("/d").ok());
  CHECK(Outcomes(storage, "/d/f") == Set{"data"});
}

TEST_CASE("A file whose folder was not synced may be gone though it was synced itself") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  REQUIRE(file->WriteAt(0, "data").ok());
  REQUIRE(file->Sync().ok());
  CHECK(Outcomes(storage, "/f") == Set{"-", "data"});
}

TEST_CASE("A file that was not synced may be of any length between, with zeros for bytes") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  REQUIRE(FileSystemOf(storage).SyncDirectory("/").ok());
  REQUIRE(file->WriteAt(0, "ab").ok());
  CHECK(Outcomes(storage, "/f") == Set{"", "a", "ab", std::string(1, '\0'), std::string(2, '\0')});
}

TEST_CASE("Pages that were stored to through a mapping are kept or lost one by one") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  REQUIRE(file->Allocate(3 * kPage).ok());
  auto mapping = file->Map(3 * kPage, MapMode::kReadWrite).value();
  std::memset(mapping->data(), 'a', 3 * kPage);
  REQUIRE(file->Sync().ok());
  REQUIRE(FileSystemOf(storage).SyncDirectory("/").ok());
  mapping->data()[0] = 'b';
  mapping->data()[2 * kPage] = 'b';
  std::set<std::string> found;
  for (const std::string& bytes : Outcomes(storage, "/f")) {
    REQUIRE(bytes.size() == 3 * kPage);
    found.insert({bytes[0], bytes[kPage], bytes[2 * kPage]});
  }
  CHECK(found == Set{"aaa", "aab", "baa", "bab"});
}

TEST_CASE("Names come and go in the order in which they did") {
  FaultyStorage storage;
  FileSystem& fs = FileSystemOf(storage);
  for (const char* path : {"/a", "/b"}) REQUIRE(storage.WriteFile(path, path).ok());
  REQUIRE(fs.Remove("/a").ok());
  REQUIRE(fs.Rename("/b", "/c").ok());
  Create(storage, "/d");
  std::set<std::vector<std::string>> found;
  for (int seed = 0; seed < 100; ++seed) found.insert(storage.PowerLoss(seed)->Files());
  CHECK(found == std::set<std::vector<std::string>>{{"/a", "/b"}, {"/b"}, {"/c"}, {"/c", "/d"}});
}

TEST_CASE("A rename that is lost leaves both files under their old names") {
  FaultyStorage storage;
  REQUIRE(storage.WriteFile("/f", "old").ok());
  REQUIRE(storage.WriteFile("/f.tmp", "new").ok());
  REQUIRE(FileSystemOf(storage).Rename("/f.tmp", "/f").ok());
  CHECK(Outcomes(storage, "/f") == Set{"old", "new"});
  CHECK(Outcomes(storage, "/f.tmp") == Set{"new", "-"});
}

TEST_CASE("After a failed sync a later one succeeds without having saved what the first should") {
  FaultyStorage storage;
  REQUIRE(storage.WriteFile("/f", std::string(2 * kPage, 'a')).ok());
  auto file = Create(storage, "/f");
  REQUIRE(file->WriteAt(0, "b").ok());
  storage.FailNext(FileCall::kSync);
  CHECK_FALSE(file->Sync().ok());
  REQUIRE(file->WriteAt(kPage, "c").ok());
  REQUIRE(file->Sync().ok());
  std::set<std::string> found;
  for (const std::string& bytes : Outcomes(storage, "/f")) found.insert({bytes[0], bytes[kPage]});
  CHECK(found == Set{"ac", "bc"});
  // Stored to again, it is dirty again.
  REQUIRE(file->WriteAt(1, "b").ok());
  REQUIRE(file->Sync().ok());
  CHECK(Outcomes(storage, "/f").size() == 1);
}

TEST_CASE("A power cut with one seed has one outcome") {
  FaultyStorage storage;
  auto file = Create(storage, "/f");
  for (int page = 0; page < 50; ++page) REQUIRE(file->WriteAt(page * kPage, "x").ok());
  for (int seed = 0; seed < 10; ++seed) {
    CHECK(storage.PowerLoss(seed)->ReadFile("/f").value_or("-") ==
          storage.PowerLoss(seed)->ReadFile("/f").value_or("-"));
  }
}

TEST_CASE("The sync of a mapping is one of its file, and fails as one") {
  FaultyStorage storage;
  REQUIRE(storage.WriteFile("/f", "old").ok());
  auto mapping = Create(storage, "/f")->Map(3, MapMode::kReadWrite).value();
  std::memcpy(mapping->data(), "new", 3);
  CHECK(Outcomes(storage, "/f") == Set{"old", "new"});
  storage.FailNext(FileCall::kSync, "/f", EIO);
  CHECK(mapping->Sync().code() == absl::StatusCode::kDataLoss);
  CHECK(Outcomes(storage, "/f") == Set{"old", "new"});
  std::memcpy(mapping->data(), "two", 3);
  CHECK(mapping->Sync().ok());
  CHECK(Outcomes(storage, "/f") == Set{"two"});
}

TEST_CASE("A killed process leaves all that it stored, still to be lost by a power cut") {
  FaultyStorage storage;
  FileSystem& fs = FileSystemOf(storage);
  REQUIRE(storage.WriteFile("/d/synced", "old").ok());
  REQUIRE(storage.WriteFile("/d/removed", "removed").ok());
  auto file = Create(storage, "/d/synced");
  auto mapping = file->Map(3, MapMode::kReadWrite).value();
  std::memcpy(mapping->data(), "new", 3);
  REQUIRE(fs.Remove("/d/removed").ok());
  auto held = fs.Lock("/.lock").value();
  auto after = storage.ProcessKill();
  std::memcpy(mapping->data(), "???", 3);
  CHECK(after->Files() == std::vector<std::string>{"/.lock", "/d/synced"});
  CHECK(after->ReadFile("/d/synced").value() == "new");
  CHECK(FileSystemOf(*after).Lock("/.lock").ok());
  CHECK(Outcomes(*after, "/d/synced") == Set{"old", "new"});
  CHECK(Outcomes(*after, "/d/removed") == Set{"removed", "-"});
  REQUIRE(Create(*after, "/d/synced")->Sync().ok());
  CHECK(Outcomes(*after, "/d/synced") == Set{"new"});
}

TEST_CASE("A file with two names is one file after a kill and after a power cut") {
  FaultyStorage storage;
  FileSystem& fs = FileSystemOf(storage);
  const auto file = Create(storage, "/f");
  REQUIRE(file->WriteAt(0, "data").ok());
  REQUIRE(file->Sync().ok());
  REQUIRE(fs.Link("/f", "/g").ok());
  CHECK(Outcomes(storage, "/g") == Set{"-", "data"});
  REQUIRE(fs.SyncDirectory("/").ok());
  REQUIRE(file->WriteAt(4, " and more").ok());
  for (int seed = 0; seed < 50; ++seed) {
    const auto after = seed == 0 ? storage.ProcessKill() : storage.PowerLoss(seed);
    CHECK(after->ReadFile("/f").value() == after->ReadFile("/g").value());
    CHECK(FileSystemOf(*after).LinkCount("/g").value() == 2);
  }
}

TEST_CASE("A file put in place can be changed bit by bit") {
  FaultyStorage storage;
  REQUIRE(storage.WriteFile("/a/b/f", "data").ok());
  std::string bytes = storage.ReadFile("/a/b/f").value();
  bytes[1] ^= 4;
  REQUIRE(storage.WriteFile("/a/b/f", bytes).ok());
  CHECK(Outcomes(storage, "/a/b/f") == Set{"deta"});
  CHECK(storage.ReadFile("/a/none").status().code() == absl::StatusCode::kNotFound);
  CHECK(storage.ReadFile("/a/b").status().code() == absl::StatusCode::kFailedPrecondition);
}

// A file of records of one page each, as an engine would keep it: what was synced must be found,
// whatever happened since and however often the power was cut.
TEST_CASE("Through any history of stores, syncs and power cuts, synced pages keep their bytes") {
  const std::uint64_t first = FirstSeed();
  for (std::uint64_t seed = first; seed < first + 100; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    auto storage = std::make_shared<FaultyStorage>();
    REQUIRE(storage->WriteFile("/f", "").ok());
    std::map<std::uint64_t, char> dirty, synced;
    for (int life = 0; life < 4; ++life) {
      auto file = Create(*storage, "/f");
      REQUIRE(file->Allocate(16 * kPage).ok());
      auto mapping = file->Map(16 * kPage, MapMode::kReadWrite).value();
      REQUIRE(file->Sync().ok());
      for (const auto& [page, value] : synced) {
        const char found = mapping->data()[page * kPage];
        const bool later = dirty.contains(page) && dirty[page] == found;
        REQUIRE((found == value || later));
      }
      synced.clear();
      dirty.clear();
      for (int step = 0; step < 20; ++step) {
        const std::uint64_t page = random() % 16;
        mapping->data()[page * kPage] = dirty[page] = static_cast<char>(random() % 100 + 1);
        if (random() % 5 != 0) continue;
        REQUIRE(file->Sync().ok());
        for (const auto& [number, value] : dirty) synced[number] = value;
        dirty.clear();
      }
      storage = random() % 2 == 0 ? storage->PowerLoss(random())
                                  : storage->ProcessKill()->PowerLoss(random());
    }
  }
}

TEST_CASE("Power may be cut while threads store, sync and make files") {
  FaultyStorage storage;
  std::atomic<bool> stop = false;
  auto file = Create(storage, "/f");
  REQUIRE(file->Allocate(64 * kPage).ok());
  auto mapping = file->Map(64 * kPage, MapMode::kReadWrite).value();
  std::thread storing([&] {
    for (std::uint64_t i = 0; !stop; ++i) {
      mapping->data()[i * 64 % (64 * kPage)] = static_cast<char>(i);
    }
  });
  std::thread working([&] {
    for (std::uint64_t i = 0; !stop; ++i) {
      const std::string path = "/" + std::to_string(i % 10);
      if (!file->Sync().ok() || !Create(storage, path)->WriteAt(0, "x").ok()) std::abort();
      if (i % 3 == 0 && !FileSystemOf(storage).SyncDirectory("/").ok()) std::abort();
    }
  });
  for (int seed = 0; seed < 20; ++seed) {
    CHECK(storage.PowerLoss(seed) != nullptr);
    CHECK(storage.ProcessKill()->ReadFile("/f").value().size() == 64 * kPage);
  }
  stop = true;
  storing.join();
  working.join();
}
