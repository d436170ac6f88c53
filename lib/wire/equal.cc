#include "wire/equal.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "wire/place.h"

namespace rill::wire {
namespace {

template <typename T>
bool IsSame(const void* value, const void* other) {
  return *static_cast<const T*>(value) == *static_cast<const T*>(other);
}

bool IsEqualRecords(const void* value, const void* other) {
  const auto& records = *static_cast<const std::string_view*>(value);
  const auto& others = *static_cast<const std::string_view*>(other);
  return records == others && (records.data() == nullptr) == (others.data() == nullptr);
}

bool IsEqualStruct(std::span<const Field> fields, const void* object, const void* other) {
  return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
    return IsEqual(field, MemberOf(field, object), MemberOf(field, other));
  });
}

bool IsEqualValue(const Field& field, const void* value, const void* other) {
  switch (field.type) {
    case FieldType::kFloat64:
      return IsSame<double>(value, other);
    case FieldType::kString:
    case FieldType::kBytes:
      return IsSame<std::string>(value, other);
    case FieldType::kRecords:
      return IsEqualRecords(value, other);
    case FieldType::kUuid:
      return IsSame<base::Uuid>(value, other);
    case FieldType::kStruct:
      return IsEqualStruct(field.fields, value, other);
    default:
      return LoadInteger(field.type, value) == LoadInteger(field.type, other);
  }
}

}  // namespace

bool IsEqual(const Field& field, const void* member, const void* other) {
  const void* value = ValueOf(field, member);
  const void* other_value = ValueOf(field, other);
  if (value == nullptr || other_value == nullptr) return value == other_value;
  if (!field.is_array) return IsEqualValue(field, value, other_value);
  const Elements elements(field, value);
  const Elements others(field, other_value);
  if (elements.size() != others.size()) return false;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!IsEqualValue(field, elements[i], others[i])) return false;
  }
  return true;
}

}  // namespace rill::wire
