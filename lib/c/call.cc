#include "c/call.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "rill/error.h"
#include "rill/version.h"

namespace rill::c {
namespace {

static_assert(RILL_CANCELLED == static_cast<int>(absl::StatusCode::kCancelled));
static_assert(RILL_UNKNOWN == static_cast<int>(absl::StatusCode::kUnknown));
static_assert(RILL_INVALID_ARGUMENT == static_cast<int>(absl::StatusCode::kInvalidArgument));
static_assert(RILL_DEADLINE_EXCEEDED == static_cast<int>(absl::StatusCode::kDeadlineExceeded));
static_assert(RILL_NOT_FOUND == static_cast<int>(absl::StatusCode::kNotFound));
static_assert(RILL_ALREADY_EXISTS == static_cast<int>(absl::StatusCode::kAlreadyExists));
static_assert(RILL_PERMISSION_DENIED == static_cast<int>(absl::StatusCode::kPermissionDenied));
static_assert(RILL_RESOURCE_EXHAUSTED == static_cast<int>(absl::StatusCode::kResourceExhausted));
static_assert(RILL_FAILED_PRECONDITION == static_cast<int>(absl::StatusCode::kFailedPrecondition));
static_assert(RILL_ABORTED == static_cast<int>(absl::StatusCode::kAborted));
static_assert(RILL_OUT_OF_RANGE == static_cast<int>(absl::StatusCode::kOutOfRange));
static_assert(RILL_UNIMPLEMENTED == static_cast<int>(absl::StatusCode::kUnimplemented));
static_assert(RILL_INTERNAL == static_cast<int>(absl::StatusCode::kInternal));
static_assert(RILL_UNAVAILABLE == static_cast<int>(absl::StatusCode::kUnavailable));
static_assert(RILL_DATA_LOSS == static_cast<int>(absl::StatusCode::kDataLoss));

// Copies `text` with a NUL at its end; cut before a character of UTF-8 where it is too long.
template <std::size_t kSize>
void CopyText(std::string_view text, char (&to)[kSize]) {
  constexpr std::string_view kCut = "...";
  std::size_t size = text.size();
  if (size >= kSize) {
    size = kSize - 1 - kCut.size();
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  }
  if (size > 0) std::memcpy(to, text.data(), size);
  if (size < text.size()) {
    std::memcpy(to + size, kCut.data(), kCut.size());
    size += kCut.size();
  }
  to[size] = '\0';
}

void Fill(const absl::Status& status, rill_error* error) {
  error->status = static_cast<rill_status>(status.raw_code());
  error->kafka_code = static_cast<std::int32_t>(GetErrorCode(status));
  const absl::string_view message = status.message();
  CopyText({message.data(), message.size()}, error->message);
}

}  // namespace

absl::Status CheckNotNull(const char* function, std::initializer_list<Required> arguments) {
  for (const Required& argument : arguments) {
    if (argument.pointer != nullptr) continue;
    return absl::InvalidArgumentError(std::string(function) + ": " + argument.name + " is null");
  }
  return absl::OkStatus();
}

rill_status Report(const absl::Status& status, rill_error* error) {
  if (error != nullptr) Fill(status, error);
  return static_cast<rill_status>(status.raw_code());
}

rill_status ReportCaught(rill_status status, const char* what, rill_error* error) noexcept {
  if (error == nullptr) return status;
  error->status = status;
  error->kafka_code = static_cast<std::int32_t>(ErrorCode::kUnknownServerError);
  CopyText(what, error->message);
  return status;
}

rill_error Describe(const absl::Status& status) {
  rill_error error;
  Fill(status, &error);
  return error;
}

absl::Duration Timeout(std::int64_t timeout_ms) {
  return timeout_ms < 0 ? absl::InfiniteDuration() : absl::Milliseconds(timeout_ms);
}

}  // namespace rill::c

extern "C" {

int32_t rill_abi_version(void) { return RILL_C_ABI_VERSION; }

const char* rill_version(void) { return RILL_VERSION; }

const char* rill_status_name(rill_status status) {
  // clang-format off
  switch (status) {
    case RILL_OK: return "OK";
    case RILL_CANCELLED: return "CANCELLED";
    case RILL_UNKNOWN: return "UNKNOWN";
    case RILL_INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case RILL_DEADLINE_EXCEEDED: return "DEADLINE_EXCEEDED";
    case RILL_NOT_FOUND: return "NOT_FOUND";
    case RILL_ALREADY_EXISTS: return "ALREADY_EXISTS";
    case RILL_PERMISSION_DENIED: return "PERMISSION_DENIED";
    case RILL_RESOURCE_EXHAUSTED: return "RESOURCE_EXHAUSTED";
    case RILL_FAILED_PRECONDITION: return "FAILED_PRECONDITION";
    case RILL_ABORTED: return "ABORTED";
    case RILL_OUT_OF_RANGE: return "OUT_OF_RANGE";
    case RILL_UNIMPLEMENTED: return "UNIMPLEMENTED";
    case RILL_INTERNAL: return "INTERNAL";
    case RILL_UNAVAILABLE: return "UNAVAILABLE";
    case RILL_DATA_LOSS: return "DATA_LOSS";
    default: return "";
  }
  // clang-format on
}

const char* rill_kafka_code_name(int32_t kafka_code) {
  if (kafka_code < INT16_MIN || kafka_code > INT16_MAX) kafka_code = -1;
  return rill::ErrorCodeName(static_cast<rill::ErrorCode>(kafka_code));
}

}  // extern "C"
