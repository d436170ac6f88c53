#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "base/buffer.h"
#include "rill/record_batch.h"

namespace rill::record {

// InvalidArgument (INVALID_CONFIG) unless `level` is one that Kafka's configs take for the codec:
// gzip -1 and 1 to 9, lz4 1 to 17, zstd -131072 to 22; and 0 for any, which means Kafka's default
// (gzip -1, lz4 9, zstd 3). The others have no levels and take 0 alone.
absl::Status CheckCompressionLevel(Compression compression, int level);

// Compresses and decompresses the records of batches, in the framing that Kafka's clients use:
//
//   gzip    one member; reads several
//   snappy  xerial's stream of 32 KiB blocks; reads that and a bare snappy block
//   lz4     a frame of independent 64 KiB blocks without checksums; reads any legal frames
//   zstd    one frame with its content size; reads any legal frames
//
// Owns the codecs' working memory, made on first use and used again: keep one for many batches. Not
// thread-safe.
class Codec {
 public:
  Codec();
  ~Codec();
  Codec(Codec&&) noexcept;
  Codec& operator=(Codec&&) noexcept;

  // Appends `input`, compressed, to `output`. InvalidArgument as CheckCompressionLevel;
  // ResourceExhausted when memory is refused; Internal when the codec fails.
  absl::Status Compress(Compression compression, int level, std::string_view input,
                        base::Buffer& output);

  // Appends what `input` holds to `output`. What it claims about sizes is not believed: memory for
  // output grows with what was really decompressed, and each codec's own working memory stays below
  // about 10 MiB. Errors, in which case `output` is as before:
  //   DataLoss (CORRUPT_MESSAGE)    the bytes are not what the codec writes; names codec and cause
  //   ResourceExhausted             more than `max_size` bytes come out, or memory is refused
  absl::Status Decompress(Compression compression, std::string_view input, std::size_t max_size,
                          base::Buffer& output);

 private:
  struct Parts;
  Parts& parts();
  std::unique_ptr<Parts> parts_;
};

}  // namespace rill::record
