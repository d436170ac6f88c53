#include "log/sound_end.h"

#include <random>

#include "catch.h"
#include "io/memory_file_system.h"
#include "log/stopper.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

// A segment of batches of many sizes, one of which is larger than what is read at a time.
std::string Segment(std::mt19937_64& random, std::int64_t& next) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    const std::size_t size = i == 20 ? 2'500'000 : random() % (random() % 4 == 0 ? 300'000 : 300);
    const std::string value(size, static_cast<char>('a' + i % 26));
    const std::vector<RecordData> records(1 + random() % 3, {.value = value, .timestamp_ms = 1});
    bytes += SealedBatch(records, {.base_offset = next});
    next += static_cast<std::int64_t>(records.size());
  }
  return bytes;
}

void CheckSameAsWhole(const std::string& bytes) {
  const auto files = io::NewMemoryFileSystem();
  const auto file = std::move(files->Open("/segment", io::OpenMode::kCreate)).value();
  REQUIRE(file->WriteAt(0, bytes) == absl::OkStatus());
  for (const ScanDepth depth : {ScanDepth::kOffsets, ScanDepth::kValidate}) {
    const ScanResult whole = ScanBatches(
        bytes, 0, 0, depth, [](BatchView, std::uint32_t) {}, INT64_MAX);
    const auto found = FindSoundEnd(*file, 0, 0, depth, INT64_MAX, record::kMaxRecordsSize);
    REQUIRE(found.ok());
    CHECK(found->sound_end == whole.sound_end);
    CHECK(found->next_offset == whole.next_offset);
    CHECK(found->damage.ok() == whole.damage.ok());
  }
}

TEST_CASE("a segment that is read in parts ends where it ends when it is seen as a whole") {
  std::mt19937_64 random(1);
  std::int64_t next = 0;
  const std::string bytes = Segment(random, next);
  CheckSameAsWhole(bytes);
  std::string stopper(kStopperSize, '\0');
  StoreStopper(stopper.data(), next);
  CheckSameAsWhole(bytes + stopper);
  CheckSameAsWhole(bytes + stopper + std::string(5'000'000, '\0'));
  CheckSameAsWhole(bytes + std::string(5'000'000, '\0'));
  CheckSameAsWhole(bytes + std::string(5'000'000, 'x'));
  for (int i = 0; i < 20; ++i) {
    const std::size_t at = random() % bytes.size();
    CAPTURE(at);
    CheckSameAsWhole(bytes.substr(0, at));
    std::string torn = bytes;
    torn.replace(at, 1000, std::min<std::size_t>(1000, bytes.size() - at), '\0');
    CheckSameAsWhole(torn);
  }
}

}  // namespace
}  // namespace rill::log
