#include "engine/catalogue_file.h"

#include <algorithm>

#include "base/crc32c.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill::engine {
namespace {

constexpr std::string_view kFormatKey = "format";
// Where a batch's checksum begins to count.
constexpr std::size_t kCheckedFrom = 21;
// Disks write this much in one go.
constexpr std::size_t kSectorSize = 512;
// Files with fewer batches are not worth rewriting.
constexpr std::size_t kMinBatchesToRewrite = 64;

absl::Status Damage(const std::string& path, std::size_t position, std::string_view what) {
  return MakeError(
      absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
      fmt::format("{}, position {}: {}; restore the file from a backup", path, position, what));
}

// Whether the batch is whole but for its length: its checksum, which does not cover the length,
// holds for the bytes up to some place.
bool IsWholeUpToSomePlace(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderSize) return false;
  const std::uint32_t expected = BatchView(bytes.data()).crc();
  std::uint32_t crc = base::Crc32c(bytes.substr(kCheckedFrom, kBatchHeaderSize - kCheckedFrom));
  for (std::size_t at = kBatchHeaderSize; at < bytes.size(); ++at) {
    if (crc == expected) return true;
    crc = base::Crc32c(bytes.substr(at, 1), crc);
  }
  return crc == expected;
}

// Deleting topics has room that other changes leave it.
std::size_t LimitOf(const CatalogueCommand& command) {
  constexpr std::size_t kRoomToDelete = std::size_t{1} << 20;
  const auto* const change = std::get_if<TopicChange>(&command);
  const bool deletes = change != nullptr && (!change->topic || change->topic->deleting);
  return deletes ? kMaxCatalogueSize : kMaxCatalogueSize - kRoomToDelete;
}

bool AllZeros(std::string_view part) {
  return std::all_of(part.begin(), part.end(), [](char c) { return c == 0; });
}

// Whether some sector of the file from `position` on, where `bytes` stand, was never written. The
// part of the batch in its first sector begins with its base offset, which is not zero; the part in
// its last ends with a newline or the null of a tombstone, and a count of headers, zero.
bool HasUnwrittenSector(std::string_view bytes, std::size_t position) {
  std::size_t end = std::min(kSectorSize - position % kSectorSize, bytes.size());
  if (end >= sizeof(std::int64_t) && AllZeros(bytes.substr(0, end))) return true;
  for (; end < bytes.size(); end += kSectorSize) {
    const std::string_view sector = bytes.substr(end, kSectorSize);
    if (sector.size() > 1 && AllZeros(sector)) return true;
  }
  return false;
}

bool HasSoundBatchBehind(std::string_view bytes) {
  for (std::size_t at = 1; at + kBatchHeaderSize <= bytes.size(); ++at) {
    const auto batch = ParseBatch(bytes.substr(at));
    if (batch.ok() && ValidateBatch(*batch).ok()) return true;
  }
  return false;
}

bool IsTorn(std::string_view bytes, std::size_t position) {
  const bool is_short = absl::IsOutOfRange(ParseBatch(bytes).status());
  if (!is_short && !HasUnwrittenSector(bytes, position)) return false;
  return !IsWholeUpToSomePlace(bytes) && !HasSoundBatchBehind(bytes);
}

// The next batch, if it is sound and the one that must follow.
absl::StatusOr<BatchView> NextBatch(std::string_view bytes, std::int64_t offset) {
  auto batch = ParseBatch(bytes);
  if (!batch.ok()) return batch;
  if (auto sound = ValidateBatch(*batch); !sound.ok()) return sound;
  // The checksum covers neither of these.
  if (batch->base_offset() != offset || batch->partition_leader_epoch() != 0) {
    return absl::DataLossError(
        fmt::format("base offset {} and leader epoch {}, where {} and 0 must "
                    "follow",
                    batch->base_offset(), batch->partition_leader_epoch(), offset));
  }
  if (batch->record_count() != 1 || batch->compression() != Compression::kNone) {
    return absl::DataLossError("not one uncompressed record");
  }
  return batch;
}

// The first record of every version.
absl::Status TakeFormat(const RecordView& record, FormatVersion& version) {
  const auto found = record.key() == kFormatKey ? ParseFormatVersion(record.value()) : std::nullopt;
  if (!found.has_value()) return absl::DataLossError("not a catalogue");
  if (found->major > kFormatVersion.major) {
    return absl::FailedPreconditionError(fmt::format(
        "a later rill wrote this folder (format {}, where this one knows {}); open it with that "
        "one, or with one as late. Nothing was changed",
        FormatVersionText(*found), FormatVersionText(kFormatVersion)));
  }
  version = *found;
  return absl::OkStatus();
}

