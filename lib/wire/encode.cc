#include "wire/encode.h"

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/kafka_bytes.h"
#include "base/uuid.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "wire/length.h"
#include "wire/place.h"
#include "wire/version.h"

namespace rill::wire {
namespace {

// What an Encoding writes to. This one counts.
class SizeCounter {
 public:
  template <std::integral T>
  void Int(T) {
    size_ += sizeof(T);
  }
  void UnsignedVarint(std::uint32_t value) {
    size_ += (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
  }
  void Raw(std::string_view bytes) { size_ += bytes.size(); }
  void Records(std::string_view records) { size_ += records.size(); }

  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

// All in one string.
class WholeWriter : public base::KafkaWriter {
 public:
  using KafkaWriter::KafkaWriter;
  void Records(std::string_view records) { Raw(records); }
};

// Records stay where they are.
class PiecesWriter : public base::KafkaWriter {
 public:
  explicit PiecesWriter(EncodedPieces& pieces)
      : KafkaWriter(std::move(pieces.bytes)), records_(pieces.records) {}

  void Records(std::string_view records) {
    if (records.empty()) return;
    records_.push_back({KafkaWriter::size(), records});
    records_size_ += records.size();
  }

  std::size_t size() const { return KafkaWriter::size() + records_size_; }

 private:
  std::vector<EncodedPieces::Records>& records_;
  std::size_t records_size_ = 0;
};

template <typename Out>
class Encoding {
 public:
  Encoding(int version, bool is_flexible, Out& out)
      : version_(version), is_flexible_(is_flexible), out_(out) {}

  void WriteStruct(std::span<const Field> fields, const void* object, const void* defaults) {
    std::uint32_t tagged = 0;
    for (const Field& field : fields) {
      if (!field.IsIn(version_)) {
        if (!field.is_ignorable && !IsDefault(field, object, defaults)) FailUnsaid(field);
      } else if (field.tag < 0) {
        WriteField(field, MemberOf(field, object));
      } else if (!IsDefault(field, object, defaults)) {
        ++tagged;
      }
    }
    if (!is_flexible_) return;
    out_.UnsignedVarint(tagged);
    if (tagged > 0) WriteTaggedFields(fields, object, defaults);
  }

  // What could not be said; empty if nothing.
  std::string& problem() { return problem_; }

  void WriteField(const Field& field, const void* member) {
    const void* value = ValueOf(field, member);
    if (value == nullptr) return WriteNull(field);
    if (field.is_array) return WriteArray(field, value);
    const bool may_be_null = field.type == FieldType::kStruct && version_ >= field.nullable_since;
    if (may_be_null) out_.Int(std::int8_t{1});
    WriteValue(field, value);
  }

 private:
  void Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  static bool IsDefault(const Field& field, const void* object, const void* defaults) {
    return field.place.is_equal(MemberOf(field, object), MemberOf(field, defaults));
  }

  void FailUnsaid(const Field& field) {
    Fail(fmt::format("{} has no place in version {}", field.name, version_));
  }

  // By the number of their tags, as the protocol wants them.
  void WriteTaggedFields(std::span<const Field> fields, const void* object, const void* defaults) {
    int last_tag = -1;
    for (const Field* field = NextTagged(fields, last_tag); field != nullptr;
         field = NextTagged(fields, last_tag)) {
      last_tag = field->tag;
      if (IsDefault(*field, object, defaults)) continue;
      const void* member = MemberOf(*field, object);
      SizeCounter counter;
      Encoding<SizeCounter>(version_, is_flexible_, counter).WriteField(*field, member);
      out_.UnsignedVarint(static_cast<std::uint32_t>(field->tag));
      out_.UnsignedVarint(static_cast<std::uint32_t>(counter.size()));
      WriteField(*field, member);
    }
  }

  const Field* NextTagged(std::span<const Field> fields, int last_tag) const {
    const Field* next = nullptr;
    for (const Field& field : fields) {
      const bool follows = field.tag > last_tag && field.IsIn(version_);
      if (follows && (next == nullptr || field.tag < next->tag)) next = &field;
    }
    return next;
  }

  void WriteNull(const Field& field) {
    if (version_ < field.nullable_since) {
      return Fail(
          fmt::format("{} is null, which it cannot be in version {}", field.name, version_));
    }
    if (!field.is_array && field.type == FieldType::kStruct) return out_.Int(std::int8_t{-1});
    if (field.IsCompact(is_flexible_)) return out_.UnsignedVarint(0);
    if (!field.is_array && field.type == FieldType::kString) return out_.Int(std::int16_t{-1});
    out_.Int(std::int32_t{-1});
  }

  void WriteArray(const Field& field, const void* vector) {
    const Elements elements(field, vector);
    WriteLength(field, elements.size(), sizeof(std::int32_t));
    for (std::size_t i = 0; i < elements.size(); ++i) WriteValue(field, elements[i]);
  }

  void WriteValue(const Field& field, const void* value) {
    switch (field.type) {
      case FieldType::kBool:
      case FieldType::kInt8:
        return out_.Int(static_cast<std::int8_t>(LoadInteger(field.type, value)));
      case FieldType::kInt16:
      case FieldType::kUint16:
        return out_.Int(static_cast<std::int16_t>(LoadInteger(field.type, value)));
      case FieldType::kInt32:
        return out_.Int(static_cast<std::int32_t>(LoadInteger(field.type, value)));
      case FieldType::kInt64:
        return out_.Int(LoadInteger(field.type, value));
      case FieldType::kFloat64:
        return out_.Int(std::bit_cast<std::int64_t>(*static_cast<const double*>(value)));
      case FieldType::kString:
      case FieldType::kBytes:
        return WriteBytes(field, *static_cast<const std::string*>(value));
      case FieldType::kRecords:
        return WriteRecords(field, *static_cast<const std::string_view*>(value));
      case FieldType::kUuid:
        return WriteUuid(*static_cast<const base::Uuid*>(value));
      case FieldType::kStruct:
        return WriteStruct(field.fields, value, field.place.defaults());
    }
  }

  void WriteUuid(const base::Uuid& id) {
    out_.Raw({reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }

  void WriteBytes(const Field& field, std::string_view bytes) {
    WriteLength(field, bytes.size(), FixedLengthSize(field));
    out_.Raw(bytes);
  }

  void WriteRecords(const Field& field, std::string_view records) {
    WriteLength(field, records.size(), FixedLengthSize(field));
    out_.Records(records);
  }

  void WriteLength(const Field& field, std::size_t length, std::size_t fixed_size) {
    const bool is_short = fixed_size == sizeof(std::int16_t);
    const std::size_t most = is_short ? kMaxStringSize : kMaxMessageSize;
    if (length > most) {
      return Fail(fmt::format("{} of length {}, of at most {}", field.name, length, most));
    }
    if (field.IsCompact(is_flexible_))
      return out_.UnsignedVarint(static_cast<std::uint32_t>(length) + 1);
    if (is_short) return out_.Int(static_cast<std::int16_t>(length));
    out_.Int(static_cast<std::int32_t>(length));
  }

  int version_;
  bool is_flexible_;
  Out& out_;
  std::string problem_;
};

template <typename Out>
absl::Status EncodeTo(const Message& message, int version, const void* object, Out& out) {
  if (auto status = CheckVersion(message, version); !status.ok()) return status;
  const std::size_t size_before = out.size();
  Encoding<Out> encoding(version, message.IsFlexible(version), out);
  encoding.WriteStruct(message.fields, object, message.defaults());
  const std::size_t size = out.size() - size_before;
  std::string problem = std::move(encoding.problem());
  if (problem.empty() && size > kMaxMessageSize) {
    problem = fmt::format("{} bytes, of at most {}", size, kMaxMessageSize);
  }
  if (problem.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   fmt::format("{}: {}", message.name, problem));
}

}  // namespace

absl::Status EncodeMessage(const Message& message, int version, const void* object,
                           std::string& out) {
  const std::size_t size = out.size();
  WholeWriter writer(std::move(out));
  auto status = EncodeTo(message, version, object, writer);
  out = writer.Take();
  if (!status.ok()) out.resize(size);
  return status;
}

absl::Status EncodeMessage(const Message& message, int version, const void* object,
                           EncodedPieces& out) {
  const std::size_t size = out.bytes.size();
  const std::size_t records = out.records.size();
  PiecesWriter writer(out);
  auto status = EncodeTo(message, version, object, writer);
  out.bytes = writer.Take();
  if (!status.ok()) {
    out.bytes.resize(size);
    out.records.resize(records);
  }
  return status;
}

absl::StatusOr<std::size_t> EncodedMessageSize(const Message& message, int version,
                                               const void* object) {
  SizeCounter counter;
  auto status = EncodeTo(message, version, object, counter);
  if (!status.ok()) return status;
  return counter.size();
}

std::string EncodedField(const Field& field, int version, bool is_flexible, const void* member) {
  WholeWriter writer;
  Encoding<WholeWriter>(version, is_flexible, writer).WriteField(field, member);
  return writer.Take();
}

}  // namespace rill::wire
