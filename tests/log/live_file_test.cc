#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "base/bytes.h"
#include "log/stopper.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kUpToMagic = 17;
constexpr std::int32_t kSmallest = 14;  // below, Kafka calls the file corrupt

// What Apache Kafka's reader makes of a log file: batch after batch, until less than a header up to
// the magic is left, or a batch whose size passes the end of the file.
struct Outside {
  std::size_t batches = 0;
  std::size_t end = 0;
  absl::Status damage;
};

Outside ReadAsKafkaDoes(std::string_view bytes) {
  Outside outside;
  while (outside.end + kUpToMagic <= bytes.size()) {
    const char* const at = bytes.data() + outside.end;
    const auto length = base::LoadBigEndian<std::int32_t>(at + 8);
    if (length < kSmallest) {
      outside.damage = absl::DataLossError("a length of " + std::to_string(length));
      break;
    }
    const std::size_t size = kLogOverhead + static_cast<std::size_t>(length);
    if (outside.end + size > bytes.size()) break;
    const auto batch = ParseBatch(bytes.substr(outside.end));
    outside.damage = batch.ok() ? CheckCrc(*batch) : batch.status();
    if (!outside.damage.ok()) break;
    outside.end += size;
    ++outside.batches;
  }
  return outside;
}

// The file as somebody outside of the process reads it, in steps as a tool would: the size first.
std::string Snapshot(io::FileSystem& files, const std::string& path) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return "";
  std::string bytes(file.value()->Size().value(), '\0');
  bytes.resize(file.value()->ReadAt(0, bytes.data(), bytes.size()).value());
  return bytes;
}

// What is wrong with the batch at `position`, read as Kafka's reader does: first its header up to
// the magic, then all of it. One read of both may have the new header before the old rest:
// processors copy large pieces in an order of their own (AMD's with FSRM do).
absl::Status DamageInSteps(io::FileSystem& files, const std::string& path, std::size_t position) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  std::string header(kUpToMagic, '\0');
  auto read = file.value()->ReadAt(position, header.data(), header.size());
  if (!read.ok()) return read.status();
  const auto length = base::LoadBigEndian<std::int32_t>(header.data() + 8);
  if (length < kSmallest) return absl::DataLossError("a length of " + std::to_string(length));
  const std::size_t size = kLogOverhead + static_cast<std::size_t>(length);
  if (position + size > file.value()->Size().value()) return absl::OkStatus();  // the end
  std::string bytes(size, '\0');
  read = file.value()->ReadAt(position, bytes.data(), bytes.size());
  if (!read.ok()) return read.status();
  const auto batch = ParseBatch(bytes);
  return batch.ok() ? CheckCrc(*batch) : batch.status();
}

// Looks at the log's file from outside while records are appended, of up to `largest` bytes, with
// `upkeep` now and then.
void LookWhileWritten(std::int64_t segment_bytes, std::size_t largest,
                      const std::function<void(LogUnderTest&)>& upkeep) {
  test::TemporaryFolder folder;
  auto files = io::NewRealFileSystem();
  LogUnderTest log(*files, folder.path() + "/orders-0");
  log.config.segment_bytes = segment_bytes;
  log.Open();
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> appended = 0;
  std::thread writer([&] {
    std::mt19937_64 random(1);
    while (!stop) {
      const std::string value(random() % largest, static_cast<char>(random()));
      if (!log->AppendRecord({.key = "k", .value = value}).ok()) std::abort();
      ++appended;
      if (random() % 500 == 0) upkeep(log);
    }
  });
  std::size_t looks = 0;
  std::size_t batches = 0;
  const auto until = steady_clock::now() + std::chrono::seconds(3);
  while (steady_clock::now() < until) {
    const auto names = log.FilesEnding(".log");
    const std::string path = log.directory() + "/" + names.back();
    const std::string bytes = Snapshot(*files, path);
    Outside outside = ReadAsKafkaDoes(bytes);
    if (!outside.damage.ok()) outside.damage = DamageInSteps(*files, path, outside.end);
    INFO(names.back() << " of " << bytes.size() << " bytes, at byte " << outside.end << ": "
                      << outside.damage.ToString());
    if (!outside.damage.ok()) stop = true;
    if (!outside.damage.ok()) writer.join();
    REQUIRE(outside.damage.ok());
    ++looks;
    batches += outside.batches;
  }
  stop = true;
  writer.join();
  std::cout << appended << " appends, " << looks << " looks at " << batches << " batches\n";
  REQUIRE(batches > 0);
  const std::int64_t end = log->log_end_offset();
  log.Close();
  std::int64_t next = 0;
  for (const std::string& name : log.FilesEnding(".log")) {
    const std::string bytes = log.Contents(name);
    const Outside outside = ReadAsKafkaDoes(bytes);
    REQUIRE(outside.damage.ok());
    REQUIRE(outside.end == bytes.size());
    REQUIRE(std::stoll(name) == next);
    next += static_cast<std::int64_t>(outside.batches);
  }
  REQUIRE(next == end);
}

TEST_CASE("a log that is being written reads as whole batches and an end, at any moment") {
  LookWhileWritten(3000000, 3000, [](LogUnderTest& log) { log->Maintain(log.clock.Now()); });
}

// (The clock is moved, so that readers would not have the time that rolled segments give them.)
TEST_CASE("a log that goes to rest and wakes reads as whole batches and an end, at any moment") {
  LookWhileWritten(1 << 30, 100, [](LogUnderTest& log) { GoToRest(log); });
}

