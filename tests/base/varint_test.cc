#include "base/varint.h"

#include <cstdint>
#include <string>
#include <vector>

#include "catch.h"
#include "rill/record.h"

namespace rill::base {
namespace {

std::string Written(std::int64_t value) {
  char bytes[kMaxVarintSize];
  return std::string(bytes, WriteVarint(bytes, value));
}

// Values around every change of size, of both signs.
std::vector<std::int64_t> Interesting() {
  std::vector<std::int64_t> values = {0, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN};
  for (int bit = 0; bit < 63; ++bit) {
    for (const std::int64_t around : {-1, 0, 1}) {
      values.push_back((std::int64_t{1} << bit) + around);
      values.push_back(-(std::int64_t{1} << bit) + around);
    }
  }
  return values;
}

TEST_CASE("varints have the bytes of Kafka's and Protocol Buffers' zig-zag encoding") {
  CHECK(Written(0) == std::string(1, '\0'));
  CHECK(Written(-1) == "\x01");
  CHECK(Written(1) == "\x02");
  CHECK(Written(63) == "\x7e");
  CHECK(Written(-64) == "\x7f");
  CHECK(Written(64) == "\x80\x01");
  CHECK(Written(-65) == "\x81\x01");
  CHECK(Written(150) == "\xac\x02");
  CHECK(Written(INT32_MAX) == "\xfe\xff\xff\xff\x0f");
  CHECK(Written(INT64_MIN) == "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST_CASE("every varint takes as many bytes as was said and is read back") {
  for (const std::int64_t value : Interesting()) {
    INFO(value);
    const std::string bytes = Written(value);
    CHECK(bytes.size() == VarintSize(value));
    // With and without something behind it: both ways of reading.
    for (const std::string& with_rest : {bytes, bytes + "rest"}) {
      std::int64_t read = 0;
      const char* const begin = with_rest.data();
      const char* const next = record_internal::ReadVarlong(begin, begin + with_rest.size(), read);
      CHECK(next == begin + bytes.size());
      CHECK(read == value);
    }
  }
}

TEST_CASE("a varint that is cut or over-long is not read") {
  for (const std::int64_t value : Interesting()) {
    const std::string bytes = Written(value);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::int64_t read = 0;
      CHECK(record_internal::ReadVarlong(bytes.data(), bytes.data() + size, read) == nullptr);
    }
  }
  const std::string endless(11, '\xff');
  std::int64_t read = 0;
  CHECK(record_internal::ReadVarlong(endless.data(), endless.data() + 11, read) == nullptr);
}

}  // namespace
}  // namespace rill::base
