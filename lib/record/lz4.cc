#include <lz4frame.h>

#include "record/codec_parts.h"

namespace rill::record {
namespace {

// Kafka takes its default level, 9, as the fast compressor and all others as the high one, whose
// least level is 3 in liblz4 and whose highest is 12.
constexpr int kKafkaDefault = 9;
constexpr int kFast = 0;
constexpr int kLeastHigh = 3;

LZ4F_preferences_t Preferences(int level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel =
      level == kKafkaDefault ? kFast : (level < kLeastHigh ? kLeastHigh : level);
  preferences.autoFlush = 1;  // all input is at hand: no copy into the context
  return preferences;
}

}  // namespace

Lz4Codec::~Lz4Codec() {
  LZ4F_freeCompressionContext(compress_);
  LZ4F_freeDecompressionContext(decompress_);
}

absl::Status Lz4Codec::Compress(int level, std::string_view input, base::Buffer& output) {
  if (compress_ == nullptr &&
      LZ4F_isError(LZ4F_createCompressionContext(&compress_, LZ4F_VERSION))) {
    compress_ = nullptr;
    return NoMemory(Compression::kLz4, 1 << 14);
  }
  const LZ4F_preferences_t preferences = Preferences(level);
  const std::size_t capacity =
      output.size() + LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(input.size(), &preferences);
  if (!output.Reserve(capacity)) return NoMemory(Compression::kLz4, capacity);

  std::size_t size = output.size();
  const auto room = [&] { return output.capacity() - size; };
  std::size_t wrote = LZ4F_compressBegin(compress_, output.data() + size, room(), &preferences);
  if (LZ4F_isError(wrote)) return CodecFailed(Compression::kLz4, LZ4F_getErrorName(wrote));
  size += wrote;
  wrote = LZ4F_compressUpdate(compress_, output.data() + size, room(), input.data(), input.size(),
                              nullptr);
  if (LZ4F_isError(wrote)) return CodecFailed(Compression::kLz4, LZ4F_getErrorName(wrote));
  size += wrote;
  wrote = LZ4F_compressEnd(compress_, output.data() + size, room(), nullptr);
  if (LZ4F_isError(wrote)) return CodecFailed(Compression::kLz4, LZ4F_getErrorName(wrote));
  output.Resize(size + wrote);
  return absl::OkStatus();
}

absl::Status Lz4Codec::Decompress(std::string_view input, CappedOutput& output) {
  if (decompress_ == nullptr &&
      LZ4F_isError(LZ4F_createDecompressionContext(&decompress_, LZ4F_VERSION))) {
    decompress_ = nullptr;
    return NoMemory(Compression::kLz4, 1 << 8);
  }
  absl::Status status = DecompressFrames(input, output);
  if (!status.ok()) {
    // LZ4F_resetDecompressionContext keeps how much a broken frame had left of the size that it
    // claimed, and the end of the next frame, which may claim none, is then refused (liblz4 1.9.4).
    LZ4F_freeDecompressionContext(decompress_);
    decompress_ = nullptr;
  }
  return status;
}

absl::Status Lz4Codec::DecompressFrames(std::string_view input, CappedOutput& output) {
  const std::size_t expected = input.size() * 4;
  for (;;) {
    if (absl::Status room = output.MakeRoom(expected); !room.ok()) return room;
    const std::size_t offered = output.room();
    std::size_t wrote = offered;
    std::size_t read = input.size();
    const std::size_t result =
        LZ4F_decompress(decompress_, output.at(), &wrote, input.data(), &read, nullptr);
    if (LZ4F_isError(result)) return output.Corrupt(LZ4F_getErrorName(result));
    if (absl::Status taken = output.Take(wrote); !taken.ok()) return taken;
    input.remove_prefix(read);
    if (input.empty() && result == 0) return absl::OkStatus();
    if (input.empty() && wrote < offered) return output.Corrupt("the frame ends early");
    if (read == 0 && wrote == 0) return output.Corrupt("the frame leads nowhere");
  }
}

}  // namespace rill::record
