#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/error.h"
#include "rill/export.h"
#include "rill/wire/api_key.h"

namespace rill::wire {

struct Field;
namespace any_message_internal {
struct State;
}

// A place in an AnyMessage: a field, or an element of an array. Small, to be copied; good for as
// long as the message is there and no array that it stands in was changed.
//
// What does not fit (a field that the message does not have, a number where there is a text) reads
// as nothing and changes nothing; AnyMessage::status() says what it was, and such a message is not
// written.
class RILL_EXPORT AnyValue {
 public:
  // A field of a struct, by its name in Kafka's protocol ("topicData"). One that the message's
  // version does not have can be read as its default.
  AnyValue operator[](const char* name) const;

  // Whether it is null; numbers never are.
  bool is_null() const;
  // Booleans as 0 and 1, too.
  std::int64_t integer() const;
  ErrorCode error() const { return static_cast<ErrorCode>(integer()); }
  double number() const;
  // A string, bytes or records; "" for null. Good for as long as the value is not set.
  std::string_view text() const;
  // The id of a topic as text, as TopicDescription::id has it; 22 A for none.
  std::string id() const;

  // In the range of the field's type.
  void SetInteger(std::int64_t value) const;
  void SetError(ErrorCode code) const { SetInteger(static_cast<std::int64_t>(code)); }
  void SetNumber(double value) const;
  // A string, bytes or records, or the text of an id. The message keeps it.
  void SetText(std::string value) const;
  // For what may be null.
  void SetNull() const;
  // Makes a null struct or array one that holds nothing yet.
  void SetEmpty() const;

  // Elements of an array; 0 for null.
  std::size_t size() const;
  AnyValue At(std::size_t index) const;
  // A new element behind the last, as Kafka has it by default.
  AnyValue Append() const;
  // Takes the other elements out.
  void KeepIf(const std::function<bool(AnyValue element)>& keep) const;

  class Iterator;
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class AnyMessage;
  AnyValue(any_message_internal::State* state, const Field* field, void* at, bool is_element)
      : state_(state), field_(field), at_(at), is_element_(is_element) {}
  AnyValue Fail(const std::string& problem) const;
  std::string Name() const;
  bool IsArray() const;
  bool IsNothing() const { return at_ == nullptr; }
  // What is in it; null for null.
  void* Held() const;
  void* HeldOrNew() const;
  // Whether it is a single value of one of these types (FieldType); fails where it is not.
  bool Is(const char* what, bool is_type) const;

  any_message_internal::State* state_;
  const Field* field_;  // null: the whole message
  void* at_;            // the member, or the element; null: nothing
  bool is_element_;
};

class AnyValue::Iterator {
 public:
  Iterator(const AnyValue& array, std::size_t index) : array_(array), index_(index) {}
  AnyValue operator*() const { return array_.At(index_); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  AnyValue array_;
  std::size_t index_;
};

inline AnyValue::Iterator AnyValue::begin() const { return {*this, 0}; }
inline AnyValue::Iterator AnyValue::end() const { return {*this, size()}; }

// A request or a response of a version, of those that rill speaks, whose fields are found by the
// names that they have in Kafka's protocol (https://kafka.apache.org/protocol):
//
//   for (wire::AnyValue topic : message["topicData"]) Count(topic["name"].text());
//
// Not thread-safe. What was moved from can be destroyed and assigned to.
class RILL_EXPORT AnyMessage {
 public:
  enum class Side { kRequest, kResponse };

  // One whose fields are what Kafka has them by default. NotFound for a key that rill does not
  // speak, InvalidArgument (UNSUPPORTED_VERSION) for a version.
  static absl::StatusOr<AnyMessage> Make(ApiKey key, Side side, int version);
  // Reads what stands behind the header, all of `body`, which it keeps; counts and lengths are held
  // against the bytes that are there before anything is made of them. Errors as Make, and
  // InvalidArgument (INVALID_REQUEST) for bytes that are no such message.
  static absl::StatusOr<AnyMessage> Read(ApiKey key, Side side, int version, std::string body);

  AnyMessage(AnyMessage&&) noexcept;
  AnyMessage& operator=(AnyMessage&&) noexcept;
  ~AnyMessage();

  AnyValue operator[](const char* name) const;
  int version() const;
  // Kafka's name of it: "ProduceRequest".
  const char* name() const;

  // What did not fit first in the use of its values; OK where all did.
  absl::Status status() const;
  // Its bytes behind the header. status(), or InvalidArgument where the version cannot say what it
  // holds (INVALID_REQUEST): a field that it does not have, null where there is none.
  absl::StatusOr<std::string> Write() const;

 private:
  explicit AnyMessage(std::unique_ptr<any_message_internal::State> state);
  std::unique_ptr<any_message_internal::State> state_;
};

}  // namespace rill::wire
