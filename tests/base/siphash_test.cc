#include "base/siphash.h"

#include <string>

#include "catch.h"

namespace rill::base {
namespace {

// The key and the inputs of the authors' test vectors: bytes that count up from 0.
constexpr SipHashKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string Counting(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

TEST_CASE("SipHash agrees with another implementation of it") {
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 -in <bytes> SIPHASH
  CHECK(SipHash(kKey, Counting(0)) == Hash128{0xe6a825ba047f81a3, 0x930255c71472f66d});
  CHECK(SipHash(kKey, Counting(1)) == Hash128{0x44af996bd8c187da, 0x45fc229b11597634});
  CHECK(SipHash(kKey, Counting(7)) == Hash128{0x53c1dbd8beebf1a1, 0x3982f01fa64ab8c0});
  CHECK(SipHash(kKey, Counting(8)) == Hash128{0x61f55862baa9623b, 0xb49714f364e2830f});
  CHECK(SipHash(kKey, Counting(9)) == Hash128{0xabbad90a06994426, 0xed716dbb028b7fc4});
  CHECK(SipHash(kKey, Counting(15)) == Hash128{0x11a8b03399e99354, 0xd9c3cf970fec087e});
  CHECK(SipHash(kKey, Counting(16)) == Hash128{0xbb54b067caa4e26e, 0x77052385bf1533fd});
  CHECK(SipHash(kKey, Counting(63)) == Hash128{0x4a83502f77d15051, 0x7cbd3f979a063e50});
}

TEST_CASE("SipHash depends on its key") {
  CHECK_FALSE(SipHash({1, 2}, "orders") == SipHash({1, 3}, "orders"));
  CHECK_FALSE(SipHash({1, 2}, "orders") == SipHash({2, 2}, "orders"));
  CHECK(SipHash({1, 2}, "orders") == SipHash({1, 2}, "orders"));
}

}  // namespace
}  // namespace rill::base
