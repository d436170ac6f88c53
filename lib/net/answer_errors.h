#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "rill/error.h"
#include "wire/schema.h"

namespace rill::net {

// The error codes that stand in an answer, kNone among them, each with how often it does. Allocates
// where there are more than four.
class AnswerErrors {
 public:
  struct Count {
    ErrorCode code = ErrorCode::kNone;
    std::uint32_t times = 0;
  };

  void Add(ErrorCode code);
  std::span<const Count> counts() const { return counts_; }

 private:
  absl::InlinedVector<Count, 4> counts_;
};

// Where a message has error codes: of the thing asked for, its topics, their partitions.
class ErrorFields {
 public:
  explicit ErrorFields(std::span<const wire::Field> fields);

  void CountIn(const void* object, AnswerErrors& errors) const;

 private:
  struct Inner;

  std::vector<const wire::Field*> codes_;
  std::vector<Inner> inner_;  // structs that have some
};

struct ErrorFields::Inner {
  const wire::Field* field;
  ErrorFields fields;
};

template <typename Response>
void CountErrors(const Response& response, AnswerErrors& errors) {
  static const ErrorFields fields(wire::MessageOf<Response>().fields);
  fields.CountIn(&response, errors);
}

}  // namespace rill::net
