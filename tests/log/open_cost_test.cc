#include <ostream>

#include "../io/wrapped_file_system.h"
#include "log_under_test.h"
#include "touched_pages.h"

namespace rill::log {
namespace {

// What of the contents of files is read: by calls, and through mappings.
struct Reads {
  std::uint64_t opens = 0;
  std::uint64_t bytes = 0;
  std::uint64_t pages = 0;
  friend bool operator==(const Reads&, const Reads&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Reads& reads) {
    return out << reads.opens << " files opened, " << reads.bytes << " bytes read, " << reads.pages
               << " pages of mappings touched";
  }
};

class CountingFileSystem final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  void Begin() {
    counts_ = true;
    reads_ = {};
    touched_before_ = test::TouchedPages();
  }
  Reads End() {
    counts_ = false;
    reads_.pages = static_cast<std::uint64_t>(test::TouchedPages() - touched_before_);
    return reads_;
  }

  absl::StatusOr<std::unique_ptr<io::File>> Open(const std::string& path,
                                                 io::OpenMode mode) override {
    reads_.opens += 1;
    return WrappedFileSystem::Open(path, mode);
  }

 private:
  absl::StatusOr<std::size_t> OnRead(io::File& file, std::uint64_t offset, char* out,
                                     std::size_t size) override {
    auto got = file.ReadAt(offset, out, size);
    if (got.ok()) reads_.bytes += *got;
    return got;
  }
  absl::StatusOr<std::unique_ptr<io::Mapping>> OnMap(io::File& file, std::size_t length,
                                                     io::MapMode mode) override {
    if (!counts_) return file.Map(length, mode);
    // A log that is opened cleanly writes nothing.
    REQUIRE(mode == io::MapMode::kRead);
    return test::MapWatched(file, length);
  }

  bool counts_ = false;
  Reads reads_;
  int touched_before_ = 0;
};

// What opening a log reads that was closed with `records` records in it.
Reads ReadsOfOpen(const LogConfig& config, int records, std::size_t* segments,
                  std::uint64_t* bytes) {
  const auto memory = io::NewMemoryFileSystem();
  CountingFileSystem files(*memory);
  LogUnderTest log(files);
  log.config = config;
  log.Open();
  for (int i = 0; i < records; ++i) log.AppendValue(std::string(100, 'x'));
  log.Close();
  files.Begin();
  log.Open();
  const Reads reads = files.End();
  REQUIRE(log->log_end_offset() == records);
  *segments = log->segment_count();
  *bytes = log->size_bytes();
  log.Close();
  return reads;
}

TEST_CASE("a clean open reads as much of a log that has fifty times the segments") {
  LogConfig config;
  config.segment_bytes = 4096;
  config.index_interval_bytes = 500;
  config.retention_ms = -1;
  std::size_t segments[2];
  std::uint64_t bytes[2];
  const Reads small = ReadsOfOpen(config, 205, &segments[0], &bytes[0]);
  const Reads large = ReadsOfOpen(config, 50 * 205, &segments[1], &bytes[1]);
  REQUIRE(segments[0] > 5);
  REQUIRE(segments[1] >= 49 * segments[0]);
  CHECK(large == small);
  CHECK(small.bytes < 1000);
  CHECK(small.pages < 10);
}

// But for where the end falls: the batches behind the last index entry may stand in one page or in
// two.
TEST_CASE("a clean open reads as much of a log whose only segment is fifty times as long") {
  LogConfig config;
  config.retention_ms = -1;
  std::size_t segments[2];
  std::uint64_t bytes[2];
  const Reads small = ReadsOfOpen(config, 3'000, &segments[0], &bytes[0]);
  const Reads large = ReadsOfOpen(config, 50 * 3'000, &segments[1], &bytes[1]);
  REQUIRE(segments[0] == 1);
  REQUIRE(segments[1] == 1);
  REQUIRE(bytes[1] >= 49 * bytes[0]);
  CHECK(large.opens == small.opens);
  CHECK(large.bytes == small.bytes);
  CHECK(large.pages <= small.pages + 1);
  CHECK(small.pages < 10);
}

}  // namespace
}  // namespace rill::log
