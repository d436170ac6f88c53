#include <utility>

#include "base/bytes.h"
#include "cli/message_decoder.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "rill/record.h"
#include "wire/java_text.h"

namespace rill::cli {
namespace {

constexpr std::string_view kPackage = "org.apache.kafka.tools.api.";

using Form = DecodedField::Form;
using Decoder = absl::StatusOr<DecodedField> (*)(std::string_view bytes);

absl::StatusOr<DecodedField> DecodeString(std::string_view bytes) {
  DecodedField field{.form = Form::kBytes};
  wire::AppendJavaText(bytes, field.text);
  return field;
}

// Java prints where the bytes stand in its memory, which nobody can use.
absl::StatusOr<DecodedField> DecodeBytes(std::string_view bytes) {
  DecodedField field{.form = Form::kText};
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(field.text), "{:02x}", static_cast<unsigned char>(c));
  }
  return field;
}

template <typename T>
absl::StatusOr<DecodedField> DecodeNumber(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
        fmt::format("{} bytes, where a number of {} bytes was asked for", bytes.size(), sizeof(T)));
  }
  return DecodedField{fmt::format("{}", base::LoadBigEndian<T>(bytes.data())), Form::kJson};
}

absl::StatusOr<Decoder> FindDecoder(std::string_view class_name) {
  static constexpr std::pair<std::string_view, Decoder> kDecoders[] = {
      {"StringDecoder", DecodeString},
      {"DefaultDecoder", DecodeBytes},
      {"IntegerDecoder", DecodeNumber<std::int32_t>},
      {"LongDecoder", DecodeNumber<std::int64_t>}};
  for (const auto& [name, decoder] : kDecoders) {
    if (class_name.starts_with(kPackage) && class_name.substr(kPackage.size()) == name) {
      return decoder;
    }
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
      fmt::format("there is no decoder {}; rill is no Java program, and knows "
                  "StringDecoder, DefaultDecoder, IntegerDecoder and LongDecoder of {}",
                  class_name, kPackage.substr(0, kPackage.size() - 1)));
}

class ClassDecoder final : public MessageDecoder {
 public:
  ClassDecoder(Decoder key, Decoder value) : key_(key), value_(value) {}

  absl::StatusOr<DecodedRecord> Decode(const RecordContent& record) const override {
    DecodedRecord decoded;
    absl::Status status = Decode("key", key_, record.offset, record.key, decoded.key);
    if (status.ok()) {
      status = Decode("value", value_, record.offset, record.value, decoded.payload);
    }
    if (!status.ok()) return status;
    return decoded;
  }

 private:
  static absl::Status Decode(std::string_view what, Decoder decoder, std::int64_t offset,
                             std::string_view bytes, std::optional<DecodedField>& field) {
    if (IsNull(bytes)) return absl::OkStatus();
    auto decoded = decoder(bytes);
    if (!decoded.ok()) {
      return MakeError(decoded.status().code(), GetErrorCode(decoded.status()),
                       fmt::format("the {} of the record at offset {} has {}", what, offset,
                                   std::string_view(decoded.status().message().data(),
                                                    decoded.status().message().size())));
    }
    field = *std::move(decoded);
    return absl::OkStatus();
  }

  Decoder key_;
  Decoder value_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MessageDecoder>> NewClassDecoder(std::string_view key_class,
                                                                std::string_view value_class) {
  const auto value = FindDecoder(value_class);
  if (!value.ok()) return value.status();
  const auto key = FindDecoder(key_class);
  if (!key.ok()) return key.status();
  return std::make_unique<ClassDecoder>(*key, *value);
}

}  // namespace rill::cli
