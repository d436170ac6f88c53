#include "record/codec.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "base/buffer.h"
#include "base/bytes.h"
#include "batches.h"
#include "catch.h"
#include "rill/error.h"

namespace rill::record {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kNoCap = std::size_t{1} << 30;

std::string Compressed(Compression compression, std::string_view input, int level = 0) {
  Codec codec;
  base::Buffer output;
  REQUIRE(codec.Compress(compression, level, input, output).ok());
  return std::string(output.view());
}

absl::StatusOr<std::string> Decompressed(Compression compression, std::string_view input,
                                         std::size_t cap = kNoCap) {
  Codec codec;
  base::Buffer output;
  absl::Status status = codec.Decompress(compression, input, cap, output);
  if (!status.ok()) {
    CHECK(output.size() == 0);
    return status;
  }
  return std::string(output.view());
}

std::string Text(std::size_t size) {
  std::string text;
  for (std::int64_t i = 0; text.size() < size; ++i)
    text += "line " + std::to_string(i * 7919) + "\n";
  text.resize(size);
  return text;
}

TEST_CASE("what is compressed comes back, at any size, from one codec used again and again") {
  Codec codec;
  base::Buffer packed;
  base::Buffer unpacked;
  SeededRandom random;
  INFO("RILL_SEED=" << random.seed());
  for (const std::size_t size : {0, 1, 100, 32'767, 32'768, 32'769, 65'536, 65'537, 1'000'000}) {
    for (const std::string& input : {Text(size), std::string(size, 'a'), random.Bytes(size)}) {
      for (const Compression compression : kCodecs) {
        INFO(CompressionName(compression) << ", " << size << " bytes");
        packed.Clear();
        unpacked.Clear();
        REQUIRE(codec.Compress(compression, 0, input, packed).ok());
        CHECK(codec.Decompress(compression, packed.view(), input.size(), unpacked).ToString() ==
              "OK");
        CHECK((unpacked.view() == input));
        if (input.empty()) continue;
        unpacked.Clear();
        const absl::Status capped =
            codec.Decompress(compression, packed.view(), input.size() - 1, unpacked);
        CHECK(capped.code() == absl::StatusCode::kResourceExhausted);
      }
    }
  }
}

TEST_CASE("output is put behind what the buffer holds") {
  for (const Compression compression : kCodecs) {
    Codec codec;
    base::Buffer packed;
    REQUIRE(packed.Reserve(3));
    std::copy_n("abc", 3, packed.data());
    packed.Resize(3);
    base::Buffer unpacked;
    REQUIRE(unpacked.Reserve(3));
    std::copy_n("xyz", 3, unpacked.data());
    unpacked.Resize(3);
    REQUIRE(codec.Compress(compression, 0, "payload", packed).ok());
    CHECK(packed.view().substr(0, 3) == "abc");
    REQUIRE(codec.Decompress(compression, packed.view().substr(3), kNoCap, unpacked).ok());
    CHECK(unpacked.view() == "xyzpayload");
    CHECK_FALSE(codec.Decompress(compression, packed.view().substr(3), 3, unpacked).ok());
    CHECK(unpacked.view() == "xyzpayload");
  }
}

TEST_CASE("every level that Kafka has works, and the others are refused by name") {
  const std::string text = Text(200'000);
  const auto works = [&](Compression compression, int level) {
    const auto back = Decompressed(compression, Compressed(compression, text, level));
    return back.ok() && *back == text;
  };
  for (const int level : {-1, 1, 2, 3, 4, 5, 6, 7, 8, 9}) CHECK(works(Compression::kGzip, level));
  for (int level = 1; level <= 17; ++level) CHECK(works(Compression::kLz4, level));
  for (const int level : {-131072, -7, -1, 1, 3, 19, 22}) CHECK(works(Compression::kZstd, level));
  const std::pair<Compression, int> refused[] = {
      {Compression::kGzip, -2},  {Compression::kGzip, 10},      {Compression::kLz4, -1},
      {Compression::kLz4, 18},   {Compression::kZstd, -131073}, {Compression::kZstd, 23},
      {Compression::kSnappy, 1}, {Compression::kNone, 1},
  };
  for (const auto& [compression, level] : refused) {
    const absl::Status status = CheckCompressionLevel(compression, level);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
    CHECK(std::string(status.message()).find(std::to_string(level)) != std::string::npos);
    BatchBuilder builder({.compression = compression, .compression_level = level});
    REQUIRE(builder.Append({.value = "v"}).ok());
    if (compression == Compression::kNone) continue;
    CHECK(builder.Seal().status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("higher levels make smaller output") {
  const std::string text = Text(300'000);
  for (const auto& [codec, low, high] :
       {std::tuple{Compression::kGzip, 1, 9}, std::tuple{Compression::kLz4, 9, 12},
        std::tuple{Compression::kZstd, -50, 19}}) {
    CHECK(Compressed(codec, text, high).size() < Compressed(codec, text, low).size());
  }
}

TEST_CASE("snappy is written as xerial's stream of 32 KiB blocks") {
  const std::string text = Text(70'000);
  const std::string stream = Compressed(Compression::kSnappy, text);
  CHECK((stream.substr(0, 16) == "\x82SNAPPY\0\0\0\0\1\0\0\0\1"sv));
  std::string_view rest = std::string_view(stream).substr(16);
  std::vector<std::size_t> sizes;
  while (!rest.empty()) {
    const auto size = base::LoadBigEndian<std::int32_t>(rest.data());
    std::string block;
    REQUIRE(snappy::Uncompress(rest.data() + 4, static_cast<std::size_t>(size), &block));
    sizes.push_back(block.size());
    rest.remove_prefix(4 + static_cast<std::size_t>(size));
  }
  CHECK(sizes == std::vector<std::size_t>{32'768, 32'768, 70'000 - 65'536});
}

TEST_CASE("a bare snappy block is read, and streams that follow one another") {
  const std::string text = Text(100'000);
  std::string bare;
  snappy::Compress(text.data(), text.size(), &bare);
  CHECK(*Decompressed(Compression::kSnappy, bare) == text);
  const std::string stream = Compressed(Compression::kSnappy, text);
  CHECK(*Decompressed(Compression::kSnappy, stream + stream) == text + text);
}

TEST_CASE("lz4 is written as Kafka's frame: version 1, independent 64 KiB blocks, no checksums") {
  const std::string frame = Compressed(Compression::kLz4, Text(200'000));
  CHECK((frame.substr(0, 4) == "\x04\x22\x4d\x18"sv));
  CHECK(static_cast<unsigned char>(frame[4]) == 0x60);
  CHECK(static_cast<unsigned char>(frame[5]) == 0x40);
  CHECK((frame.substr(frame.size() - 4) == "\0\0\0\0"sv));
}

TEST_CASE("lz4 frames with linked blocks, checksums, sizes and larger blocks are read") {
  const std::string text = Text(6'000'000);
  for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    for (const auto mode : {LZ4F_blockLinked, LZ4F_blockIndependent}) {
      LZ4F_preferences_t preferences{};
      preferences.frameInfo.blockSizeID = block;
      preferences.frameInfo.blockMode = mode;
      preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
      preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
      preferences.frameInfo.contentSize = text.size();
      std::string frame(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
      frame.resize(
          LZ4F_compressFrame(frame.data(), frame.size(), text.data(), text.size(), &preferences));
      CHECK((*Decompressed(Compression::kLz4, frame) == text));
    }
  }
}

TEST_CASE("frames and members that follow one another are read as one") {
  const std::string text = Text(100'000);
  for (const Compression codec : {Compression::kGzip, Compression::kLz4, Compression::kZstd}) {
    INFO(CompressionName(codec));
    const std::string packed = Compressed(codec, text);
    CHECK(*Decompressed(codec, packed + packed + packed) == text + text + text);
  }
}

std::string ZstdStream(std::string_view text, int level, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  if (window_log != 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string frame(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);  // the size is not known yet
  while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
  }
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  return frame;
}

TEST_CASE("zstd frames without a content size are read, whatever window they ask for") {
  const std::string text = Text(3'000'000);
  for (const int window_log : {10, 0, 23, 24, 27}) {
    INFO("window log " << window_log);
    const std::string frame = ZstdStream(text, 3, window_log);
    REQUIRE(ZSTD_getFrameContentSize(frame.data(), frame.size()) == ZSTD_CONTENTSIZE_UNKNOWN);
    CHECK((*Decompressed(Compression::kZstd, frame) == text));
    CHECK((*Decompressed(Compression::kZstd, frame + frame) == text + text));
    CHECK(Decompressed(Compression::kZstd, frame, text.size() - 1).status().code() ==
          absl::StatusCode::kResourceExhausted);
  }
}

TEST_CASE("a small zstd frame before one with a large window is not shown twice") {
  const std::string small = Text(1000);
  const std::string large = Text(2'000'000);
  const std::string frames = ZstdStream(small, 3, 10) + ZstdStream(large, 3, 27);
  CHECK((*Decompressed(Compression::kZstd, frames) == small + large));
}

TEST_CASE("a gzip member with a name and a comment is read") {
  const std::string text = Text(5000);
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  char name[] = "file";
  gz_header header{};
  header.name = reinterpret_cast<Bytef*>(name);
  header.comment = reinterpret_cast<Bytef*>(name);
  header.hcrc = 1;
  deflateSetHeader(&z, &header);
  std::string member(10'000, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(member.data());
  z.avail_out = static_cast<uInt>(member.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  member.resize(z.total_out);
  deflateEnd(&z);
  CHECK(*Decompressed(Compression::kGzip, member) == text);
}

TEST_CASE("a bomb stops at the cap and never takes much more memory than the cap") {
  const std::string zeros(64 << 20, '\0');
  constexpr std::size_t kCap = 1 << 20;
  for (const Compression compression : kCodecs) {
    INFO(CompressionName(compression));
    const std::string bomb = Compressed(compression, zeros);
    Codec codec;
    base::Buffer output;
    const absl::Status status = codec.Decompress(compression, bomb, kCap, output);
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(std::string(status.message()).find(CompressionName(compression)) != std::string::npos);
    CHECK(output.capacity() <= 2 * kCap + 2);
  }
}

TEST_CASE("a length that lies makes nothing grow") {
  const auto grown = [](Compression compression, std::string_view input) {
    Codec codec;
    base::Buffer output;
    const absl::Status status = codec.Decompress(compression, input, kNoCap, output);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(GetErrorCode(status) == ErrorCode::kCorruptMessage);
    CHECK(std::string(status.message()).find(CompressionName(compression)) == 0);
    return output.capacity();
  };
  // Bare snappy that claims 2^32-1 bytes, alone and as a block of a stream.
  CHECK(grown(Compression::kSnappy, "\xff\xff\xff\xff\x0f\0a"sv) <= 4096);
  CHECK(grown(Compression::kSnappy,
              "\x82SNAPPY\0\0\0\0\1\0\0\0\1\0\0\0\7\xff\xff\xff\xff\x0f\0a"sv) <= 4096);
  // A zstd frame of one segment that claims 2^29 bytes and holds a raw block of one.
  CHECK(grown(Compression::kZstd, "\x28\xb5\x2f\xfd\xa0\0\0\0\x20\x09\0\0a"sv) <= 4 << 20);
  // One without a size that asks for a window of 2^41 bytes.
  CHECK(grown(Compression::kZstd, "\x28\xb5\x2f\xfd\0\xf8\x09\0\0a"sv) <= 4 << 20);
}

TEST_CASE("damaged bytes are DataLoss that names the codec") {
  const std::string text = Text(3000);
  SeededRandom random;
  INFO("RILL_SEED=" << random.seed());
  for (const Compression codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    INFO(CompressionName(codec));
    const std::string packed = Compressed(codec, text);
    // Snappy's stream can end behind any block, and so behind its header.
    for (std::size_t size = 0; size < packed.size(); ++size) {
      if (codec == Compression::kSnappy && size == 16) continue;
      INFO("cut to " << size);
      const auto cut = Decompressed(codec, packed.substr(0, size));
      CHECK(cut.status().code() == absl::StatusCode::kDataLoss);
      CHECK(std::string(cut.status().message()).find(CompressionName(codec)) == 0);
    }
    for (int i = 0; i < 3000; ++i) {
      std::string damaged = packed;
      damaged[random.UpTo(damaged.size() - 1)] ^= static_cast<char>(1 + random.UpTo(254));
      const auto read = Decompressed(codec, damaged, 1 << 16);
      // Not all codecs notice all damage (the batch's CRC does); none may do anything but say so.
      if (!read.ok()) CHECK(read.status().code() != absl::StatusCode::kInternal);
    }
    CHECK_FALSE(Decompressed(codec, packed + "trailing").ok());
    CHECK_FALSE(Decompressed(codec, "").ok());
    CHECK_FALSE(Decompressed(codec, "no such thing").ok());
  }
}

TEST_CASE("a codec works on after it met damage") {
  const std::string text = Text(100'000);
  for (const Compression compression :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Codec codec;
    base::Buffer packed;
    REQUIRE(codec.Compress(compression, 0, text, packed).ok());
    base::Buffer output;
    const auto half = packed.view().substr(0, packed.size() / 2);
    CHECK_FALSE(codec.Decompress(compression, half, kNoCap, output).ok());
    CHECK(codec.Decompress(compression, packed.view(), kNoCap, output).ok());
    CHECK((output.view() == text));
    output.Clear();
    CHECK_FALSE(codec.Decompress(compression, packed.view(), 10, output).ok());
    CHECK(codec.Decompress(compression, packed.view(), kNoCap, output).ok());
    CHECK((output.view() == text));
  }
}

TEST_CASE("a broken lz4 frame that claims a size does not take the next frame with it") {
  const std::string text = Text(100'000);
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentSize = text.size();
  std::string sized(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
  sized.resize(
      LZ4F_compressFrame(sized.data(), sized.size(), text.data(), text.size(), &preferences));
  const std::string unsized = Compressed(Compression::kLz4, text);
  const std::string_view half = std::string_view(sized).substr(0, sized.size() / 2);
  for (const auto& [broken, cap] :
       {std::pair(half, kNoCap), std::pair(std::string_view(sized), std::size_t{10})}) {
    Codec codec;
    base::Buffer output;
    CHECK_FALSE(codec.Decompress(Compression::kLz4, broken, cap, output).ok());
    CHECK(codec.Decompress(Compression::kLz4, unsized, kNoCap, output).ok());
    CHECK((output.view() == text));
  }
}

TEST_CASE("a batch whose records pass the cap is refused with its offset") {
  BatchBuilder builder({.compression = Compression::kZstd, .base_offset = 77});
  REQUIRE(builder.Append({.value = std::string(1 << 20, 'x')}).ok());
  const auto batch = ParseBatch(*builder.Seal());
  REQUIRE(batch.ok());
  Codec codec;
  base::Buffer scratch;
  const absl::Status status = ValidateBatch(*batch, codec, scratch, 1 << 19);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(std::string(status.message()).find("offset 77") != std::string::npos);
}

}  // namespace
}  // namespace rill::record
