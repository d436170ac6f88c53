#include "base/bytes.h"

#include <cstdint>
#include <string>

#include "catch.h"

namespace rill::base {
namespace {

TEST_CASE("integers are stored with the highest byte first, at any address") {
  char room[16] = {};
  char* p = StoreBigEndian(room + 1, std::int16_t{0x0102});
  p = StoreBigEndian(p, std::uint32_t{0xf0e0d0c0});
  p = StoreBigEndian(p, std::int64_t{-2});
  p = StoreBigEndian(p, std::int8_t{7});
  CHECK(p == room + 16);
  CHECK(std::string(room + 1, p) == "\x01\x02\xf0\xe0\xd0\xc0\xff\xff\xff\xff\xff\xff\xff\xfe\x07");
  CHECK(LoadBigEndian<std::int16_t>(room + 1) == 0x0102);
  CHECK(LoadBigEndian<std::uint32_t>(room + 3) == 0xf0e0d0c0);
  CHECK(LoadBigEndian<std::int64_t>(room + 7) == -2);
  CHECK(LoadBigEndian<std::int8_t>(room + 15) == 7);
}

}  // namespace
}  // namespace rill::base
