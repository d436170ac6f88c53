#include "base/siphash.h"

#include <bit>
#include <cstring>

namespace rill::base {
namespace {

struct State {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void Rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32) + v3;
      v2 += v1;
      v3 = std::rotl(v3, 21) ^ v0;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void Absorb(std::uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
  std::uint64_t Sum() const { return v0 ^ v1 ^ v2 ^ v3; }
};

constexpr std::size_t kWord = sizeof(std::uint64_t);

// The last bytes, and the length above them.
std::uint64_t LastWord(std::string_view bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + bytes.size() / kWord * kWord, bytes.size() % kWord);
  return word | static_cast<std::uint64_t>(bytes.size()) << 56;
}

}  // namespace

static_assert(std::endian::native == std::endian::little, "words are read as they lie");

Hash128 SipHash(const SipHashKey& key, std::string_view bytes) {
  State state{key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d ^ 0xee,
              key.low ^ 0x6c7967656e657261, key.high ^ 0x7465646279746573};
  for (std::size_t at = 0; at + kWord <= bytes.size(); at += kWord) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, kWord);
    state.Absorb(word);
  }
  state.Absorb(bytes.empty() ? 0 : LastWord(bytes));
  state.v2 ^= 0xee;
  state.Rounds(4);
  Hash128 hash;
  hash.low = state.Sum();
  state.v1 ^= 0xdd;
  state.Rounds(4);
  hash.high = state.Sum();
  return hash;
}

}  // namespace rill::base
