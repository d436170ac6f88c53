#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/byte_progress.h"
#include "cli/dump_output.h"
#include "cli/message_decoder.h"
#include "io/file_system.h"

// What rill dump-log does with a file, by its kind. Each has `printer` print what it finds and adds
// to `problems` what does not fit together; an error ends the dump.
namespace rill::cli {

class DumpPrinter;

// How far the dump of all files has come, by the bytes of their logs.
class DumpProgress {
 public:
  DumpProgress(ByteProgress& shown, std::uint64_t total) : shown_(shown), total_(total) {}

  // So many bytes of the log that is being dumped.
  void Show(std::uint64_t done) { shown_.Show(before_ + done, total_); }
  // All of them.
  void EndLog(std::uint64_t size) { before_ += size; }

 private:
  ByteProgress& shown_;
  const std::uint64_t total_;
  std::uint64_t before_ = 0;
};

struct DumpContext {
  io::FileSystem& files;
  DumpPrinter& printer;
  TextWriter& err;
  DumpProgress& progress;
  DumpProblems problems = {};
};

// A file to be dumped.
struct DumpFile {
  std::string shown;     // as it was given
  std::string absolute;  // the same, from the root on
  std::string name() const;
  // What a segment's files have in common: the folder and the name up to its first dot.
  std::string stem() const;
  // The offset that the name begins with. InvalidArgument when it begins otherwise.
  absl::StatusOr<std::int64_t> BaseOffset() const;
};

// DataLoss, with what to do about it: `index` is damaged as `what` says.
absl::Status CorruptIndex(const DumpFile& index, const std::string& what);

struct SegmentDumpOptions {
  bool deep = false;                        // show records, too
  bool print_content = false;               // with their keys and values
  bool skip_metadata = false;               // and nothing else of them
  std::int32_t max_bytes = 0;               // read no more of the file
  const MessageDecoder* decoder = nullptr;  // never null
};

// A .log; also a .checkpoint, Kafka's snapshot of cluster metadata, which is of the same form.
absl::Status DumpSegment(DumpContext& context, const DumpFile& file,
                         const SegmentDumpOptions& options);

enum class IndexCheck {
  kPrint,       // print every entry, and check it against the log
  kVerifyOnly,  // check it only
  kSanity,      // check what Kafka checks when it starts, to decide whether to make an index anew
};

// A .index, with the .log beside it. A batch of more than `max_message_size` bytes is not found.
absl::Status DumpOffsetIndex(DumpContext& context, const DumpFile& file, IndexCheck check,
                             std::int32_t max_message_size);
// A .timeindex, with the .log and the .index beside it.
absl::Status DumpTimeIndex(DumpContext& context, const DumpFile& file, IndexCheck check);
// A .txnindex; one that is missing is an empty one.
absl::Status DumpTransactionIndex(DumpContext& context, const DumpFile& file);
// A .snapshot of what the log knows of its producers. A damaged one is told on `err`.
absl::Status DumpProducerSnapshot(DumpContext& context, const DumpFile& file);

}  // namespace rill::cli
