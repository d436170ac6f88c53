#include "wire/decode.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "wire/element_size.h"
#include "wire/length.h"
#include "wire/read_uuid.h"
#include "wire/tagged_fields.h"
#include "wire/version.h"

namespace rill::wire {
namespace {

using base::KafkaReader;

class Decoding {
 public:
  Decoding(int version, bool is_flexible, KafkaReader& reader, const DecodeLimits& limits,
           std::size_t& memory_left)
      : version_(version),
        is_flexible_(is_flexible),
        reader_(reader),
        limits_(limits),
        memory_left_(memory_left) {}

  void ReadStruct(std::span<const Field> fields, void* object) {
    for (const Field& field : fields) {
      if (!reader_.ok()) return;
      if (field.tag < 0 && field.IsIn(version_)) ReadField(field, field.place.member(object));
    }
    if (is_flexible_) ReadTagged(fields, object);
  }

 private:
  void ReadTagged(std::span<const Field> fields, void* object) {
    ReadTaggedFields(fields, version_, reader_, limits_.max_tagged_fields,
                     [&](const Field& field, KafkaReader& reader) {
                       Decoding(version_, is_flexible_, reader, limits_, memory_left_)
                           .ReadField(field, field.place.member(object));
                     });
  }

  void ReadField(const Field& field, void* member) {
    if (field.is_array) return ReadArray(field, member);
    switch (field.type) {
      case FieldType::kString:
      case FieldType::kBytes:
      case FieldType::kRecords:
        return ReadSized(field, member);
      case FieldType::kStruct:
        return ReadNested(field, member);
      default:
        return ReadFixed(field.type, member);
    }
  }

  void ReadArray(const Field& field, void* member) {
    const auto count = Length(field, sizeof(std::int32_t), member);
    if (!count || !FitsInArray(field, *count)) return;
    char* element = static_cast<char*>(field.place.resize(Filled(field, member), *count));
    for (std::uint32_t i = 0; i < *count && reader_.ok(); ++i) {
      ReadElement(field, element);
      element += field.place.element_size;
    }
  }

  // Whether the bytes that are left can hold `count` elements, and the limits allow them.
  bool FitsInArray(const Field& field, std::uint32_t count) {
    const std::size_t element_size = MinElementSize(field, version_, is_flexible_);
    if (count > limits_.max_elements || count > reader_.remaining() / element_size) {
      reader_.Fail(fmt::format("{} of {} elements, where {} bytes are left and {} are allowed",
                               field.name, count, reader_.remaining(), limits_.max_elements));
      return false;
    }
    return Pay(field, count * field.place.element_size);
  }

  void ReadElement(const Field& field, void* element) {
    switch (field.type) {
      case FieldType::kStruct:
        return ReadStruct(field.fields, element);
      case FieldType::kString:
      case FieldType::kBytes:
        return ReadText(field, element);
      default:
        return ReadFixed(field.type, element);
    }
  }

  // A string in an array, which is never null there.
  void ReadText(const Field& field, void* element) {
    const auto size =
        ReadLength(reader_, field.IsCompact(is_flexible_), FixedLengthSize(field), field.name);
    if (!size) return reader_.Fail(fmt::format("one of {} is null", field.name));
    const std::string_view bytes = reader_.Raw(*size);
    if (Pay(field, bytes.size())) static_cast<std::string*>(element)->assign(bytes);
  }

  void ReadSized(const Field& field, void* member) {
    const auto size = Length(field, FixedLengthSize(field), member);
    if (!size) return;
    const std::string_view bytes = reader_.Raw(*size);
    if (!reader_.ok()) return;
    if (field.type == FieldType::kRecords) {
      *static_cast<std::string_view*>(Filled(field, member)) = bytes;
    } else if (Pay(field, bytes.size())) {
      static_cast<std::string*>(Filled(field, member))->assign(bytes);
    }
  }

  void ReadNested(const Field& field, void* member) {
    const bool is_null = version_ >= field.nullable_since && reader_.Int<std::int8_t>() < 0;
    if (is_null) return SetNull(field, member);
    ReadStruct(field.fields, Filled(field, member));
  }

  void ReadFixed(FieldType type, void* value) {
    switch (type) {
      case FieldType::kBool:
        *static_cast<bool*>(value) = reader_.Int<std::int8_t>() != 0;
        return;
      case FieldType::kInt8:
        return ReadInt<std::int8_t>(value);
      case FieldType::kInt16:
      case FieldType::kUint16:
        return ReadInt<std::int16_t>(value);
      case FieldType::kInt32:
        return ReadInt<std::int32_t>(value);
      case FieldType::kInt64:
        return ReadInt<std::int64_t>(value);
      case FieldType::kFloat64:
        *static_cast<double*>(value) = std::bit_cast<double>(reader_.Int<std::int64_t>());
        return;
      case FieldType::kUuid:
        *static_cast<base::Uuid*>(value) = ReadUuid(reader_);
        return;
      default:
        return;
    }
  }

  template <typename T>
  void ReadInt(void* value) {
    const T read = reader_.Int<T>();
    std::memcpy(value, &read, sizeof read);
  }

  // Where the value of a member goes: into a std::optional, if it is one.
  static void* Filled(const Field& field, void* member) {
    return field.place.emplace != nullptr ? field.place.emplace(member) : member;
  }

  // The length of the member's array, string or bytes. Nothing for null, which the member then is,
  // if it may be.
  std::optional<std::uint32_t> Length(const Field& field, std::size_t fixed_size, void* member) {
    const auto length = ReadLength(reader_, field.IsCompact(is_flexible_), fixed_size, field.name);
    if (!length && reader_.ok()) SetNull(field, member);
    return length;
  }

  void SetNull(const Field& field, void* member) {
    if (version_ < field.nullable_since) return reader_.Fail(fmt::format("{} is null", field.name));
    field.place.reset(member);
  }

  // Whether `bytes` more for the field are within the limit.
  bool Pay(const Field& field, std::size_t bytes) {
    if (bytes > memory_left_) {
      reader_.Fail(fmt::format("{} takes the message above {} bytes of memory", field.name,
                               limits_.max_memory));
      return false;
    }
    memory_left_ -= bytes;
    return true;
  }

  int version_;
  bool is_flexible_;
  KafkaReader& reader_;
  const DecodeLimits& limits_;
  std::size_t& memory_left_;
};

}  // namespace

absl::Status DecodeMessage(const Message& message, int version, KafkaReader& reader, void* object,
                           const DecodeLimits& limits) {
  if (auto status = CheckVersion(message, version); !status.ok()) return status;
  std::size_t memory_left = limits.max_memory;
  Decoding(version, message.IsFlexible(version), reader, limits, memory_left)
      .ReadStruct(message.fields, object);
  if (reader.ok()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   std::string(reader.status().message()));
}

}  // namespace rill::wire
