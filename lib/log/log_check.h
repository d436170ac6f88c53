#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "io/file_system.h"
#include "log/check_finding.h"
#include "log/partition_log.h"
#include "rill/record.h"

namespace rill::log {

struct LogCheckOptions {
  io::FileSystem* files = nullptr;
  std::string directory = {};
  std::string name = {};  // "orders-3", for findings
  LogCheckpoint checkpoint = {};
  // Compaction may have taken offsets out.
  bool may_have_gaps = false;
  // Batches whose records take more bytes uncompressed are left unread.
  std::size_t max_records_bytes = std::size_t{256} << 20;
  // What else must be true of a record; may be empty.
  std::function<absl::Status(const RecordView&)> check_record = {};
  // Called with numbers of bytes that were gone through; all in all the size of the folder's .log
  // files. May be empty.
  std::function<void(std::uint64_t)> progress = {};
  // Asked before each segment; true ends the check, whose result says nothing then. May be empty.
  std::function<bool()> stop = {};
  FindingSink sink = {};
};

// What a check went through, as the next open will have it.
struct LogCheckResult {
  std::int64_t log_start_offset = 0;
  std::int64_t log_end_offset = 0;
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of sound batches
  // The last segment that was gone through (none: -1), and where its sound batches end in the file.
  std::int64_t last_base_offset = -1;
  std::uint32_t last_sound_end = 0;
  // No batch is damaged or unread, and none is missing.
  bool has_sound_batches = true;
  // The segments, by base offset, whose batches are sound and whose index files are not.
  std::vector<std::int64_t> bad_indexes = {};
  // Producer snapshots that are damaged or contradict the batches, by offset.
  std::vector<std::int64_t> bad_snapshots = {};
};

// Goes through all files of one partition's log that nobody writes, and tells what is wrong with
// them. Writes nothing; maps one segment at a time, and needs memory for one batch, the producers
// and the index of a segment that has no index files.
LogCheckResult CheckLog(const LogCheckOptions& options);

}  // namespace rill::log
