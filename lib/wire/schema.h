#pragma once

#include <cstdint>
#include <limits>
#include <span>

// Kafka's messages as data. Each is described once, here and in the tables made of this; what
// reads, writes and prints them goes by the descriptions.
namespace rill::wire {

enum class FieldType : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kUint16,
  kInt32,
  kInt64,
  kFloat64,
  kString,
  kBytes,
  kRecords,  // batches of records, which are read and written in place
  kUuid,
  kStruct,
};

inline constexpr int kNeverVersion = std::numeric_limits<int>::max();

struct Message;

// A field as Kafka's schemas describe it. Built by the functions below.
struct Field {
  const char* name;
  FieldType type;
  std::span<const Field> fields = {};  // of a kStruct
  const Message* embedded = nullptr;   // what a kBytes holds behind its version, if it can be read
  bool is_array = false;               // an array of `type`
  int since = 0;                       // the versions that have the field
  int until = kNeverVersion;
  int nullable_since = kNeverVersion;
  int tag = -1;                     // at least 0: stands among the tagged fields
  std::int64_t default_value = 0;   // a tagged field with this value is not shown; nor is a
  bool is_null_by_default = false;  // string or array that is empty or, by this, null

 private:
  // Before its users: clang 14 evaluates them at compile time only then.
  template <typename T>
  constexpr Field With(T Field::*member, T value) const {
    Field copy = *this;
    copy.*member = value;
    return copy;
  }

 public:
  constexpr Field Since(int version) const { return With(&Field::since, version); }
  constexpr Field Until(int version) const { return With(&Field::until, version); }
  constexpr Field Nullable(int from = 0) const { return With(&Field::nullable_since, from); }
  constexpr Field Tagged(int number) const { return With(&Field::tag, number); }
  constexpr Field Default(std::int64_t value) const { return With(&Field::default_value, value); }
  constexpr Field NullByDefault() const { return With(&Field::is_null_by_default, true); }
};

constexpr Field Bool(const char* name) { return {name, FieldType::kBool}; }
constexpr Field Int8(const char* name) { return {name, FieldType::kInt8}; }
constexpr Field Int16(const char* name) { return {name, FieldType::kInt16}; }
constexpr Field Uint16(const char* name) { return {name, FieldType::kUint16}; }
constexpr Field Int32(const char* name) { return {name, FieldType::kInt32}; }
constexpr Field Int64(const char* name) { return {name, FieldType::kInt64}; }
constexpr Field Float64(const char* name) { return {name, FieldType::kFloat64}; }
constexpr Field String(const char* name) { return {name, FieldType::kString}; }
constexpr Field Bytes(const char* name) { return {name, FieldType::kBytes}; }
constexpr Field Bytes(const char* name, const Message* embedded) {
  return {.name = name, .type = FieldType::kBytes, .embedded = embedded};
}
constexpr Field Uuid(const char* name) { return {name, FieldType::kUuid}; }
constexpr Field Struct(const char* name, std::span<const Field> fields) {
  return {name, FieldType::kStruct, fields};
}
constexpr Field Array(Field element) {
  element.is_array = true;
  return element;
}

struct Message {
  const char* name;
  std::span<const Field> fields;
  int last_version = 0;
  int flexible_since = kNeverVersion;  // compact lengths and tagged fields from this version on
};

}  // namespace rill::wire
