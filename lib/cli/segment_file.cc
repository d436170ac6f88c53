#include "cli/segment_file.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr std::size_t kMagicAt = 16;
constexpr std::int64_t kHeaderUpToMagic = kMagicAt + 1;

}  // namespace

std::int64_t Frame::base_offset() const { return base::LoadBigEndian<std::int64_t>(bytes.data()); }

std::int8_t Frame::magic() const { return static_cast<std::int8_t>(bytes[kMagicAt]); }

std::int64_t Frame::last_offset() const {
  if (is_old_format()) return base_offset();
  return record_internal::WrappingAdd(base_offset(), batch().last_offset_delta());
}

absl::StatusOr<SegmentFile> SegmentFile::Open(io::FileSystem& files, const std::string& path) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size > std::numeric_limits<std::int32_t>::max()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
        fmt::format("{}: has {} bytes, and no segment of Kafka's has 2 GiB or more", path, *size));
  }
  return SegmentFile(*std::move(file), static_cast<std::int64_t>(*size));
}

absl::Status SegmentFile::Locate(std::int64_t position, const absl::Status& error) const {
  return MakeError(
      error.code(), GetErrorCode(error),
      fmt::format("{}: position {}: {}", file_->path(), position, std::string(error.message())));
}

absl::Status SegmentFile::Damage(std::int64_t position, const std::string& what) const {
  return Locate(position, MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage, what));
}

absl::StatusOr<std::string_view> SegmentFile::ReadBytes(std::int64_t position, std::size_t size) {
  if (!buffer_.Reserve(size)) {
    return MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kUnknownServerError,
                     fmt::format("{}: no memory for {} bytes", file_->path(), size));
  }
  const auto read = file_->ReadAt(static_cast<std::uint64_t>(position), buffer_.data(), size);
  if (!read.ok()) return read.status();
  buffer_.Resize(*read);
  return buffer_.view();
}

absl::StatusOr<std::optional<Frame>> SegmentFile::Read(std::int64_t position, std::int64_t end,
                                                       Depth depth) {
  if (position >= end - kHeaderUpToMagic) return std::nullopt;
  // A writer stores the length last, so what is read behind having seen it is the whole batch.
  auto head = ReadBytes(position, kLogOverhead);
  if (!head.ok()) return head.status();
  if (head->size() < kLogOverhead) return std::nullopt;  // cut by its writer since it was opened
  const auto length = base::LoadBigEndian<std::int32_t>(head->data() + sizeof(std::int64_t));
  if (length < kMinFrameLength) {
    return Damage(position, fmt::format("a batch of length {}, which none can have", length));
  }
  const std::size_t size = kLogOverhead + static_cast<std::size_t>(length);
  if (static_cast<std::int64_t>(size) > end - position) return std::nullopt;
  if (depth == Depth::kWhole && size > kMaxFrameSize) {
    return Damage(position, fmt::format("a batch of {} bytes; rill dump-log reads no more than {} "
                                        "at once",
                                        size, kMaxFrameSize));
  }
  // A batch that claims to be shorter than its header is shown with what stands there.
  const auto bytes = ReadBytes(
      position, depth == Depth::kWhole ? std::max(size, kBatchHeaderSize) : kBatchHeaderSize);
  if (!bytes.ok()) return bytes.status();
  Frame frame{.position = position, .bytes = *bytes, .size = size};
  const bool is_old = bytes->size() > kMagicAt && frame.is_old_format();
  if (bytes->size() < (is_old ? std::min(size, kBatchHeaderSize) : kBatchHeaderSize)) {
    return Damage(position,
                  fmt::format("the file ends within the header of a batch of {} bytes", size));
  }
  return frame;
}

}  // namespace rill::cli
