#include "record/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "record/codec_parts.h"
#include "rill/error.h"

namespace rill::record {
namespace {

// What output starts with where the codec gives no better hint.
constexpr std::size_t kFirstOutput = 4096;

// No cap is above this, so that sizes can be added without a care.
constexpr std::size_t kMostOutput = std::numeric_limits<std::size_t>::max() / 4;

struct Levels {
  int least;
  int most;
  int standard;
};

constexpr Levels LevelsOf(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return {1, 9, -1};
    case Compression::kLz4:
      return {1, 17, 9};
    case Compression::kZstd:
      return {-131072, 22, 3};
    default:
      return {0, 0, 0};
  }
}

absl::Status CopyPlain(std::string_view input, CappedOutput& output) {
  while (!input.empty()) {
    if (absl::Status room = output.MakeRoom(input.size()); !room.ok()) return room;
    const std::size_t size = std::min(input.size(), output.room());
    std::memcpy(output.at(), input.data(), size);
    if (absl::Status taken = output.Take(size); !taken.ok()) return taken;
    input.remove_prefix(size);
  }
  return absl::OkStatus();
}

}  // namespace

CappedOutput::CappedOutput(Compression compression, base::Buffer& buffer, std::size_t max_size)
    : compression_(compression),
      buffer_(buffer),
      begin_(buffer.size()),
      max_size_(std::min(max_size, kMostOutput)) {}

absl::Status CappedOutput::Reserve(std::size_t size) {
  const std::size_t capacity = begin_ + std::min(size, max_size_ + 1);
  return buffer_.Reserve(capacity) ? absl::OkStatus() : NoMemory(compression_, capacity);
}

absl::Status CappedOutput::MakeRoom(std::size_t expected) {
  if (room() > 0) return absl::OkStatus();
  return Reserve(written() == 0 ? std::max(expected, kFirstOutput) : written() * 2);
}

absl::Status CappedOutput::MakeRoomFor(std::size_t size) {
  return size <= left() ? Reserve(written() + size) : PastCap();
}

std::size_t CappedOutput::room() const {
  return std::min(buffer_.capacity() - begin_, max_size_ + 1) - written();
}

absl::Status CappedOutput::Take(std::size_t size) {
  buffer_.Resize(buffer_.size() + size);
  return written() > max_size_ ? PastCap() : absl::OkStatus();
}

absl::Status CappedOutput::Corrupt(std::string_view cause) const {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("{}: {}", CompressionName(compression_), cause));
}

absl::Status CappedOutput::PastCap() const {
  return MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kMessageTooLarge,
                   fmt::format("{}: more than the allowed {} bytes come out when decompressed",
                               CompressionName(compression_), max_size_));
}

absl::Status CodecFailed(Compression compression, std::string_view cause) {
  return absl::InternalError(fmt::format("{}: {}", CompressionName(compression), cause));
}

absl::Status NoMemory(Compression compression, std::size_t size) {
  return absl::ResourceExhaustedError(
      fmt::format("{}: no memory for {} bytes", CompressionName(compression), size));
}

absl::Status CheckCompressionLevel(Compression compression, int level) {
  const Levels levels = LevelsOf(compression);
  if (level == 0 || level == levels.standard) return absl::OkStatus();
  if (level >= levels.least && level <= levels.most) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
      levels.least == levels.most
          ? fmt::format("{} has no compression levels, {} was given", CompressionName(compression),
                        level)
          : fmt::format("compression level {} for {}: the levels are {} to {}, the default {}",
                        level, CompressionName(compression), levels.least, levels.most,
                        levels.standard));
}

struct Codec::Parts {
  GzipCodec gzip;
  SnappyCodec snappy;
  Lz4Codec lz4;
  ZstdCodec zstd;
};

Codec::Codec() = default;
Codec::~Codec() = default;
Codec::Codec(Codec&&) noexcept = default;
Codec& Codec::operator=(Codec&&) noexcept = default;

Codec::Parts& Codec::parts() {
  if (parts_ == nullptr) parts_ = std::make_unique<Parts>();
  return *parts_;
}

absl::Status Codec::Compress(Compression compression, int level, std::string_view input,
                             base::Buffer& output) {
  if (absl::Status ok = CheckCompressionLevel(compression, level); !ok.ok()) return ok;
  if (level == 0) level = LevelsOf(compression).standard;
  switch (compression) {
    case Compression::kNone: {
      CappedOutput plain(compression, output, input.size());
      return CopyPlain(input, plain);
    }
    case Compression::kGzip:
      return parts().gzip.Compress(level, input, output);
    case Compression::kSnappy:
      return parts().snappy.Compress(input, output);
    case Compression::kLz4:
      return parts().lz4.Compress(level, input, output);
    case Compression::kZstd:
      return parts().zstd.Compress(level, input, output);
  }
  return CodecFailed(compression, "no such codec");
}

absl::Status Codec::Decompress(Compression compression, std::string_view input,
                               std::size_t max_size, base::Buffer& output) {
  const std::size_t before = output.size();
  CappedOutput capped(compression, output, max_size);
  absl::Status status = capped.Corrupt(fmt::format("no codec has the number {}", int(compression)));
  switch (compression) {
    case Compression::kNone:
      status = CopyPlain(input, capped);
      break;
    case Compression::kGzip:
      status = parts().gzip.Decompress(input, capped);
      break;
    case Compression::kSnappy:
      status = parts().snappy.Decompress(input, capped);
      break;
    case Compression::kLz4:
      status = parts().lz4.Decompress(input, capped);
      break;
    case Compression::kZstd:
      status = parts().zstd.Decompress(input, capped);
      break;
  }
  if (!status.ok()) output.Resize(before);
  return status;
}

}  // namespace rill::record
