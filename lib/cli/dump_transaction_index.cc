#include "base/bytes.h"
#include "cli/dump_files.h"
#include "cli/dump_printer.h"
#include "cli/entry_file.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

// int16 version, int64 producer id, first offset, last offset, last stable offset.
constexpr std::size_t kEntrySize = 34;
constexpr int kLastVersion = 0;

// Kafka's tool takes the first byte of the two for the version.
int VersionOf(const char* entry) { return static_cast<std::int8_t>(*entry); }

absl::Status CheckVersions(const DumpFile& file, EntryFile& index) {
  for (std::uint64_t i = 0; i < index.count(); ++i) {
    const auto entry = index.At(i);
    if (!entry.ok()) return entry.status();
    if (VersionOf(*entry) > kLastVersion) {
      return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kKafkaStorageError,
                       fmt::format("{}: entry {} is of version {}, where {} is known",
                                   file.absolute, i, VersionOf(*entry), kLastVersion));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DumpTransactionIndex(DumpContext& context, const DumpFile& file) {
  if (const auto base_offset = file.BaseOffset(); !base_offset.ok()) return base_offset.status();
  auto index = EntryFile::Open(context.files, file.absolute, kEntrySize);
  if (absl::IsNotFound(index.status())) return absl::OkStatus();
  if (!index.ok()) return index.status();
  // Nothing is shown of an index that cannot be read to its end.
  if (auto versions = CheckVersions(file, *index); !versions.ok()) return versions;
  for (std::uint64_t i = 0; i < index->count(); ++i) {
    const auto entry = index->At(i);
    if (!entry.ok()) return entry.status();
    const auto number = [&entry](std::size_t at) {
      return base::LoadBigEndian<std::int64_t>(*entry + at);
    };
    context.printer.PrintAbortedTransaction(
        {VersionOf(*entry), number(2), number(10), number(18), number(26)});
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
