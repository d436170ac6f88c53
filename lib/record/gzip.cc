#include <algorithm>
#include <limits>

#include "record/codec_parts.h"

namespace rill::record {
namespace {

// 15 bits of window, the most there is; 16 more ask zlib for gzip's header and trailer.
constexpr int kGzipWindow = 15 + 16;
constexpr int kDefaultMemory = 8;

// zlib counts in unsigned int; a batch is less than 2^31 bytes, what comes out may be more.
uInt Clamp(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

Bytef* Input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
}

}  // namespace

GzipCodec::~GzipCodec() {
  if (deflate_ != nullptr) deflateEnd(deflate_.get());
  if (inflate_ != nullptr) inflateEnd(inflate_.get());
}

absl::Status GzipCodec::PrepareDeflate(int level) {
  if (deflate_ != nullptr && level == deflate_level_) {
    deflateReset(deflate_.get());
    return absl::OkStatus();
  }
  if (deflate_ != nullptr) deflateEnd(deflate_.get());
  deflate_ = std::make_unique<z_stream>();
  deflate_level_ = level;
  if (deflateInit2(deflate_.get(), level, Z_DEFLATED, kGzipWindow, kDefaultMemory,
                   Z_DEFAULT_STRATEGY) == Z_OK) {
    return absl::OkStatus();
  }
  deflate_ = nullptr;
  return NoMemory(Compression::kGzip, 1 << 18);
}

absl::Status GzipCodec::Compress(int level, std::string_view input, base::Buffer& output) {
  if (absl::Status ready = PrepareDeflate(level); !ready.ok()) return ready;
  const std::size_t capacity = output.size() + deflateBound(deflate_.get(), input.size());
  if (!output.Reserve(capacity)) return NoMemory(Compression::kGzip, capacity);
  deflate_->next_in = Input(input);
  deflate_->avail_in = Clamp(input.size());
  deflate_->next_out = reinterpret_cast<Bytef*>(output.data() + output.size());
  deflate_->avail_out = Clamp(output.capacity() - output.size());
  if (deflate(deflate_.get(), Z_FINISH) != Z_STREAM_END) {
    return CodecFailed(Compression::kGzip, "deflate did not finish");
  }
  output.Resize(output.size() + deflate_->total_out);
  return absl::OkStatus();
}

absl::Status GzipCodec::PrepareInflate() {
  if (inflate_ != nullptr) {
    inflateReset(inflate_.get());
    return absl::OkStatus();
  }
  inflate_ = std::make_unique<z_stream>();
  if (inflateInit2(inflate_.get(), kGzipWindow) == Z_OK) return absl::OkStatus();
  inflate_ = nullptr;
  return NoMemory(Compression::kGzip, 1 << 16);
}

absl::Status GzipCodec::Decompress(std::string_view input, CappedOutput& output) {
  if (absl::Status ready = PrepareInflate(); !ready.ok()) return ready;
  z_stream& z = *inflate_;
  z.next_in = Input(input);
  z.avail_in = Clamp(input.size());
  for (;;) {
    if (absl::Status room = output.MakeRoom(input.size() * 4); !room.ok()) return room;
    const uInt offered = Clamp(output.room());
    z.next_out = reinterpret_cast<Bytef*>(output.at());
    z.avail_out = offered;
    const int result = inflate(&z, Z_NO_FLUSH);
    if (absl::Status taken = output.Take(offered - z.avail_out); !taken.ok()) return taken;
    if (result == Z_STREAM_END) {
      if (z.avail_in == 0) return absl::OkStatus();
      inflateReset(&z);  // another member follows
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return output.Corrupt(z.msg != nullptr ? z.msg : zError(result));
    } else if (z.avail_in == 0 && z.avail_out > 0) {
      return output.Corrupt("the stream ends early");
    }
  }
}

}  // namespace rill::record
