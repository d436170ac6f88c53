#include "rill/serde.h"

#include <string>

#include "fmt/format.h"
#include "rill/error.h"
#include "rill/typed.h"

namespace rill::serde_internal {

absl::Status WrongSize(std::size_t found, std::size_t expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   fmt::format("{} bytes where a number of {} is expected", found, expected));
}

absl::Status UnexpectedNull() {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   "null where a value is expected; read it as a std::optional");
}

absl::Status CannotRead(const Record& record, const char* field, const absl::Status& status) {
  const std::string reason(status.message().data(), status.message().size());
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("the {} of the record at offset {} of {}-{}: {}", field,
                               record.offset(), record.topic(), record.partition(), reason));
}

}  // namespace rill::serde_internal
