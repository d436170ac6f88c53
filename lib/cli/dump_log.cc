#include "cli/dump_log.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/byte_progress.h"
#include "cli/dump_files.h"
#include "cli/dump_log_options.h"
#include "cli/dump_printer.h"
#include "cli/java_arguments.h"
#include "cli/kafka_tool.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

DumpFile MakeFile(const std::string& word, const std::string& working_directory) {
  DumpFile file;
  file.shown = JavaPath(word);
  if (file.shown.starts_with('/')) {
    file.absolute = file.shown;
  } else {
    file.absolute = JavaPath(working_directory + "/" + file.shown);
  }
  return file;
}

absl::Status DumpLogFile(DumpContext& context, const DumpFile& file,
                         const DumpLogOptions& options) {
  const auto decoder = options.Decoder();
  if (!decoder.ok()) return decoder.status();
  const auto max_bytes = options.MaxBytes();
  if (!max_bytes.ok()) return max_bytes.status();
  return DumpSegment(context, file,
                     {.deep = options.is_deep(),
                      .print_content = options.prints_content(),
                      .skip_metadata = options.skips_metadata(),
                      .max_bytes = *max_bytes,
                      .decoder = decoder->get()});
}

absl::Status DumpIndexFile(DumpContext& context, const DumpFile& file,
                           const DumpLogOptions& options) {
  const auto max_message_size = options.MaxMessageSize();
  if (!max_message_size.ok()) return max_message_size.status();
  return DumpOffsetIndex(context, file, options.index_check(), *max_message_size);
}

std::string SuffixOf(const DumpFile& file) {
  const std::string name = file.name();
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(dot);
}

bool IsLog(std::string_view suffix) { return suffix == ".log" || suffix == ".checkpoint"; }

absl::Status Dump(DumpContext& context, const DumpFile& file, const DumpLogOptions& options) {
  context.printer.BeginFile(file.shown);
  const std::string suffix = SuffixOf(file);
  if (IsLog(suffix)) return DumpLogFile(context, file, options);
  if (suffix == ".index") return DumpIndexFile(context, file, options);
  if (suffix == ".timeindex") return DumpTimeIndex(context, file, options.index_check());
  if (suffix == ".txnindex") return DumpTransactionIndex(context, file);
  if (suffix == ".snapshot") return DumpProducerSnapshot(context, file);
  context.err.Print("Ignoring unknown file {}\n", file.shown);
  return absl::OkStatus();
}

// What is to be read of the logs among the files. One that cannot be looked at is told of when it
// is dumped.
std::uint64_t BytesOfLogs(io::FileSystem& files, const std::vector<DumpFile>& dumped,
                          const DumpLogOptions& options) {
  const auto limit = options.MaxBytes();
  const std::uint64_t most =
      limit.ok() && *limit >= 0 ? static_cast<std::uint64_t>(*limit) : std::uint64_t{0};
  std::uint64_t bytes = 0;
  for (const DumpFile& file : dumped) {
    if (IsLog(SuffixOf(file))) bytes += std::min(files.FileSize(file.absolute).value_or(0), most);
  }
  return bytes;
}

absl::Status DumpAll(const CommandContext& context, const DumpLogOptions& options,
                     DumpPrinter& printer, TextWriter& err) {
  const auto words = options.Files();
  if (!words.ok()) return words.status();
  std::vector<DumpFile> files;
  for (const std::string& word : *words) files.push_back(MakeFile(word, context.working_directory));
  ByteProgress shown(context.err, context.err_is_terminal && context.out_is_file);
  DumpProgress progress(shown, BytesOfLogs(context.files, files, options));
  DumpContext dump{.files = context.files, .printer = printer, .err = err, .progress = progress};
  for (const DumpFile& file : files) {
    if (auto status = Dump(dump, file, options); !status.ok()) return status;
  }
  shown.Wipe();
  dump.problems.Print(err);
  return absl::OkStatus();
}

// Files without --files are an easy mistake, and the list of options does not say that it was made.
// Beside --files such words are ignored in silence, as by Kafka's tool.
void RefuseWithoutFiles(TextWriter& err, const std::vector<std::string>& ignored) {
  err.Print("Missing required argument \"[files]\"\n{}", kDumpLogHelp);
  if (ignored.empty()) return;
  err.Print("\nrill dump-log: words without an option are ignored; did you mean --files {}?\n",
            fmt::join(ignored, ","));
}

int Fail(TextWriter& err, const absl::Status& status) {
  err.Print("rill dump-log: {}\n", std::string(status.message()));
  return 1;
}

}  // namespace

std::string DumpFile::name() const { return shown.substr(shown.rfind('/') + 1); }

std::string DumpFile::stem() const {
  const std::size_t name_at = absolute.rfind('/') + 1;
  return absolute.substr(0, absolute.find('.', name_at));
}

absl::StatusOr<std::int64_t> DumpFile::BaseOffset() const {
  const std::string name = this->name();
  const std::string digits = name.substr(0, name.find('.'));
  if (const auto offset = ParseJavaNumber<std::int64_t>(digits)) return *offset;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   fmt::format("{}: the file's name must begin with its base offset, as in "
                               "00000000000000000000.log",
                               shown));
}

absl::Status CorruptIndex(const DumpFile& index, const std::string& what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: {}; the index can be removed, and is made again from the log "
                               "when the folder is opened",
                               index.absolute, what));
}

int RunDumpLog(const CommandContext& context, std::span<const std::string> words) {
  TextWriter out(context.out);
  TextWriter err(context.err);
  const auto options = DumpLogOptions::Parse(words);
  if (!options.ok()) return Fail(err, options.status());
  if (options->wants_help()) {
    err.Print("{}", kDumpLogHelp);
    return 1;  // as Kafka's tools do
  }
  if (options->wants_version()) {
    out.Print("{}\n", kKafkaVersion);
    return 0;
  }
  if (!options->has_files()) {
    RefuseWithoutFiles(err, options->ignored());
    return 1;
  }
  const auto printer = options->prints_json() ? NewDumpObjects(out) : NewDumpText(out);
  const absl::Status dumped = DumpAll(context, *options, *printer, err);
  if (!dumped.ok()) return Fail(err, dumped);
  out.Flush();
  if (!context.out.good()) {
    err.Print("rill dump-log: standard output does not take what is written to it\n");
    return 1;
  }
  return 0;
}

}  // namespace rill::cli
