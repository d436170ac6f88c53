#include "wire/print.h"

#include <bit>
#include <concepts>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "fmt/format.h"
#include "wire/encode.h"
#include "wire/java_text.h"
#include "wire/length.h"
#include "wire/place.h"
#include "wire/read_uuid.h"
#include "wire/tagged_fields.h"
#include "wire/version.h"

namespace rill::wire {
namespace {

using base::KafkaReader;

class Reading {
 public:
  Reading(const Message& message, int version, KafkaReader& reader)
      : version_(version), is_flexible_(message.IsFlexible(version)), reader_(reader) {}

  // A struct as a JSON object; `defaults` is one in memory, if it has any place there. Tagged
  // fields come last on the wire and in their declared place in the JSON, so each field's text
  // waits until all are read.
  void AppendStruct(std::span<const Field> fields, const void* defaults, std::string& json) {
    std::vector<std::string> texts(fields.size());
    for (std::size_t i = 0; i < fields.size() && reader_.ok(); ++i) {
      if (fields[i].IsIn(version_) && fields[i].tag < 0) AppendField(fields[i], texts[i]);
    }
    if (is_flexible_) ReadTagged(fields, defaults, texts);
    const char* separator = "{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (texts[i].empty()) continue;
      json += separator;
      AppendName(fields[i], texts[i], json);
      json += ':';
      json += texts[i];
      separator = ",";
    }
    json += *separator == '{' ? "{}" : "}";
  }

 private:
  // Of records their size is told.
  static void AppendName(const Field& field, std::string_view text, std::string& json) {
    const bool is_size = field.type == FieldType::kRecords && text != "null";
    AppendJsonString(std::string(field.name) + (is_size ? "SizeInBytes" : ""), json);
  }

  void ReadTagged(std::span<const Field> fields, const void* defaults,
                  std::vector<std::string>& texts) {
    ReadTaggedFields(fields, version_, reader_, kMaxTaggedFields,
                     [&](const Field& field, KafkaReader& reader) {
                       std::string& text = texts[static_cast<std::size_t>(&field - fields.data())];
                       text.clear();
                       const std::string_view bytes = reader.Rest();
                       Reading(*this, reader).AppendField(field, text);
                       if (IsDefault(field, bytes, defaults, text)) text.clear();
                     });
  }

  // Of a field that has no place in memory.
  static std::string DefaultText(const Field& field) {
    if (field.is_null_by_default) return "null";
    if (field.is_array) return "[]";
    switch (field.type) {
      case FieldType::kString:
      case FieldType::kBytes:
        return "\"\"";
      case FieldType::kUuid:
        return fmt::format("\"{}\"", base::Uuid().ToString());
      case FieldType::kBool:
        return field.default_value != 0 ? "true" : "false";
      case FieldType::kFloat64:
        return JavaDouble(static_cast<double>(field.default_value));
      default:
        return fmt::format("{}", field.default_value);
    }
  }

  bool IsDefault(const Field& field, std::string_view bytes, const void* defaults,
                 const std::string& text) const {
    if (defaults == nullptr) return text == DefaultText(field);
    return bytes == EncodedField(field, version_, is_flexible_, MemberOf(field, defaults));
  }

  void AppendField(const Field& field, std::string& json) {
    if (!field.is_array) return AppendValue(field, json);
    const auto count = Length(field, sizeof(std::int32_t));
    if (!count) return AppendNull(field, json);
    Field element = field;
    element.nullable_since = kNeverVersion;
    json += '[';
    // Every element takes a byte at least, so a count that cannot be ends where the bytes do.
    for (std::uint32_t i = 0; i < *count && reader_.ok(); ++i) {
      if (i > 0) json += ',';
      AppendValue(element, json);
    }
    json += ']';
  }

  void AppendValue(const Field& field, std::string& json) {
    switch (field.type) {
      case FieldType::kBool:
        json += reader_.Int<std::int8_t>() != 0 ? "true" : "false";
        return;
      case FieldType::kInt8:
        return AppendInt<std::int8_t>(json);
      case FieldType::kInt16:
        return AppendInt<std::int16_t>(json);
      case FieldType::kUint16:
        return AppendInt<std::uint16_t>(json);
      case FieldType::kInt32:
        return AppendInt<std::int32_t>(json);
      case FieldType::kInt64:
        return AppendInt<std::int64_t>(json);
      case FieldType::kFloat64:
        json += JavaDouble(std::bit_cast<double>(reader_.Int<std::int64_t>()));
        return;
      case FieldType::kString:
      case FieldType::kBytes:
      case FieldType::kRecords:
        return AppendSized(field, json);
      case FieldType::kUuid:
        return AppendUuid(json);
      case FieldType::kStruct:
        return AppendNested(field, json);
    }
  }

  template <typename T>
  void AppendInt(std::string& json) {
    AppendNumber(reader_.Int<T>(), json);
  }

  static void AppendNumber(std::integral auto number, std::string& json) {
    fmt::format_to(std::back_inserter(json), "{}", number);
  }

  void AppendUuid(std::string& json) {
    fmt::format_to(std::back_inserter(json), "\"{}\"", ReadUuid(reader_).ToString());
  }

  void AppendSized(const Field& field, std::string& json) {
    const auto size = Length(field, FixedLengthSize(field));
    if (!size) return AppendNull(field, json);
    const std::string_view bytes = reader_.Raw(*size);
    if (field.type == FieldType::kRecords) return AppendNumber(bytes.size(), json);
    if (field.type == FieldType::kString) return AppendJsonString(bytes, json);
    if (field.embedded != nullptr && AppendEmbedded(*field.embedded, bytes, json)) return;
    AppendJsonBase64(bytes, json);
  }

  // Whether `bytes` are a version and such a message.
  static bool AppendEmbedded(const Message& message, std::string_view bytes, std::string& json) {
    KafkaReader reader(bytes, message.name);
    const auto version = reader.Int<std::int16_t>();
    std::string text;
    if (!reader.ok() || !AppendMessageJson(message, version, reader, text).ok()) return false;
    json += text;
    return true;
  }

  void AppendNested(const Field& field, std::string& json) {
    if (version_ >= field.nullable_since && IsNullStruct(field)) {
      json += "null";
      return;
    }
    AppendStruct(field.fields, field.place.defaults != nullptr ? field.place.defaults() : nullptr,
                 json);
  }

  // A struct that may be null has a number before it, of another kind among the tagged fields.
  bool IsNullStruct(const Field& field) {
    return field.tag < 0 ? reader_.Int<std::int8_t>() < 0 : reader_.UnsignedVarint() == 0;
  }

  void AppendNull(const Field& field, std::string& json) {
    if (version_ < field.nullable_since) reader_.Fail(fmt::format("{} is null", field.name));
    json += "null";
  }

  std::optional<std::uint32_t> Length(const Field& field, std::size_t fixed_size) {
    return ReadLength(reader_, field.IsCompact(is_flexible_), fixed_size, field.name);
  }

  Reading(const Reading& outer, KafkaReader& reader)
      : version_(outer.version_), is_flexible_(outer.is_flexible_), reader_(reader) {}

  int version_;
  bool is_flexible_;
  KafkaReader& reader_;
};

}  // namespace

absl::Status AppendMessageJson(const Message& message, int version, KafkaReader& reader,
                               std::string& json) {
  if (auto status = CheckVersion(message, version); !status.ok()) return status;
  const void* defaults = message.defaults != nullptr ? message.defaults() : nullptr;
  Reading(message, version, reader).AppendStruct(message.fields, defaults, json);
  return reader.status();
}

}  // namespace rill::wire
