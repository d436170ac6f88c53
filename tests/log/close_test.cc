#include "io/faulty_file_system.h"
#include "io/limited_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

// A log whose index files are large, on a disk that can be filled.
class FullDisk {
 public:
  FullDisk() {
    log.config.index_interval_bytes = 100;
    log.config.segment_bytes = 300'000;
  }

  void FillUp() { files.Charge(files.max_bytes() - files.used_bytes()); }
  void Roll() {
    const std::size_t before = log->segment_count();
    while (log->segment_count() == before) log.AppendValue(kValue);
  }
  // Until the reserve is used up.
  void AppendAllThatFits() {
    absl::Status status;
    while (status.ok()) status = log->AppendRecord({.key = "k", .value = kValue}).status();
    REQUIRE(absl::IsResourceExhausted(status));
  }
  bool HasDeletedFiles() { return !log.FilesEnding(".deleted").empty(); }

 private:
  inline static const std::string kValue = std::string(100, 'x');
  io::FaultyFileSystem disk_;

 public:
  io::LimitedFileSystem files{&disk_, {.max_disk_bytes = std::uint64_t{4} << 20}};
  LogUnderTest log{files};
};

TEST_CASE("a log closes on a full disk: its reserve makes room for the index files") {
  FullDisk disk;
  disk.log.Open();
  disk.Roll();
  disk.FillUp();
  REQUIRE(disk.log.FilesEnding("index").empty());
  REQUIRE(disk.log->Close() == absl::OkStatus());
  REQUIRE(disk.log.FilesEnding("index").size() == 4);
}

TEST_CASE("a log closes on a full disk: files that wait to be deleted make room") {
  FullDisk disk;
  disk.log.config.retention_bytes = 1;
  disk.log.config.file_delete_delay_ms = 60'000;
  disk.log.Open();
  disk.Roll();
  disk.Roll();
  disk.log->Maintain(disk.log.clock.Now());
  REQUIRE(disk.HasDeletedFiles());
  disk.FillUp();
  disk.AppendAllThatFits();
  disk.FillUp();
  REQUIRE(disk.log->Close() == absl::OkStatus());
  REQUIRE_FALSE(disk.HasDeletedFiles());
}

}  // namespace
}  // namespace rill::log
