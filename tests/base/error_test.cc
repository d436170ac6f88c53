#include "rill/error.h"

#include <set>
#include <string>

#include "absl/strings/cord.h"
#include "catch.h"

namespace rill {
namespace {

TEST_CASE("an error carries Kafka's code beside its kind and message") {
  const absl::Status status =
      MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange, "offset 9 of 5");
  CHECK(status.code() == absl::StatusCode::kOutOfRange);
  CHECK(status.message() == "offset 9 of 5");
  CHECK(GetErrorCode(status) == ErrorCode::kOffsetOutOfRange);
  const absl::Status copy = status;
  CHECK(GetErrorCode(copy) == ErrorCode::kOffsetOutOfRange);
}

TEST_CASE("a success has no error code, a failure without one is unknown") {
  CHECK(GetErrorCode(absl::OkStatus()) == ErrorCode::kNone);
  CHECK(GetErrorCode(absl::InternalError("x")) == ErrorCode::kUnknownServerError);
  const auto plain =
      MakeError(absl::StatusCode::kInternal, ErrorCode::kUnknownServerError, "no code of Kafka's");
  CHECK(GetErrorCode(plain) == ErrorCode::kUnknownServerError);
}

TEST_CASE("every code that has a name goes through a status and back") {
  std::set<std::string> names;
  for (int number = -1; number <= 200; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    const std::string name = ErrorCodeName(code);
    if (number > 0 && name != "UNKNOWN_SERVER_ERROR") CHECK(names.insert(name).second);
    if (number <= 0) continue;
    CHECK(GetErrorCode(MakeError(absl::StatusCode::kInternal, code, "m")) == code);
  }
  CHECK(names.size() == 136);
  CHECK(ErrorCodeName(ErrorCode::kOffsetOutOfRange) == std::string("OFFSET_OUT_OF_RANGE"));
  CHECK(ErrorCodeName(ErrorCode::kControllerIdNotRegistered) ==
        std::string("CONTROLLER_ID_NOT_REGISTERED"));
  CHECK(ErrorCodeName(static_cast<ErrorCode>(-2)) == std::string("UNKNOWN_SERVER_ERROR"));
  CHECK(ErrorCodeName(ErrorCode::kNone) == std::string("NONE"));
  CHECK(ErrorCodeName(static_cast<ErrorCode>(9999)) == std::string("UNKNOWN_SERVER_ERROR"));
}

TEST_CASE("a payload that is no number is no error code") {
  for (const char* text : {"", "x", "1x", "99999", " 1"}) {
    absl::Status status = absl::InternalError("x");
    status.SetPayload("rill/kafka-error-code", absl::Cord(text));
    CHECK(GetErrorCode(status) == ErrorCode::kUnknownServerError);
  }
}

}  // namespace
}  // namespace rill
