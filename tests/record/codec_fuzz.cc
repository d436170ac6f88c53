#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/buffer.h"
#include "record/codec.h"

// The first byte chooses a codec, the rest goes through it in both directions: what was compressed
// must come back, and arbitrary bytes must decompress to no more than the cap, or fail.

namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;

void Demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto compression = static_cast<rill::Compression>(data[0] % 5);
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  rill::record::Codec codec;
  rill::base::Buffer output;
  const bool ok = codec.Decompress(compression, input, kMaxOutput, output).ok();
  Demand(output.size() <= kMaxOutput && (ok || output.size() == 0));
  Demand(output.capacity() <= 2 * kMaxOutput + 2);

  rill::base::Buffer packed;
  rill::base::Buffer unpacked;
  Demand(codec.Compress(compression, 0, input, packed).ok());
  Demand(codec.Decompress(compression, packed.view(), input.size(), unpacked).ok());
  Demand(unpacked.view() == input);
  return 0;
}
