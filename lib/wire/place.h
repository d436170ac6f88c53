#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "wire/schema.h"

namespace rill::wire {

// The member of `object` that holds `field`. Only read where the object is const.
inline void* MemberOf(const Field& field, const void* object) {
  return field.place.member(const_cast<void*>(object));
}

// What the member holds: what is in it, if it is a std::optional, and null if that is empty.
inline const void* ValueOf(const Field& field, const void* member) {
  return field.place.value != nullptr ? field.place.value(const_cast<void*>(member)) : member;
}

// The elements of the std::vector that holds an array.
class Elements {
 public:
  Elements(const Field& field, const void* vector)
      : first_(static_cast<const char*>(field.place.elements(const_cast<void*>(vector)))),
        size_(field.place.size(vector)),
        element_size_(field.place.element_size) {}

  std::size_t size() const { return size_; }
  const void* operator[](std::size_t i) const { return first_ + i * element_size_; }

 private:
  const char* first_;
  std::size_t size_;
  std::size_t element_size_;
};

// The integer or bool of type `type` at `value`; 0 for other types.
inline std::int64_t LoadInteger(FieldType type, const void* value) {
  const auto load = [value](auto number) -> std::int64_t {
    std::memcpy(&number, value, sizeof number);
    return number;
  };
  switch (type) {
    case FieldType::kBool:
    case FieldType::kInt8:
      return load(std::int8_t{});
    case FieldType::kInt16:
      return load(std::int16_t{});
    case FieldType::kUint16:
      return load(std::uint16_t{});
    case FieldType::kInt32:
      return load(std::int32_t{});
    case FieldType::kInt64:
      return load(std::int64_t{});
    default:
      return 0;
  }
}

}  // namespace rill::wire