// What Kafka's reader takes of a header in one read may be of two moments, too.
TEST_CASE("a header is read at the end of a log with its magic, at any moment") {
  test::TemporaryFolder folder;
  auto files = io::NewRealFileSystem();
  LogUnderTest log(*files, folder.path() + "/orders-0");
  log.config.segment_bytes = 1 << 30;
  log.Open();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) {
      if (!log->AppendRecord({.key = "k", .value = "value"}).ok()) std::abort();
    }
  });
  const auto file =
      files->Open(log.directory() + "/" + log.FilesEnding(".log").back(), io::OpenMode::kRead);
  std::size_t position = 0;
  std::size_t batches = 0;
  const auto until = steady_clock::now() + std::chrono::seconds(2);
  while (!stop && steady_clock::now() < until) {
    char header[kUpToMagic] = {};
    stop = file.value()->ReadAt(position, header, kUpToMagic).value() != kUpToMagic;
    const auto length = base::LoadBigEndian<std::uint32_t>(header + 8);
    stop = stop || length < kSmallest || header[kUpToMagic - 1] != 2;
    if (length >> 24 == 0x7f) continue;
    position += kLogOverhead + length;
    ++batches;
  }
  const bool failed = stop.exchange(true);
  writer.join();
  INFO("after " << batches << " batches, at byte " << position);
  CHECK_FALSE(failed);
  CHECK(batches > 0);
}

TEST_CASE("a segment that was just begun, or killed, has no zeros that Kafka would stumble over") {
  for (const auto kind : {test::FileSystemKind::kReal, test::FileSystemKind::kMemory}) {
    test::FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.Open();
    for (int i = 0; i < 20; ++i) {
      for (const std::string& name : log.FilesEnding(".log")) {
        const Outside outside = ReadAsKafkaDoes(log.Contents(name));
        INFO(i << " " << name << " " << outside.damage.ToString());
        REQUIRE(outside.damage.ok());
      }
      log.AppendValue(std::string(300, 'x'));
      if (i % 4 == 0) log.ReopenAfterKill();
    }
  }
}

// Sizes of the log's files, in order, and what of each a reader like Kafka's takes for batches.
struct Sizes {
  std::vector<std::size_t> files;
  std::vector<std::size_t> batches;
};

Sizes SizesOf(LogUnderTest& log) {
  Sizes sizes;
  for (const std::string& name : log.FilesEnding(".log")) {
    const std::string bytes = log.Contents(name);
    const Outside outside = ReadAsKafkaDoes(bytes);
    INFO(name << ": " << outside.damage.ToString());
    REQUIRE(outside.damage.ok());
    sizes.files.push_back(bytes.size());
    sizes.batches.push_back(outside.end);
  }
  return sizes;
}

// Kafka's tools and consumers of a broker's files look at a file's size once, and then read on.
TEST_CASE("who began to read a segment before it was rolled still comes to a clean end") {
  constexpr std::size_t kUpToMagic = 17;
  for (const auto& [kind, killed] : {std::pair{test::FileSystemKind::kReal, false},
                                     {test::FileSystemKind::kReal, true},
                                     {test::FileSystemKind::kMemory, false},
                                     {test::FileSystemKind::kMemory, true}}) {
    INFO(test::Name(kind) << (killed ? ", killed" : ""));
    test::FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.config.file_delete_delay_ms = 1000;
    log.Open();
    for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
    log->Maintain(log.clock.Now());
    const Sizes rolled = SizesOf(log);
    REQUIRE(rolled.files.size() > 2);
    for (std::size_t i = 0; i + 1 < rolled.files.size(); ++i) {
      REQUIRE(rolled.files[i] == rolled.batches[i] + kUpToMagic);
    }
    const auto all = log.ReadAll(0);
    log.clock.Advance(absl::Milliseconds(999));
    log->Maintain(log.clock.Now());
    REQUIRE(SizesOf(log).files == rolled.files);
    if (killed) log.ReopenAfterKill();
    log.clock.Advance(absl::Milliseconds(1));
    log->Maintain(log.clock.Now());
    const Sizes cut = SizesOf(log);
    for (std::size_t i = 0; i + 1 < cut.files.size(); ++i) {
      REQUIRE(cut.files[i] == rolled.batches[i]);
    }
    REQUIRE(log.lines().find("dropped") == std::string::npos);
    REQUIRE(log.ReadAll(0) == all);
    log.Close();
    REQUIRE(SizesOf(log).files == rolled.batches);
  }
}

TEST_CASE("a record that ends like the stopper of a live log is not cut after a kill") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.file_delete_delay_ms = 0;
  log.Open();
  for (int i = 0; i < 12; ++i) {
    char stopper[kStopperSize];
    StoreStopper(stopper, i + 1);
    // The last byte of the batch is the count of its headers, which is 0.
    log.AppendValue(std::string(200, 'x') + std::string(stopper, kStopperSize - 1));
  }
  log->Maintain(log.clock.Now());
  log->Maintain(log.clock.Now());
  const auto all = log.ReadAll(0);
  const Sizes before = SizesOf(log);
  log.ReopenAfterKill();
  const Sizes after = SizesOf(log);
  for (std::size_t i = 0; i + 1 < after.files.size(); ++i) {
    REQUIRE(before.files[i] == before.batches[i]);
    REQUIRE(after.files[i] == before.files[i]);
  }
  REQUIRE(log.ReadAll(0) == all);
}

TEST_CASE("a closed log's files are its batches and nothing else") {
  for (const auto kind : test::AllKinds()) {
    INFO(test::Name(kind));
    test::FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.Open();
    for (int i = 0; i < 30; ++i) log.AppendBatch(NumberedBatch(2, 1000));
    const std::size_t size = NumberedBatch(2, 1000).size();
    log.Close();
    std::size_t total = 0;
    for (const std::string& name : log.FilesEnding(".log")) total += log.Contents(name).size();
    REQUIRE(total == 30 * size);
    REQUIRE(log->size_bytes() == total);
  }
}

}  // namespace
}  // namespace rill::log
