#include "wire/java_text.h"

#include <limits>

#include "catch.h"

namespace rill::wire {
namespace {

std::string Text(std::string_view bytes) {
  std::string text;
  AppendJavaText(bytes, text);
  return text;
}

std::string Json(std::string_view bytes) {
  std::string text;
  AppendJsonString(bytes, text);
  return text;
}

std::string Base64(std::string_view bytes) {
  std::string text;
  AppendJsonBase64(bytes, text);
  return text;
}

TEST_CASE("Sound UTF-8 is shown as it is") {
  CHECK(Text("") == "");
  CHECK(Text("plain") == "plain");
  CHECK(Text("\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8D\xB5") == "\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8D\xB5");
  CHECK(Text(std::string_view("a\0b", 3)) == std::string_view("a\0b", 3));
}

// What new String(bytes, UTF_8) of OpenJDK 17 makes of the same bytes; R is U+FFFD.
TEST_CASE("Malformed sequences are replaced where Java replaces them") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(Text("\x80") == r);
  CHECK(Text("\xC0\x80") == r + r);
  CHECK(Text("\xC1\xBF") == r + r);
  CHECK(Text("\xC3") == r);
  CHECK(Text("\xC3(") == r + "(");
  CHECK(Text("\xE2\x82") == r);
  CHECK(Text("\xE2\x82(") == r + "(");
  CHECK(Text("\xE2((") == r + "((");
  CHECK(Text("\xE0\x80\x80") == r + r + r);
  CHECK(Text("\xED\xA0\x80") == r);
  CHECK(Text("\xED\xA0(") == r + "(");
  CHECK(Text("\xF0\x9F\x8D") == r);
  CHECK(Text("\xF0\x9F\x8D(") == r + "(");
  CHECK(Text("\xF0\x9F((") == r + "((");
  CHECK(Text("\xF0\x80\x80\x80") == r + r + r + r);
  CHECK(Text("\xF4\x90\x80\x80") == r + r + r + r);
  CHECK(Text("\xF5\x80\x80\x80") == r + r + r + r);
  CHECK(Text("\xFF\xFE"
             "a") == r + r + "a");
}

TEST_CASE("JSON strings are escaped as Kafka's tools escape them") {
  CHECK(Json("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(Json("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(Json(std::string_view("\0\x1F\x7F", 3)) == "\"\\u0000\\u001F\x7F\"");
  CHECK(Json("\xC3\xBC\xFF") == "\"\xC3\xBC\xEF\xBF\xBD\"");
}

TEST_CASE("Bytes in JSON are base 64 with padding") {
  CHECK(Base64("") == R"("")");
  CHECK(Base64("f") == R"("Zg==")");
  CHECK(Base64("fo") == R"("Zm8=")");
  CHECK(Base64("foo") == R"("Zm9v")");
  CHECK(Base64("\xFF\xFE\xFD\xFC") == R"("//79/A==")");
}

TEST_CASE("Doubles are shown as Java's Double.toString shows them") {
  CHECK(JavaDouble(0) == "0.0");
  CHECK(JavaDouble(-0.0) == "-0.0");
  CHECK(JavaDouble(1) == "1.0");
  CHECK(JavaDouble(-12.5) == "-12.5");
  CHECK(JavaDouble(0.001) == "0.001");
  CHECK(JavaDouble(0.00015) == "1.5E-4");
  CHECK(JavaDouble(9999999) == "9999999.0");
  CHECK(JavaDouble(1e7) == "1.0E7");
  CHECK(JavaDouble(1.5e10) == "1.5E10");
  CHECK(JavaDouble(1e100) == "1.0E100");
  CHECK(JavaDouble(1e-100) == "1.0E-100");
  CHECK(JavaDouble(std::numeric_limits<double>::infinity()) == "\"Infinity\"");
  CHECK(JavaDouble(std::numeric_limits<double>::quiet_NaN()) == "\"NaN\"");
}

}  // namespace
}  // namespace rill::wire
