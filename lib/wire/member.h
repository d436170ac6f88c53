#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/uuid.h"
#include "rill/error.h"
#include "wire/schema.h"

// Ties descriptions to C++ structs: a field's type is that of the member which holds it.
//
//   template <>
//   inline constexpr std::array kFields<HeartbeatResponse> = {
//       Member<&HeartbeatResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
//       Member<&HeartbeatResponse::error_code>("errorCode")};
//
//   bool, integers, double   themselves; ErrorCode is an int16
//   std::string              string, or with AsBytes() bytes
//   std::string_view         records: bytes that stay where they are
//   base::Uuid               uuid
//   std::vector<T>           an array
//   std::optional<T>         T, or null where the field may be
//   any other                a struct, whose table is kFields of it
namespace rill::wire {

// The table of a struct's fields, as Kafka orders them.
template <typename Struct>
inline constexpr std::array<Field, 0> kFields = {};

namespace member_internal {

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <typename T>
constexpr FieldType TypeOf() {
  if constexpr (std::is_same_v<T, bool>) return FieldType::kBool;
  if constexpr (std::is_same_v<T, std::int8_t>) return FieldType::kInt8;
  if constexpr (std::is_same_v<T, std::int16_t>) return FieldType::kInt16;
  if constexpr (std::is_same_v<T, ErrorCode>) return FieldType::kInt16;
  if constexpr (std::is_same_v<T, std::uint16_t>) return FieldType::kUint16;
  if constexpr (std::is_same_v<T, std::int32_t>) return FieldType::kInt32;
  if constexpr (std::is_same_v<T, std::int64_t>) return FieldType::kInt64;
  if constexpr (std::is_same_v<T, double>) return FieldType::kFloat64;
  if constexpr (std::is_same_v<T, std::string>) return FieldType::kString;
  if constexpr (std::is_same_v<T, std::string_view>) return FieldType::kRecords;
  if constexpr (std::is_same_v<T, base::Uuid>) return FieldType::kUuid;
  return FieldType::kStruct;
}

template <typename Struct>
const void* Defaults() {
  static const Struct defaults = {};
  return &defaults;
}

template <typename T>
bool IsEqual(const void* member, const void* other) {
  return *static_cast<const T*>(member) == *static_cast<const T*>(other);
}

template <typename Struct>
void* Create() {
  return new Struct();
}

template <typename Struct>
void Destroy(void* object) {
  delete static_cast<Struct*>(object);
}

constexpr bool HasOwnDefaults(std::span<const Field> fields) {
  for (const Field& field : fields) {
    if (field.default_value != 0 || field.is_null_by_default) return true;
  }
  return false;
}

template <typename T>
void* OptionalValue(void* object) {
  auto& optional = *static_cast<std::optional<T>*>(object);
  return optional ? &*optional : nullptr;
}

template <typename T>
void* OptionalEmplace(void* object) {
  return &static_cast<std::optional<T>*>(object)->emplace();
}

template <typename T>
void OptionalReset(void* object) {
  static_cast<std::optional<T>*>(object)->reset();
}

template <typename T>
std::size_t VectorSize(const void* object) {
  return static_cast<const std::vector<T>*>(object)->size();
}

template <typename T>
void* VectorElements(void* object) {
  return static_cast<std::vector<T>*>(object)->data();
}

template <typename T>
void* VectorResize(void* object, std::size_t size) {
  auto& vector = *static_cast<std::vector<T>*>(object);
  vector.clear();
  vector.resize(size);
  return vector.data();
}

template <typename T>
void* VectorAppend(void* object) {
  return &static_cast<std::vector<T>*>(object)->emplace_back();
}

template <typename T>
void VectorEraseIf(void* object, const std::function<bool(void*)>& drop) {
  std::erase_if(*static_cast<std::vector<T>*>(object), [&](T& element) { return drop(&element); });
}

template <typename T>
constexpr void SetValue(Field& field) {
  field.type = TypeOf<T>();
  if constexpr (TypeOf<T>() == FieldType::kStruct) {
    static_assert(!kFields<T>.empty(), "the struct's table has to stand above");
    field.fields = kFields<T>;
    field.place.defaults = &Defaults<T>;
  }
}

template <typename T>
constexpr void SetArrayOrValue(Field& field) {
  if constexpr (kIsVector<T>) {
    using Element = typename T::value_type;
    static_assert(TypeOf<Element>() != FieldType::kRecords, "Kafka has no arrays of records");
    field.is_array = true;
    field.place.size = &VectorSize<Element>;
    field.place.elements = &VectorElements<Element>;
    field.place.resize = &VectorResize<Element>;
    field.place.append = &VectorAppend<Element>;
    field.place.erase_if = &VectorEraseIf<Element>;
    field.place.element_size = sizeof(Element);
    SetValue<Element>(field);
  } else {
    SetValue<T>(field);
  }
}

template <typename T>
constexpr void SetType(Field& field) {
  if constexpr (kIsOptional<T>) {
    using Value = typename T::value_type;
    field.place.value = &OptionalValue<Value>;
    field.place.emplace = &OptionalEmplace<Value>;
    field.place.reset = &OptionalReset<Value>;
    SetArrayOrValue<Value>(field);
  } else {
    SetArrayOrValue<T>(field);
  }
}

template <auto kMember>
struct Accessor;

template <typename C, typename T, T C::*kMember>
struct Accessor<kMember> {
  using Type = T;
  static void* At(void* object) { return &(static_cast<C*>(object)->*kMember); }
};

}  // namespace member_internal

// The field that the member holds, in all versions, never null; the calls of Field narrow it down.
template <auto kMember>
constexpr Field Member(const char* name) {
  using Accessor = member_internal::Accessor<kMember>;
  Field field = {name, FieldType::kStruct};
  field.place.member = &Accessor::At;
  field.place.is_equal = &member_internal::IsEqual<typename Accessor::Type>;
  member_internal::SetType<typename Accessor::Type>(field);
  return field;
}

// The description of the message that a struct holds whole: Kafka's name of it, the versions that
// are spoken, and the first flexible one.
template <typename Struct>
constexpr Message Describe(const char* name, int first_version, int last_version,
                           int flexible_since) {
  static_assert(!member_internal::HasOwnDefaults(kFields<Struct>),
                "a member's default is what it is initialised with");
  return {.name = name,
          .fields = kFields<Struct>,
          .last_version = last_version,
          .flexible_since = flexible_since,
          .first_version = first_version,
          .defaults = &member_internal::Defaults<Struct>,
          .create = &member_internal::Create<Struct>,
          .destroy = &member_internal::Destroy<Struct>};
}

}  // namespace rill::wire
