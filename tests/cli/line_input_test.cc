#include "cli/line_input.h"

#include <cerrno>
#include <istream>
#include <streambuf>
#include <string>
#include <system_error>

#include "catch.h"

namespace rill::cli {
namespace {

// A terminal that goes away behind its first lines.
class LostTerminal final : public std::streambuf {
 protected:
  int_type underflow() override {
    if (eback() != nullptr) {
      throw std::ios_base::failure("lost", std::error_code(EIO, std::generic_category()));
    }
    setg(typed_.data(), typed_.data(), typed_.data() + typed_.size());
    return traits_type::to_int_type(typed_.front());
  }

 private:
  std::string typed_ = "one\ntw";
};

TEST_CASE("What was typed before the terminal went is read, and then why there is no more") {
  LostTerminal terminal;
  std::istream in(&terminal);
  LineInput input(in);
  std::string line;
  REQUIRE(input.Next(line));
  CHECK(line == "one");
  REQUIRE(input.Next(line));
  CHECK(line == "tw");
  CHECK(input.status().code() == absl::StatusCode::kUnavailable);
  CHECK_FALSE(input.Next(line));
  CHECK(input.status().message() == "standard input cannot be read: Input/output error");
}

}  // namespace
}  // namespace rill::cli
