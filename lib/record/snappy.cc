#include <snappy.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "record/codec_parts.h"

namespace rill::record {
namespace {

// The stream of xerial's snappy-java, which Kafka's Java client writes: this header, then blocks of
// an int32 size and that many bytes of a bare snappy block.
constexpr char kMagicBytes[] = {'\x82', 'S', 'N', 'A', 'P', 'P', 'Y', '\0'};
constexpr std::string_view kMagic(kMagicBytes, sizeof kMagicBytes);
constexpr std::int32_t kVersion = 1;
constexpr std::int32_t kCompatibleVersion = 1;
constexpr std::size_t kStreamHeaderSize = sizeof kMagicBytes + 2 * sizeof(std::int32_t);
constexpr std::size_t kBlockSize = 32 * 1024;

// The densest element is a copy: 64 bytes out of 3.
constexpr std::size_t kMaxRatio = 64 / 3 + 1;

absl::Status DecompressBlock(std::string_view block, CappedOutput& output) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size)) {
    return output.Corrupt("a block without a size");
  }
  if (size > block.size() * kMaxRatio) {
    return output.Corrupt("a block claims a size that it cannot hold");
  }
  if (size == 0) {
    char none;
    return snappy::RawUncompress(block.data(), block.size(), &none)
               ? absl::OkStatus()
               : output.Corrupt("a malformed block");
  }
  if (absl::Status room = output.MakeRoomFor(size); !room.ok()) return room;
  if (!snappy::RawUncompress(block.data(), block.size(), output.at())) {
    return output.Corrupt("a malformed block");
  }
  return output.Take(size);
}

absl::Status DecompressStream(std::string_view input, CappedOutput& output) {
  while (!input.empty()) {
    if (input.substr(0, kMagic.size()) == kMagic) {  // streams may follow one another
      if (input.size() < kStreamHeaderSize) return output.Corrupt("the stream header ends early");
      if (base::LoadBigEndian<std::int32_t>(input.data() + kMagic.size() + 4) > kVersion) {
        return output.Corrupt("a stream that asks for a newer version of xerial's framing");
      }
      input.remove_prefix(kStreamHeaderSize);
      continue;
    }
    if (input.size() < sizeof(std::int32_t)) return output.Corrupt("a block's size ends early");
    const auto size = base::LoadBigEndian<std::int32_t>(input.data());
    input.remove_prefix(sizeof size);
    if (size < 0 || static_cast<std::size_t>(size) > input.size()) {
      return output.Corrupt("a block ends past the stream");
    }
    absl::Status block = DecompressBlock(input.substr(0, static_cast<std::size_t>(size)), output);
    if (!block.ok()) return block;
    input.remove_prefix(static_cast<std::size_t>(size));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SnappyCodec::Compress(std::string_view input, base::Buffer& output) {
  const std::size_t blocks = (input.size() + kBlockSize - 1) / kBlockSize;
  const std::size_t capacity =
      output.size() + kStreamHeaderSize +
      blocks * (sizeof(std::int32_t) + snappy::MaxCompressedLength(kBlockSize));
  if (!output.Reserve(capacity)) return NoMemory(Compression::kSnappy, capacity);
  char* p = output.data() + output.size();
  std::memcpy(p, kMagic.data(), kMagic.size());
  p = base::StoreBigEndian(p + kMagic.size(), kVersion);
  p = base::StoreBigEndian(p, kCompatibleVersion);
  for (; !input.empty(); input.remove_prefix(std::min(input.size(), kBlockSize))) {
    const std::string_view block = input.substr(0, kBlockSize);
    std::size_t size = 0;
    snappy::RawCompress(block.data(), block.size(), p + sizeof(std::int32_t), &size);
    p = base::StoreBigEndian(p, static_cast<std::int32_t>(size)) + size;
  }
  output.Resize(static_cast<std::size_t>(p - output.data()));
  return absl::OkStatus();
}

absl::Status SnappyCodec::Decompress(std::string_view input, CappedOutput& output) {
  if (input.substr(0, kMagic.size()) == kMagic) return DecompressStream(input, output);
  return DecompressBlock(input, output);
}

}  // namespace rill::record
