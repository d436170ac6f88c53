#include "base/crc32c.h"

#include <string>

#include "catch.h"

namespace rill::base {
namespace {

TEST_CASE("CRC-32C has the values that RFC 3720 gives") {
  CHECK(Crc32c("") == 0);
  CHECK(Crc32c("123456789") == 0xe3069283);
  CHECK(Crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(Crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  CHECK(Crc32c(rising) == 0x46dd794e);
  CHECK(Crc32c(std::string(rising.rbegin(), rising.rend())) == 0x113fdb5c);
}

TEST_CASE("a CRC-32C goes on from that of earlier bytes") {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 37);
  const std::string_view view = bytes;
  for (const std::size_t split : {0, 1, 7, 64, 500, 999, 1000}) {
    CHECK(Crc32c(view.substr(split), Crc32c(view.substr(0, split))) == Crc32c(view));
  }
}

}  // namespace
}  // namespace rill::base
