#include "base/uuid.h"

#include <set>
#include <string>

#include "catch.h"

namespace rill::base {
namespace {

TEST_CASE("A random id is new, has 22 characters, and is never reserved nor begins with a dash") {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const Uuid id = Uuid::Random();
    const std::string text = id.ToString();
    CHECK(text.size() == Uuid::kTextSize);
    CHECK(text.front() != '-');
    CHECK_FALSE(id.IsReserved());
    CHECK(Uuid::Parse(text) == id);
    CHECK(seen.insert(text).second);
  }
}

TEST_CASE("Ids are written as Kafka writes them") {
  // Kafka's own metadata topic has the id 0:1.
  Uuid metadata = *Uuid::Parse("AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(metadata.bytes().back() == 1);
  CHECK(metadata.IsReserved());
  CHECK(Uuid().ToString() == "AAAAAAAAAAAAAAAAAAAAAA");
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 17);
  CHECK(Uuid(bytes).ToString() == "ABEiM0RVZneImaq7zN3u_w");
}

TEST_CASE("Text that is no id as Kafka writes it is not taken for one") {
  for (const char* text :
       {"", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA+A",
        "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA=="}) {
    CAPTURE(text);
    CHECK_FALSE(Uuid::Parse(text).has_value());
  }
}

}  // namespace
}  // namespace rill::base
