#include "cli/java_arguments.h"

#include "catch.h"

namespace rill::cli {
namespace {

TEST_CASE("Numbers are read as Java reads them") {
  CHECK(ParseJavaNumber<std::int32_t>("+5") == 5);
  CHECK(ParseJavaNumber<std::int32_t>("-5") == -5);
  CHECK(ParseJavaNumber<std::int32_t>("007") == 7);
  CHECK_FALSE(ParseJavaNumber<std::int32_t>("+-5").has_value());
  CHECK_FALSE(ParseJavaNumber<std::int32_t>("+").has_value());
  CHECK_FALSE(ParseJavaNumber<std::int32_t>("").has_value());
  CHECK_FALSE(ParseJavaNumber<std::int32_t>("2147483648").has_value());
  CHECK_FALSE(ParseJavaNumber<std::int32_t>(" 5").has_value());
}

TEST_CASE("Paths are held without needless slashes") {
  CHECK(JavaPath("a//b/") == "a/b");
  CHECK(JavaPath("///") == "/");
  CHECK(JavaPath("/a/./b") == "/a/./b");
  CHECK(JavaPath("") == "");
}

}  // namespace
}  // namespace rill::cli
