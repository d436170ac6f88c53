#include "io/small_file.h"

#include <cerrno>
#include <set>
#include <string>

#include "catch.h"
#include "file_systems.h"
#include "io/path.h"
#include "rill/testing/faulty_storage.h"

using rill::io::ReadSmallFile;
using rill::io::ReplaceSmallFile;
using rill::testing::FaultyStorage;
using rill::testing::FileCall;

TEST_CASE("A small file reads back as it was put") {
  const auto kind = GENERATE(from_range(rill::test::AllKinds()));
  rill::test::FileSystemUnderTest fs(kind);
  const std::string path = fs.root() + "/checkpoint";
  CHECK(ReadSmallFile(*fs, path, 100).status().code() == absl::StatusCode::kNotFound);
  for (const std::string contents : {"first", "", "third, longer"}) {
    REQUIRE(ReplaceSmallFile(*fs, path, contents) == absl::OkStatus());
    CHECK(ReadSmallFile(*fs, path, 100).value() == contents);
  }
  CHECK_FALSE((*fs).Exists(path + ".tmp").value());
}

TEST_CASE("A file longer than a small one is refused before memory is taken for it") {
  rill::test::FileSystemUnderTest fs(rill::test::FileSystemKind::kMemory);
  REQUIRE((*fs).Open("/f", rill::io::OpenMode::kCreate).value()->Truncate(1ULL << 33).ok());
  const absl::Status status = ReadSmallFile(*fs, "/f", 1000).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()).find("/f: it has 8589934592 bytes") != std::string::npos);
}

TEST_CASE("What a process left half-written is no hindrance") {
  rill::test::FileSystemUnderTest fs(rill::test::FileSystemKind::kMemory);
  auto left = (*fs).Open("/f.tmp", rill::io::OpenMode::kCreate).value();
  REQUIRE(left->WriteAt(0, "much longer than what comes").ok());
  REQUIRE(ReplaceSmallFile(*fs, "/f", "short").ok());
  CHECK(ReadSmallFile(*fs, "/f", 100).value() == "short");
}

TEST_CASE("A replacement that fails anywhere leaves the old or the new contents") {
  for (std::int64_t call = 0;; ++call) {
    FaultyStorage storage;
    REQUIRE(storage.WriteFile("/f", "old").ok());
    storage.Fail({.error = ENOSPC, .after = call, .written = 2});
    auto& files = rill::io::FileSystemOf(storage);
    const absl::Status status = ReplaceSmallFile(files, "/f", "new");
    if (status.ok()) {
      CHECK(call > 5);
      break;
    }
    CAPTURE(call, status.message());
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    storage.ClearFaults();
    const std::string now = storage.ReadFile("/f").value();
    CHECK((now == "old" || now == "new"));
    CHECK(storage.Files() == std::vector<std::string>{"/f"});
    REQUIRE(ReplaceSmallFile(files, "/f", "newer").ok());
  }
}

TEST_CASE("A power cut during a replacement leaves the old or the new contents, after it the new") {
  for (std::int64_t call = 1; call <= 7; ++call) {
    FaultyStorage storage;
    REQUIRE(storage.WriteFile("/d/f", "old").ok());
    storage.Fail({.after = call, .times = rill::testing::kForever});
    const bool done = ReplaceSmallFile(rill::io::FileSystemOf(storage), "/d/f", "new").ok();
    std::set<std::string> found;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      found.insert(storage.PowerLoss(seed)->ReadFile("/d/f").value());
    }
    CAPTURE(call, done);
    CHECK(found.count("old") + found.count("new") == found.size());
    if (done) CHECK(found == std::set<std::string>{"new"});
  }
}

TEST_CASE("Paths are split, spelled one way, and lead to their folder") {
  using rill::io::NormalPath;
  using rill::io::ParentPath;
  CHECK(NormalPath("a//b/") == "/a/b");
  CHECK(NormalPath("/a/./c/../b") == "/a/b");
  CHECK(NormalPath("..") == "/");
  CHECK(NormalPath("") == "/");
  CHECK(ParentPath("/a/b") == "/a");
  CHECK(ParentPath("/a/b//") == "/a");
  CHECK(ParentPath("a//b") == "a");
  CHECK(ParentPath("/a") == "/");
  CHECK(ParentPath("//a") == "/");
  CHECK(ParentPath("/") == "/");
  CHECK(ParentPath("a") == ".");
  CHECK(ParentPath("a/") == ".");
  CHECK(ParentPath("") == ".");
}