void KeepLater(const RecordView& record, LaterRecords& later) {
  const std::string key(record.key());
  if (IsNull(record.value())) {
    later.values.erase(key);
  } else {
    later.values[key] = std::string(record.value());
  }
}

// Takes the batch's record into `contents`.
absl::Status Take(BatchView batch, CatalogueContents& contents) {
  RecordView record;
  const std::string_view payload = batch.payload();
  if (record.Parse(payload.data(), payload.data() + payload.size(), batch.base_offset(),
                   batch.base_timestamp_ms()) == nullptr) {
    return absl::DataLossError("its record cannot be read");
  }
  if (contents.batches == 0) return TakeFormat(record, contents.later.version);
  if (!IsCommandKey(record.key()) && contents.later.version.minor > kFormatVersion.minor) {
    KeepLater(record, contents.later);
    return absl::OkStatus();
  }
  const auto command = DecodeCommand(record.key(), record.value());
  if (!command.ok()) return command.status();
  auto follows = contents.image.Check(*command);
  if (follows.ok()) contents.image.Apply(*command);
  return follows;
}

absl::Status AppendBatch(std::string_view key, std::string_view value, std::size_t offset,
                         std::int64_t now_ms, std::string& out) {
  BatchOptions options;
  options.base_offset = static_cast<std::int64_t>(offset);
  options.partition_leader_epoch = 0;
  BatchBuilder builder(options);
  if (auto added = builder.Append({.key = key, .value = value, .timestamp_ms = now_ms});
      !added.ok()) {
    return added;
  }
  const auto batch = builder.Seal();
  if (!batch.ok()) return batch.status();
  out += *batch;
  return absl::OkStatus();
}

absl::Status AppendCommand(const CatalogueCommand& command, std::size_t offset, std::int64_t now_ms,
                           std::string& out) {
  const auto value = EncodeCommandValue(command);
  return AppendBatch(EncodeCommandKey(command),
                     value.has_value() ? std::string_view(*value) : std::string_view(), offset,
                     now_ms, out);
}

}  // namespace

absl::StatusOr<CatalogueContents> ParseCatalogue(std::string_view bytes, const std::string& path) {
  CatalogueContents contents;
  while (contents.sound_size < bytes.size()) {
    const std::size_t position = contents.sound_size;
    const std::string_view rest = bytes.substr(position);
    const auto batch = NextBatch(rest, static_cast<std::int64_t>(contents.batches));
    if (!batch.ok()) {
      // The first batch was there before the file had its name.
      if (contents.batches > 0 && IsTorn(rest, position)) return contents;
      return Damage(path, position, std::string(batch.status().message()));
    }
    if (auto taken = Take(*batch, contents); !taken.ok()) {
      if (absl::IsFailedPrecondition(taken)) {
        return MakeError(taken.code(), ErrorCode::kKafkaStorageError,
                         fmt::format("{}: {}", path, std::string(taken.message())));
      }
      return Damage(path, position, std::string(taken.message()));
    }
    contents.sound_size += batch->size();
    ++contents.batches;
  }
  if (contents.batches == 0) return Damage(path, 0, "the file is empty");
  return contents;
}

absl::StatusOr<std::string> FormatCatalogue(const CatalogueImage& image, std::int64_t now_ms,
                                            const LaterRecords& later) {
  std::string bytes;
  absl::Status status = AppendBatch(kFormatKey, FormatVersionText(later.version), 0, now_ms, bytes);
  std::size_t offset = 1;
  for (const auto& [key, value] : later.values) {
    if (status.ok()) status = AppendBatch(key, value, offset++, now_ms, bytes);
  }
  for (const auto& [name, topic] : image.topics()) {
    if (status.ok()) status = AppendCommand(TopicChange{name, topic}, offset++, now_ms, bytes);
  }
  for (const auto& [resource, configs] : image.resource_configs()) {
    if (!status.ok()) break;
    status = AppendCommand(ResourceConfigsChange{resource, configs}, offset++, now_ms, bytes);
  }
  if (status.ok() && image.producer_ids_end() > 0) {
    status = AppendCommand(ProducerIdsTaken{image.producer_ids_end()}, offset, now_ms, bytes);
  }
  if (!status.ok()) return status;
  return bytes;
}

