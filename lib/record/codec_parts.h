#pragma once

#include <zlib.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/buffer.h"
#include "rill/record_batch.h"

struct LZ4F_cctx_s;
struct LZ4F_dctx_s;
struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

// The four codecs behind Codec, which has checked levels before they are called.
namespace rill::record {

// Where decompressed bytes go: the end of a buffer that grows with what was written into it, so
// that no claim of the input makes it grow. It lets one byte more than the cap be written, for then
// "passed the cap" is seen without asking the codec whether more would come.
class CappedOutput {
 public:
  CappedOutput(Compression compression, base::Buffer& buffer, std::size_t max_size);

  // Makes room for at least one byte: for twice what was written, or, at first, for `expected`
  // bytes.
  absl::Status MakeRoom(std::size_t expected);
  // Makes room for `size` bytes, which the caller has reason to believe in. Past the cap it fails.
  absl::Status MakeRoomFor(std::size_t size);
  char* at() { return buffer_.data() + buffer_.size(); }
  // How many bytes may be written at at().
  std::size_t room() const;
  // Takes `size` bytes written at at(). ResourceExhausted past the cap.
  absl::Status Take(std::size_t size);
  // Forgets all that was taken.
  void Restart() { buffer_.Resize(begin_); }
  // How much may come before the cap.
  std::size_t left() const { return max_size_ - written(); }

  absl::Status Corrupt(std::string_view cause) const;
  absl::Status PastCap() const;

 private:
  std::size_t written() const { return buffer_.size() - begin_; }
  absl::Status Reserve(std::size_t size);

  Compression compression_;
  base::Buffer& buffer_;
  const std::size_t begin_;
  const std::size_t max_size_;
};

absl::Status CodecFailed(Compression compression, std::string_view cause);
absl::Status NoMemory(Compression compression, std::size_t size);

class GzipCodec {
 public:
  ~GzipCodec();
  absl::Status Compress(int level, std::string_view input, base::Buffer& output);
  absl::Status Decompress(std::string_view input, CappedOutput& output);

 private:
  absl::Status PrepareDeflate(int level);
  absl::Status PrepareInflate();
  std::unique_ptr<z_stream> deflate_;
  std::unique_ptr<z_stream> inflate_;
  int deflate_level_ = 0;
};

class SnappyCodec {
 public:
  absl::Status Compress(std::string_view input, base::Buffer& output);
  absl::Status Decompress(std::string_view input, CappedOutput& output);
};

class Lz4Codec {
 public:
  ~Lz4Codec();
  absl::Status Compress(int level, std::string_view input, base::Buffer& output);
  absl::Status Decompress(std::string_view input, CappedOutput& output);

 private:
  absl::Status DecompressFrames(std::string_view input, CappedOutput& output);

  LZ4F_cctx_s* compress_ = nullptr;
  LZ4F_dctx_s* decompress_ = nullptr;
};

class ZstdCodec {
 public:
  ~ZstdCodec();
  absl::Status Compress(int level, std::string_view input, base::Buffer& output);
  absl::Status Decompress(std::string_view input, CappedOutput& output);

 private:
  absl::Status Stream(std::string_view input, CappedOutput& output, bool& window_too_large);
  absl::Status AtOnce(std::string_view input, std::size_t expected, CappedOutput& output);
  ZSTD_CCtx_s* compress_ = nullptr;
  ZSTD_DCtx_s* decompress_ = nullptr;
};

}  // namespace rill::record
