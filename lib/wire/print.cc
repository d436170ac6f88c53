#include "wire/print.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "wire/java_text.h"

namespace rill::wire {
namespace {

using base::KafkaReader;

absl::Status UnknownVersion(const Message& message, int version) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   fmt::format("{} of version {}, where versions 0 to {} are known", message.name,
                               version, message.last_version));
}

class Reading {
 public:
  Reading(const Message& message, int version, KafkaReader& reader)
      : version_(version), is_flexible_(version >= message.flexible_since), reader_(reader) {}

  // A struct as a JSON object. Tagged fields come last on the wire and in their declared place in
  // the JSON, so each field's text waits until all are read.
  void AppendStruct(std::span<const Field> fields, std::string& json) {
    std::vector<std::string> texts(fields.size());
    for (std::size_t i = 0; i < fields.size() && reader_.ok(); ++i) {
      if (Has(fields[i]) && fields[i].tag < 0) AppendField(fields[i], texts[i]);
    }
    if (is_flexible_) ReadTaggedFields(fields, texts);
    const char* separator = "{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (texts[i].empty()) continue;
      json += separator;
      AppendJsonString(fields[i].name, json);
      json += ':';
      json += texts[i];
      separator = ",";
    }
    json += *separator == '{' ? "{}" : "}";
  }

 private:
  bool Has(const Field& field) const { return version_ >= field.since && version_ <= field.until; }

  void ReadTaggedFields(std::span<const Field> fields, std::vector<std::string>& texts) {
    for (std::uint32_t left = reader_.UnsignedVarint(); left > 0 && reader_.ok(); --left) {
      const std::uint32_t tag = reader_.UnsignedVarint();
      const std::string_view bytes = reader_.Raw(reader_.UnsignedVarint());
      for (std::size_t i = 0; i < fields.size() && reader_.ok(); ++i) {
        const bool is_it = fields[i].tag >= 0 && static_cast<std::uint32_t>(fields[i].tag) == tag;
        if (is_it && Has(fields[i])) ReadTagged(fields[i], bytes, texts[i]);
      }
    }
  }

  void ReadTagged(const Field& field, std::string_view bytes, std::string& text) {
    KafkaReader reader(bytes, field.name);
    Reading inner(*this, reader);
    text.clear();
    inner.AppendField(field, text);
    if (!reader.ok()) return reader_.Fail(std::string(reader.status().message()));
    if (text == DefaultText(field)) text.clear();
  }

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

  void AppendField(const Field& field, std::string& json) {
    if (!field.is_array) return AppendValue(field, json);
    const auto count = ReadLength(field, sizeof(std::int32_t));
    if (!count) return AppendNull(field, json);
    json += '[';
    // Every element takes a byte at least, so a count that cannot be ends where the bytes do.
    for (std::uint32_t i = 0; i < *count && reader_.ok(); ++i) {
      if (i > 0) json += ',';
      Field element = field;
      element.nullable_since = kNeverVersion;
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
        return AppendSized(field, sizeof(std::int16_t), json);
      case FieldType::kBytes:
        return AppendSized(field, sizeof(std::int32_t), json);
      case FieldType::kUuid:
        return AppendUuid(json);
      case FieldType::kStruct:
        return AppendNested(field, json);
    }
  }

  template <typename T>
  void AppendInt(std::string& json) {
    fmt::format_to(std::back_inserter(json), "{}", reader_.Int<T>());
  }

  void AppendUuid(std::string& json) {
    std::array<std::uint8_t, base::Uuid::kSize> bytes = {};
    const std::string_view raw = reader_.Raw(bytes.size());
    std::copy(raw.begin(), raw.end(), bytes.begin());
    fmt::format_to(std::back_inserter(json), "\"{}\"", base::Uuid(bytes).ToString());
  }

  void AppendSized(const Field& field, std::size_t length_size, std::string& json) {
    const auto size = ReadLength(field, length_size);
    if (!size) return AppendNull(field, json);
    const std::string_view bytes = reader_.Raw(*size);
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
    AppendStruct(field.fields, json);
  }

  // A struct that may be null has a number before it, of another kind among the tagged fields.
  bool IsNullStruct(const Field& field) {
    return field.tag < 0 ? reader_.Int<std::int8_t>() < 0 : reader_.UnsignedVarint() == 0;
  }

  void AppendNull(const Field& field, std::string& json) {
    if (version_ < field.nullable_since) reader_.Fail(fmt::format("{} is null", field.name));
    json += "null";
  }

  // The length of a string, bytes or an array; nothing for null. `fixed_size` is how many bytes it
  // takes where lengths are not compact.
  std::optional<std::uint32_t> ReadLength(const Field& field, std::size_t fixed_size) {
    std::int64_t length = 0;
    if (is_flexible_) {
      length = std::int64_t{reader_.UnsignedVarint()} - 1;
    } else {
      length = fixed_size == sizeof(std::int16_t) ? reader_.Int<std::int16_t>()
                                                  : reader_.Int<std::int32_t>();
    }
    if (!reader_.ok()) return 0;
    if (length < -1) reader_.Fail(fmt::format("{} of length {}", field.name, length));
    if (length < 0) return std::nullopt;
    return static_cast<std::uint32_t>(length);
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
  if (version < 0 || version > message.last_version) return UnknownVersion(message, version);
  Reading(message, version, reader).AppendStruct(message.fields, json);
  return reader.status();
}

}  // namespace rill::wire
