#include "base/java_properties.h"

#include <string>
#include <vector>

#include "catch.h"

namespace rill::base {
namespace {

std::vector<Property> Parse(std::string_view text) {
  auto properties = ParseJavaProperties(text);
  INFO(properties.status().ToString());
  REQUIRE(properties.ok());
  return *std::move(properties);
}

// The names and values, as "[name|value]" each.
std::string Shown(std::string_view text) {
  std::string shown;
  for (const Property& property : Parse(text)) {
    shown += "[" + property.name + "|" + property.value + "]";
  }
  return shown;
}

TEST_CASE("Names and values stand on both sides of an equals sign, a colon or a blank") {
  CHECK(Shown("a=1\nb:2\nc 3\n") == "[a|1][b|2][c|3]");
  CHECK(Shown("a = 1\nb\t:\t2\n\f c \t 3") == "[a|1][b|2][c|3]");
  CHECK(Shown("a==1\nb::2\nc =:3\n") == "[a|=1][b|:2][c|:3]");
  CHECK(Shown("alone\nempty=\n=nameless\n") == "[alone|][empty|][|nameless]");
}

TEST_CASE("A value keeps the blanks at its end and within") {
  CHECK(Shown("a = x y  \nb=z\t\n") == "[a|x y  ][b|z\t]");
}

TEST_CASE("Lines end as on any system, and the last one need not end") {
  CHECK(Shown("a=1\r\nb=2\rc=3\nd=4") == "[a|1][b|2][c|3][d|4]");
  CHECK(Shown("") == "");
  CHECK(Shown("\n\r\n  \t\n") == "");
}

TEST_CASE("Comments begin with # or ! where a line begins, and do not go on") {
  CHECK(Shown("# x=1\n  ! y=2\na=1 # no comment\n# ends so \\\nb=2\n") ==
        "[a|1 # no comment][b|2]");
}

TEST_CASE("A backslash at the end of a line continues it, without the blanks before what follows") {
  CHECK(Shown("a=1,\\\n    2,\\\r\n\t3\nb=4\n") == "[a|1,2,3][b|4]");
  CHECK(Shown("na\\\n  me=x\n") == "[name|x]");
  CHECK(Shown("a=x\\\n# within the value\n") == "[a|x# within the value]");
  CHECK(Shown("a=two\\\\\nb=x\n") == "[a|two\\][b|x]");
  CHECK(Shown("a=x\\\n\nb=y\n") == "[a|x][b|y]");
  CHECK(Shown("a=x\\") == "[a|x]");
}

TEST_CASE("Escapes stand for what cannot be written, and others for their letter") {
  CHECK(Shown(R"(a=\t\n\r\f\\\q)") == "[a|\t\n\r\f\\q]");
  CHECK(Shown(R"(a\=b\:c\ d=1)") == "[a=b:c d|1]");
  CHECK(Shown(R"(\#a=1)") == "[#a|1]");
  CHECK(Shown(R"(a=\  x)") == "[a|  x]");
}

TEST_CASE("\\u stands for a character by its number, in UTF-8 here") {
  CHECK(Shown(R"(a=\u0041\u00e4\u20AC)") == "[a|A\u00e4\u20ac]");
  CHECK(Shown(R"(a=\uD83D\uDE00!)") == "[a|\U0001F600!]");
  CHECK(Shown("\xc3\xa4=\xe2\x82\xac") == "[\u00e4|\u20ac]");
}

TEST_CASE("A \\u that is no character is refused with its line") {
  for (const char* value : {"\\u12", "\\u12g4", "\\u", "\\uD83D", "\\uD83Dx", "\\uDE00\\uD83D",
                            "\\uD83D\\u0041", "\\u-123"}) {
    CAPTURE(value);
    const auto status = ParseJavaProperties("a=1\n\nb=x" + std::string(value)).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(status.message()).starts_with("line 3: \\u"));
  }
}

TEST_CASE("Properties are told with the line on which they begin, and repetitions stay") {
  const auto properties = Parse("# first\n\na=1\\\n2\n  \nb=3\r\na=4");
  REQUIRE(properties.size() == 3);
  CHECK(properties[0].line == 3);
  CHECK(properties[1].line == 6);
  CHECK(properties[2].line == 7);
  CHECK(properties[2].name == "a");
  CHECK(properties[2].value == "4");
}

}  // namespace
}  // namespace rill::base
