#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "io/limited_file_system.h"
#include "io/real_file_system.h"
#include "io/temporary_folder.h"
#include "log/log_under_test.h"
#include "rill/record_batch.h"

namespace rill::log {
namespace {

struct Stored {
  Stored() : files(io::NewMemoryFileSystem()), log(*files) { log.config.segment_bytes = 100'000; }

  StoredBatches Read(std::int64_t offset, std::size_t max_bytes = 1 << 20) {
    auto batches = log->ReadStored(offset, max_bytes, log->high_watermark());
    INFO(batches.status().ToString());
    REQUIRE(batches.ok());
    return *std::move(batches);
  }

  std::unique_ptr<io::FileSystem> files;
  LogUnderTest log;
};

TEST_CASE("Stored batches come as they stand in the file, compressed ones too") {
  Stored test;
  test.log.Open();
  for (const Compression codec : {Compression::kNone, Compression::kZstd, Compression::kGzip}) {
    test.log.AppendBatch(NumberedBatch(10, 1000, "v", {.compression = codec}));
  }
  const auto all = test.Read(0);
  CHECK(all.next_offset == 30);
  CHECK(all.bytes == test.log.Contents("00000000000000000000.log").substr(0, all.bytes.size()));
  CHECK(all.bytes.size() == test.log->size_bytes());
  CHECK(all.mapping != nullptr);

  const auto from_middle = test.Read(15);
  CHECK(ParseBatch(from_middle.bytes)->base_offset() == 10);
  CHECK(all.bytes.ends_with(from_middle.bytes));
}

TEST_CASE("Stored batches stop before one that passes the limit, but for the first") {
  Stored test;
  test.log.Open();
  const std::string batch = NumberedBatch(10, 1000);
  for (int i = 0; i < 5; ++i) test.log.AppendBatch(batch);
  CHECK(test.Read(0, 0).bytes.size() == batch.size());
  CHECK(test.Read(0, 2 * batch.size() - 1).bytes.size() == batch.size());
  CHECK(test.Read(0, 2 * batch.size()).bytes.size() == 2 * batch.size());
  CHECK(test.Read(50).bytes.empty());
  CHECK(test.Read(50).next_offset == 50);
  CHECK(GetErrorCode(test.log->ReadStored(51, 1000, 50).status()) == ErrorCode::kOffsetOutOfRange);
  // Only up to the end that was asked for.
  CHECK(test.log->ReadStored(0, 1 << 20, 20)->bytes.size() == 2 * batch.size());
  CHECK(GetErrorCode(test.log->ReadStored(21, 1000, 20).status()) == ErrorCode::kOffsetOutOfRange);
}

TEST_CASE("Stored batches are of one segment, and the next read goes on in the next") {
  Stored test;
  test.log.config.segment_bytes = 1000;
  test.log.Open();
  const std::string batch = NumberedBatch(5, 1000);
  for (int i = 0; i < 50; ++i) test.log.AppendBatch(batch);
  REQUIRE(test.log->segment_count() > 5);
  std::size_t size = 0;
  int reads = 0;
  for (std::int64_t at = 0; at < 250; ++reads) {
    const auto batches = test.Read(at);
    REQUIRE(batches.next_offset > at);
    size += batches.bytes.size();
    at = batches.next_offset;
  }
  CHECK(size == 50 * batch.size());
  CHECK(reads == static_cast<int>(test.log->segment_count()));
}

TEST_CASE("Of a damaged batch nothing is handed out, compressed or not") {
  for (const Compression codec : {Compression::kNone, Compression::kLz4}) {
    Stored test;
    test.log.Open();
    const std::string batch = NumberedBatch(10, 1000, "v", {.compression = codec});
    test.log.AppendBatch(batch);
    test.log.AppendBatch(batch);
    test.log.Close();
    std::string bytes = test.log.Contents("00000000000000000000.log");
    bytes[batch.size() + 70] ^= 1;
    test.log.Put("00000000000000000000.log", bytes);
    test.log.Open();
    CHECK(test.Read(0).bytes.size() == batch.size());
    const auto damaged = test.log->ReadStored(10, 1 << 20, 20);
    CHECK(GetErrorCode(damaged.status()) == ErrorCode::kCorruptMessage);
  }
}

TEST_CASE("The first record with the largest timestamp is found, wherever it stands") {
  Stored test;
  test.log.config.segment_bytes = 1000;
  test.log.Open();
  CHECK(test.log->OffsetOfLargestTimestamp()->offset == -1);
  std::int64_t youngest = 0;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t offset = test.log.AppendValue("value", i == 37 || i == 62 ? 9000 : 1000 + i);
    if (i <= 37) youngest = offset;
    const auto found = test.log->OffsetOfLargestTimestamp();
    REQUIRE(found.ok());
    CHECK(found->offset == youngest);
  }
  test.log.ReopenAfterClose();
  const auto found = test.log->OffsetOfLargestTimestamp();
  CHECK(found->offset == 37);
  CHECK(found->timestamp_ms == 9000);
}

TEST_CASE("Stored batches are in a file, too, whose descriptor is its reader's") {
  const test::TemporaryFolder folder;
  const auto disk = io::NewRealFileSystem();
  io::LimitedFileSystem files(disk.get(), {.max_open_files = 8});
  LogUnderTest log(files, folder.path() + "/orders-0");
  log.config.segment_bytes = 100'000;
  log.Open();
  const std::string batch = NumberedBatch(10, 1000);
  for (int i = 0; i < 5; ++i) log.AppendBatch(batch);
  const auto before = files.open_files();
  const auto some = log->ReadStored(25, 1 << 20, 50).value();
  REQUIRE(some.segment != nullptr);
  const std::ptrdiff_t position = some.bytes.data() - some.mapping->data();
  CHECK(position == static_cast<std::ptrdiff_t>(2 * batch.size()));
  CHECK(files.open_files() == before);
  {
    const auto file = some.segment->OpenFile(*some.mapping);
    REQUIRE(file != nullptr);
    CHECK(files.open_files() == before + 1);
    std::string bytes(some.bytes.size(), '\0');
    CHECK(pread(file->descriptor(), bytes.data(), bytes.size(), position) ==
          static_cast<ssize_t>(bytes.size()));
    CHECK(bytes == some.bytes);
  }
  CHECK(files.open_files() == before);
  // Nothing was read, so there is nothing to open.
  CHECK(log->ReadStored(50, 1 << 20, 50)->segment == nullptr);
}

TEST_CASE("Where no descriptor is left, or there is none, stored batches are in memory alone") {
  const test::TemporaryFolder folder;
  const auto disk = io::NewRealFileSystem();
  io::LimitedFileSystem files(disk.get(), {.max_open_files = 4});
  LogUnderTest log(files, folder.path() + "/orders-0");
  log.Open();
  log.AppendBatch(NumberedBatch(10, 1000));
  const auto batches = log->ReadStored(0, 1 << 20, 10).value();
  std::vector<std::unique_ptr<io::File>> others;
  for (;;) {
    auto other = files.Open(folder.path() + "/other", io::OpenMode::kCreate);
    if (!other.ok()) break;
    others.push_back(*std::move(other));
  }
  CHECK(batches.segment->OpenFile(*batches.mapping) == nullptr);
  others.clear();
  CHECK(batches.segment->OpenFile(*batches.mapping) != nullptr);

  Stored in_memory;
  in_memory.log.Open();
  in_memory.log.AppendBatch(NumberedBatch(10, 1000));
  const auto mem = in_memory.Read(0);
  CHECK(mem.segment->OpenFile(*mem.mapping) == nullptr);
}

TEST_CASE("Another file under the segment's name is not taken for the one that was read") {
  const test::TemporaryFolder folder;
  const auto files = io::NewRealFileSystem();
  LogUnderTest log(*files, folder.path() + "/orders-0");
  log.Open();
  log.AppendBatch(NumberedBatch(10, 1000));
  const auto batches = log->ReadStored(0, 1 << 20, 10).value();
  const std::string path = batches.segment->log_path();
  REQUIRE(files->Rename(path, path + ".moved").ok());
  CHECK(batches.segment->OpenFile(*batches.mapping) == nullptr);
  REQUIRE(files->Open(path, io::OpenMode::kCreateNew).value()->WriteAt(0, "another").ok());
  CHECK(batches.segment->OpenFile(*batches.mapping) == nullptr);
  REQUIRE(files->Rename(path + ".moved", path).ok());
  CHECK(batches.segment->OpenFile(*batches.mapping) != nullptr);
}

}  // namespace
}  // namespace rill::log