absl::StatusOr<std::unique_ptr<CatalogueFile>> CatalogueFile::Open(io::FileSystem* files,
                                                                   const std::string& directory,
                                                                   Clock* clock,
                                                                   const LogSink& sink) {
  std::unique_ptr<CatalogueFile> catalogue(
      new CatalogueFile(files, directory + "/" + kCatalogueFile, clock));
  const auto bytes = io::ReadSmallFile(*files, catalogue->path_, kMaxCatalogueSize);
  if (absl::IsNotFound(bytes.status())) {
    if (auto made = catalogue->Rewrite({}); !made.ok()) return made;
    return catalogue;
  }
  if (!bytes.ok()) return bytes.status();
  if (auto synced = catalogue->SyncWhatWasRead(); !synced.ok()) return synced;
  auto contents = ParseCatalogue(*bytes, catalogue->path_);
  if (!contents.ok()) return contents.status();
  catalogue->image_ = std::move(contents->image);
  catalogue->later_ = std::move(contents->later);
  catalogue->batches_ = contents->batches;
  catalogue->size_ = contents->sound_size;
  const auto names = files->LinkCount(catalogue->path_);
  if (!names.ok()) return names.status();
  if (*names > 1) catalogue->must_rewrite_ = true;  // somebody linked the folder: theirs must stay
  if (contents->sound_size < bytes->size()) {
    if (sink) {
      sink(LogLevel::kWarning,
           fmt::format("{}: the last {} bytes are of a change that was not completed; dropped",
                       catalogue->path_, bytes->size() - contents->sound_size));
    }
    catalogue->must_rewrite_ = true;
  }
  if (catalogue->must_rewrite_ || catalogue->IsMostlyHistory()) {
    const CatalogueImage image = catalogue->image_;
    if (auto written = catalogue->Rewrite(image); !written.ok()) return written;
  }
  return catalogue;
}

// The last change may be that of a process that was killed before it could sync it. From now on it
// counts, and a power cut must not take a topic away with what is flushed into it.
absl::Status CatalogueFile::SyncWhatWasRead() {
  auto file = files_->Open(path_, io::OpenMode::kRead);
  return file.ok() ? (*file)->Sync() : file.status();
}

bool CatalogueFile::IsMostlyHistory() const {
  return batches_ >= kMinBatchesToRewrite &&
         batches_ / 2 > image_.size() + later_.values.size() + 1;
}

absl::StatusOr<std::string> CatalogueFile::ContentsFor(const CatalogueImage& image) const {
  return FormatCatalogue(image, absl::ToUnixMillis(clock_->Now()), later_);
}

absl::Status CatalogueFile::Commit(const CatalogueCommand& command) {
  if (auto follows = image_.Check(command); !follows.ok()) return follows;
  if (must_rewrite_ || IsMostlyHistory()) {
    return RewriteWith(command);
  }
  return Append(command);
}

absl::Status CatalogueFile::Append(const CatalogueCommand& command) {
  std::string bytes;
  if (auto made = AppendCommand(command, batches_, absl::ToUnixMillis(clock_->Now()), bytes);
      !made.ok()) {
    return made;
  }
  if (size_ + bytes.size() > LimitOf(command)) return RewriteWith(command);  // without history
  auto file = files_->Open(path_, io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->WriteAt(size_, bytes);
  if (status.ok()) status = (*file)->Sync();
  if (!status.ok()) {
    // What of it reached the disk is not known. The file is cut back now, so that the change does
    // not turn up later, and written anew before the next change.
    must_rewrite_ = true;
    (*file)->Truncate(size_).IgnoreError();
    return status;
  }
  size_ += bytes.size();
  ++batches_;
  image_.Apply(command);
  return absl::OkStatus();
}

absl::Status CatalogueFile::RewriteWith(const CatalogueCommand& command) {
  CatalogueImage changed = image_;
  changed.Apply(command);
  return Rewrite(changed, LimitOf(command));
}

absl::Status CatalogueFile::Rewrite(const CatalogueImage& image, std::size_t limit) {
  const auto bytes = FormatCatalogue(image, absl::ToUnixMillis(clock_->Now()), later_);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() > limit) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, ErrorCode::kPolicyViolation,
        fmt::format("{} would have {} bytes, of at most {}: delete topics, or take configs back",
                    path_, bytes->size(), limit));
  }
  // Until this has succeeded either file may be there, and both are whole.
  must_rewrite_ = true;
  if (auto replaced = io::ReplaceSmallFile(*files_, path_, *bytes); !replaced.ok()) return replaced;
  image_ = image;
  batches_ = image.size() + later_.values.size() + 1;
  size_ = bytes->size();
  must_rewrite_ = false;
  return absl::OkStatus();
}

}  // namespace rill::engine
