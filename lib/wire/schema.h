#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

// How the member of a C++ object that holds a field is reached; made by wire/member.h. Fields that
// are only printed have none.
struct Place {
  void* (*member)(void* object) = nullptr;
  // Whether two such members hold the same.
  bool (*is_equal)(const void* member, const void* other) = nullptr;
  // Of a std::optional: what it holds, null for nothing; that after a new value; and no value.
  void* (*value)(void* optional) = nullptr;
  void* (*emplace)(void* optional) = nullptr;
  void (*reset)(void* optional) = nullptr;
  // Of a std::vector: its elements, which lie one behind the other; and those of a new one of
  // `size`.
  std::size_t (*size)(const void* vector) = nullptr;
  void* (*elements)(void* vector) = nullptr;
  void* (*resize)(void* vector, std::size_t size) = nullptr;
  // A new one behind the last; and the end of those that `drop` says it of.
  void* (*append)(void* vector) = nullptr;
  void (*erase_if)(void* vector, const std::function<bool(void* element)>& drop) = nullptr;
  std::size_t element_size = 0;
  // Of a struct, or a vector of them: one as its C++ definition makes it.
  const void* (*defaults)() = nullptr;
};

// A field as Kafka's schemas describe it. Built by the functions below, or by wire/member.h.
struct Field {
  const char* name;
  FieldType type;
  std::span<const Field> fields = {};  // of a kStruct
  const Message* embedded = nullptr;   // what a kBytes holds behind its version, if it can be read
  int since = 0;                       // the versions that have the field
  int until = kNeverVersion;
  int nullable_since = kNeverVersion;
  int tag = -1;  // at least 0: stands among the tagged fields
  // Of fields without a place: a tagged one with this value is not printed; nor is a string or
  // array that is empty or, by this, null.
  std::int64_t default_value = 0;
  bool is_null_by_default = false;
  bool is_array = false;           // an array of `type`
  bool is_ignorable = false;       // what a version without the field cannot say is left out
  bool is_never_flexible = false;  // no compact length, whatever the version
  Place place = {};

  constexpr bool IsIn(int version) const { return version >= since && version <= until; }
  // Whether its length is compact in a version that is flexible, or not.
  constexpr bool IsCompact(bool is_flexible) const { return is_flexible && !is_never_flexible; }

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
  constexpr Field Ignorable() const { return With(&Field::is_ignorable, true); }
  constexpr Field NeverFlexible() const { return With(&Field::is_never_flexible, true); }
  constexpr Field AsBytes() const { return With(&Field::type, FieldType::kBytes); }
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
  int first_version = 0;
  // The struct that holds it: one as its definition makes it, and the life of others like that, for
  // who goes over all messages without knowing their types.
  const void* (*defaults)() = nullptr;
  void* (*create)() = nullptr;
  void (*destroy)(void* object) = nullptr;

  constexpr bool Has(int version) const {
    return version >= first_version && version <= last_version;
  }
  constexpr bool IsFlexible(int version) const { return version >= flexible_since; }
};

// The description of the message that a C++ struct holds. Defined for each, beside the struct.
template <typename Struct>
const Message& MessageOf();

}  // namespace rill::wire
