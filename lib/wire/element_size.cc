#include "wire/element_size.h"

#include <algorithm>
#include <cstdint>

#include "base/uuid.h"
#include "wire/length.h"

namespace rill::wire {
namespace {

std::size_t MinValueSize(const Field& field, int version, bool is_flexible) {
  switch (field.type) {
    case FieldType::kBool:
    case FieldType::kInt8:
      return sizeof(std::int8_t);
    case FieldType::kInt16:
    case FieldType::kUint16:
      return sizeof(std::int16_t);
    case FieldType::kInt32:
      return sizeof(std::int32_t);
    case FieldType::kInt64:
    case FieldType::kFloat64:
      return sizeof(std::int64_t);
    case FieldType::kUuid:
      return base::Uuid::kSize;
    case FieldType::kString:
    case FieldType::kBytes:
    case FieldType::kRecords:
      return is_flexible ? 1 : FixedLengthSize(field);
    case FieldType::kStruct:
      return MinElementSize(field, version, is_flexible);
  }
  return 1;
}

std::size_t MinFieldSize(const Field& field, int version, bool is_flexible) {
  if (field.is_array) return is_flexible ? 1 : sizeof(std::int32_t);
  const bool may_be_null = field.type == FieldType::kStruct && version >= field.nullable_since;
  return may_be_null ? 1 : MinValueSize(field, version, is_flexible);
}

}  // namespace

std::size_t MinElementSize(const Field& field, int version, bool is_flexible) {
  if (field.type != FieldType::kStruct) return MinValueSize(field, version, is_flexible);
  std::size_t size = is_flexible ? 1 : 0;  // the count of tagged fields
  for (const Field& inner : field.fields) {
    if (inner.tag < 0 && inner.IsIn(version)) size += MinFieldSize(inner, version, is_flexible);
  }
  return std::max<std::size_t>(size, 1);
}

}  // namespace rill::wire
