#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "io/memory_file_system.h"
#include "log/log_check.h"
#include "log/partition_log.h"
#include "rill/testing/manual_clock.h"

// Arbitrary bytes as the files of a log: opened, read, appended to, closed and opened again. The
// first byte says how; then come files, each a kind, a two-byte size and its bytes.

namespace rill::log {
namespace {

constexpr char kDirectory[] = "/data/orders-0";

void Demand(bool holds) {
  if (!holds) std::abort();
}

void PutFiles(io::FileSystem& files, std::string_view bytes) {
  constexpr const char* kNames[] = {
      "00000000000000000000.log",       "00000000000000000000.index",
      "00000000000000000000.timeindex", "00000000000000000005.log",
      "00000000000000000005.index",     "00000000000000000005.timeindex",
      "00000000000000000005.snapshot",  "leader-epoch-checkpoint",
  };
  Demand(files.CreateDirectories(kDirectory).ok());
  while (bytes.size() >= 3) {
    const char* const name = kNames[static_cast<unsigned char>(bytes[0]) % std::size(kNames)];
    const std::size_t claimed =
        static_cast<unsigned char>(bytes[1]) << 8 | static_cast<unsigned char>(bytes[2]);
    const std::string_view content = bytes.substr(3, claimed);
    bytes.remove_prefix(3 + content.size());
    auto file = files.Open(std::string(kDirectory) + "/" + name, io::OpenMode::kCreate);
    Demand(file.ok() && (*file)->Truncate(0).ok() && (*file)->WriteAt(0, content).ok());
  }
}

// Every record shows an offset of its range; a read that succeeds moves on.
void ReadAll(PartitionLog& log) {
  int reads = 0;
  for (std::int64_t at = log.log_start_offset(); at < log.high_watermark() && reads < 200;
       ++reads) {
    auto records = log.Read(at, {.max_bytes = 3000, .max_records = 50});
    if (!records.ok()) {
      ++at;
      continue;
    }
    const std::int64_t next = records->ranges().at(0).next_offset;
    Demand(next > at);
    std::int64_t least = at;
    for (const Record& record : *records) {
      Demand(record.offset() >= least && record.offset() < next);
      least = record.offset() + 1;
      volatile char sink = record.value().empty() ? '\0' : record.value().back();
      static_cast<void>(sink);
    }
    Demand(records->Check().ok());
    at = next;
  }
}

void Use(PartitionLog& log) {
  Demand(log.log_start_offset() <= log.log_end_offset());
  Demand(log.high_watermark() == log.log_end_offset());
  ReadAll(log);
  for (const std::int64_t time_ms : {INT64_MIN, std::int64_t{0}, std::int64_t{1700000000000}}) {
    log.OffsetForTime(absl::FromUnixMillis(time_ms)).status().IgnoreError();
  }
  const std::int64_t end = log.log_end_offset();
  auto appended = log.AppendRecord({.key = "k", .value = "appended"});
  if (appended.ok()) {
    Demand(appended->base_offset == end);
    auto records = log.Read(end, {});
    Demand(records.ok() && records->begin()->value() == "appended");
  }
  log.Maintain(absl::FromUnixSeconds(1767225600));
}

std::string BytesOf(io::FileSystem& files) {
  std::string all;
  const auto entries = files.List(kDirectory);
  Demand(entries.ok());
  for (const io::DirectoryEntry& entry : *entries) {
    auto file = files.Open(std::string(kDirectory) + "/" + entry.name, io::OpenMode::kRead);
    Demand(file.ok());
    std::string bytes(entry.size, '\0');
    Demand((*file)->ReadAt(0, bytes.data(), bytes.size()).ok());
    all += entry.name + '\n' + bytes;
  }
  return all;
}

// The check changes nothing. Where it finds nothing wrong and nothing to be cut off, opening the
// log drops nothing.
struct Verdict {
  bool is_sound = true;
  LogCheckResult result;
};

Verdict CheckFiles(io::FileSystem& files, const LogCheckpoint& checkpoint) {
  const std::string before = BytesOf(files);
  Verdict verdict;
  verdict.result = CheckLog({.files = &files,
                             .directory = kDirectory,
                             .name = "orders-0",
                             .checkpoint = checkpoint,
                             .max_records_bytes = std::size_t{16} << 20,
                             .sink = [&](const Finding& finding) {
                               verdict.is_sound &= finding.kind == Finding::Kind::kNote;
                             }});
  Demand(BytesOf(files) == before);
  // What the checkpoints have wrong is not the log's.
  verdict.is_sound &= checkpoint.recovery_point <= verdict.result.log_end_offset &&
                      checkpoint.log_start_offset <= verdict.result.log_end_offset;
  return verdict;
}

void Check(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto how = static_cast<unsigned char>(bytes[0]);
  auto files = io::NewMemoryFileSystem();
  PutFiles(*files, bytes.substr(1));
  testing::ManualClock clock;
  LogEnvironment environment;
  environment.files = files.get();
  environment.clock = &clock;
  environment.buffers = std::make_shared<base::Budget>("buffers", std::uint64_t{16} << 20);
  LogConfig config;
  config.segment_bytes = 100000;
  config.index_interval_bytes = 100;
  config.retention_ms = (how & 4) != 0 ? 1000 : -1;
  LogCheckpoint checkpoint;
  checkpoint.clean_shutdown = (how & 1) != 0;
  checkpoint.recovery_point = (how & 2) != 0 ? INT64_MAX : 0;
  checkpoint.log_start_offset = (how & 8) != 0 ? 3 : 0;
  for (int life = 0; life < 2; ++life) {
    const Verdict verdict = CheckFiles(*files, checkpoint);
    auto log = PartitionLog::Open(environment, kDirectory, {"orders", 0}, config, checkpoint);
    if (!log.ok()) return;
    if (verdict.is_sound) {
      Demand((*log)->log_end_offset() == verdict.result.log_end_offset);
      Demand((*log)->log_start_offset() == verdict.result.log_start_offset);
      Demand((*log)->size_bytes() >= verdict.result.bytes);
    }
    Use(**log);
    if ((how & 16) != 0) {
      (*log)->Abandon(absl::CancelledError("killed"));
    } else {
      (*log)->Close().IgnoreError();
    }
    checkpoint.clean_shutdown = (how & 16) == 0;
  }
}

}  // namespace
}  // namespace rill::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rill::log::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
