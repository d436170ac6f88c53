#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

#include "record/codec_parts.h"

namespace rill::record {
namespace {

// 8 MiB: the window that every decoder should take, says the format. Larger ones are not given a
// window buffer of our own (a header of a few bytes can ask for 128 MiB); see AtOnce.
constexpr int kMaxWindowLog = 23;

// Output that is at most this many times the input is believed and made room for at once.
constexpr std::size_t kBelievableRatio = 64;

// Where AtOnce begins for a frame that asks for a large window: it expects much.
constexpr std::size_t kFirstOutput = std::size_t{1} << 20;

}  // namespace

ZstdCodec::~ZstdCodec() {
  ZSTD_freeCCtx(compress_);
  ZSTD_freeDCtx(decompress_);
}

absl::Status ZstdCodec::Compress(int level, std::string_view input, base::Buffer& output) {
  if (compress_ == nullptr) compress_ = ZSTD_createCCtx();
  if (compress_ == nullptr) return NoMemory(Compression::kZstd, 1 << 13);
  const std::size_t capacity = output.size() + ZSTD_compressBound(input.size());
  if (!output.Reserve(capacity)) return NoMemory(Compression::kZstd, capacity);
  ZSTD_CCtx_setParameter(compress_, ZSTD_c_compressionLevel, level);
  const std::size_t size =
      ZSTD_compress2(compress_, output.data() + output.size(), output.capacity() - output.size(),
                     input.data(), input.size());
  if (ZSTD_isError(size)) return CodecFailed(Compression::kZstd, ZSTD_getErrorName(size));
  output.Resize(output.size() + size);
  return absl::OkStatus();
}

absl::Status ZstdCodec::Decompress(std::string_view input, CappedOutput& output) {
  if (decompress_ == nullptr) {
    decompress_ = ZSTD_createDCtx();
    if (decompress_ == nullptr) return NoMemory(Compression::kZstd, 1 << 17);
    ZSTD_DCtx_setParameter(decompress_, ZSTD_d_windowLogMax, kMaxWindowLog);
  }
  const unsigned long long size = ZSTD_getFrameContentSize(input.data(), input.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return output.Corrupt("not a zstd frame");
  const bool known = size != ZSTD_CONTENTSIZE_UNKNOWN && size <= input.size() * kBelievableRatio;
  if (known && ZSTD_findFrameCompressedSize(input.data(), input.size()) == input.size()) {
    return AtOnce(input, size, output);
  }
  bool window_too_large = false;
  absl::Status streamed = Stream(input, output, window_too_large);
  return window_too_large ? AtOnce(input, kFirstOutput, output) : streamed;
}

absl::Status ZstdCodec::Stream(std::string_view input, CappedOutput& output,
                               bool& window_too_large) {
  ZSTD_DCtx_reset(decompress_, ZSTD_reset_session_only);
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  for (;;) {
    if (absl::Status room = output.MakeRoom(input.size() * 4); !room.ok()) return room;
    ZSTD_outBuffer out{output.at(), output.room(), 0};
    const std::size_t result = ZSTD_decompressStream(decompress_, &out, &in);
    if (ZSTD_isError(result)) {
      window_too_large = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
      return output.Corrupt(ZSTD_getErrorName(result));
    }
    if (absl::Status taken = output.Take(out.pos); !taken.ok()) return taken;
    if (in.pos == in.size && result == 0) return absl::OkStatus();
    if (in.pos == in.size && out.pos < out.size) return output.Corrupt("the frame ends early");
  }
}

// Decompresses straight into the output, which serves as the window. Where the size is not known,
// it tries again with twice the room each time that what really comes out did not fit.
absl::Status ZstdCodec::AtOnce(std::string_view input, std::size_t expected, CappedOutput& output) {
  output.Restart();
  for (std::size_t room = std::max<std::size_t>(expected, 1);; room *= 2) {
    room = std::min(room, output.left());
    if (absl::Status made = output.MakeRoomFor(room); !made.ok()) return made;
    const std::size_t size =
        ZSTD_decompressDCtx(decompress_, output.at(), room, input.data(), input.size());
    if (!ZSTD_isError(size)) return output.Take(size);
    if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) {
      return output.Corrupt(ZSTD_getErrorName(size));
    }
    if (room == output.left()) return output.PastCap();
  }
}

}  // namespace rill::record
