#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/kafka_bytes.h"
#include "cli/message_decoder.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "rill/record.h"
#include "wire/internal_messages.h"
#include "wire/print.h"

namespace rill::cli {
namespace {

using base::KafkaReader;
using Form = DecodedField::Form;
using wire::AppendMessageJson;
using wire::Message;
using wire::MetadataKind;
using wire::RecordKind;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

absl::Status Malformed(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord, message);
}

// Of the topics whose records Kafka's coordinators write.
class CoordinatorDecoder : public MessageDecoder {
 public:
  explicit CoordinatorDecoder(std::span<const RecordKind> kinds) : kinds_(kinds) {}

  absl::StatusOr<DecodedRecord> Decode(const RecordContent& record) const override {
    if (IsNull(record.key)) {
      return Malformed(
          fmt::format("the record at offset {} has no key, which records of the topic "
                      "that the decoder is for have",
                      record.offset));
    }
    KafkaReader key(record.key, "key");
    const auto type = key.Int<std::int16_t>();
    const auto kind = std::find_if(kinds_.begin(), kinds_.end(),
                                   [type](const RecordKind& known) { return known.type == type; });
    if (key.ok() && kind == kinds_.end()) {
      return DecodedRecord{
          .key = DecodedField{
              fmt::format("Unknown record type {} at offset {}, skipping.", type, record.offset)}};
    }
    auto decoded = key.ok() ? DecodeAs(*kind, key, record.value) : key.status();
    if (decoded.ok()) return decoded;
    return DecodedRecord{.key = DecodedField{fmt::format("Error at offset {}, skipping. {}",
                                                         record.offset, Text(decoded.status()))}};
  }

 protected:
  // The message that the value of a record of `kind` is.
  virtual const Message& ValueOf(const RecordKind& kind, std::string_view) const {
    return *kind.value;
  }
  // Puts what Kafka's tool says of a value in the place of what the value itself does.
  virtual void Touch(std::string& /*json*/) const {}

 private:
  absl::StatusOr<DecodedRecord> DecodeAs(const RecordKind& kind, KafkaReader& key,
                                         std::string_view value) const {
    DecodedField decoded{fmt::format(R"({{"type":"{}","data":)", kind.type), Form::kJson};
    if (auto status = AppendMessageJson(*kind.key, 0, key, decoded.text); !status.ok()) {
      return status;
    }
    decoded.text += '}';
    auto payload = DecodePayload(kind, value);
    if (!payload.ok()) return payload.status();
    return DecodedRecord{std::move(decoded), *std::move(payload)};
  }

  absl::StatusOr<DecodedField> DecodePayload(const RecordKind& kind, std::string_view value) const {
    if (IsNull(value)) return DecodedField{"<DELETE>", Form::kNull};
    KafkaReader reader(value, kind.value->name);
    const auto version = reader.Int<std::int16_t>();
    if (!reader.ok()) return reader.status();
    DecodedField payload{fmt::format(R"({{"version":"{}","data":)", version), Form::kJson};
    const Message& message = ValueOf(kind, value);
    if (auto status = AppendMessageJson(message, version, reader, payload.text); !status.ok()) {
      return status;
    }
    Touch(payload.text);
    payload.text += '}';
    return payload;
  }

  std::span<const RecordKind> kinds_;
};

class OffsetsDecoder final : public CoordinatorDecoder {
 public:
  OffsetsDecoder() : CoordinatorDecoder(wire::OffsetsTopicKinds()) {}

 private:
  const Message& ValueOf(const RecordKind& kind, std::string_view value) const override {
    constexpr std::int16_t kGroupMetadata = 2;
    if (kind.type != kGroupMetadata) return *kind.value;
    KafkaReader reader(value, kind.value->name);
    const bool is_compact = reader.Int<std::int16_t>() >= kind.value->flexible_since;
    const std::string protocol_type = is_compact ? reader.CompactString() : reader.String();
    return protocol_type == "consumer" ? wire::ConsumersMetadataValue() : *kind.value;
  }
};

class TransactionDecoder final : public CoordinatorDecoder {
 public:
  TransactionDecoder() : CoordinatorDecoder(wire::TransactionTopicKinds()) {}

 private:
  // A state by its name; one that has none stays a number, as text.
  void Touch(std::string& json) const override {
    static constexpr std::string_view kStates[] = {
        "Empty",          "Ongoing",       "PrepareCommit", "PrepareAbort",
        "CompleteCommit", "CompleteAbort", "Dead",          "PrepareEpochFence"};
    static constexpr std::string_view kField = R"("transactionStatus":)";
    const std::size_t field = json.find(kField);  // before it there are numbers alone
    if (field == std::string::npos) return;
    const std::size_t begin = field + kField.size();
    const std::size_t size = json.find_first_not_of("-0123456789", begin) - begin;
    const std::string number = json.substr(begin, size);
    std::size_t state = 0;
    const bool has_name = absl::SimpleAtoi(number, &state) && state < std::size(kStates);
    json.replace(begin, size, fmt::format("\"{}\"", has_name ? kStates[state] : number));
  }
};

// "TopicRecord" is TOPIC_RECORD in Kafka's list of them.
std::string RecordTypeName(std::string_view message_name) {
  std::string name;
  for (const char c : message_name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital && !name.empty()) name += '_';
    name += is_capital ? c : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

class ClusterMetadataDecoder final : public MessageDecoder {
 public:
  absl::StatusOr<DecodedRecord> Decode(const RecordContent& record) const override {
    auto payload =
        IsNull(record.value) ? Malformed("the record has no value") : DecodeValue(record.value);
    if (payload.ok()) {
      return DecodedRecord{.payload = DecodedField{*std::move(payload), Form::kJson}};
    }
    return DecodedRecord{.payload = DecodedField{fmt::format(
                             "Error at {}, skipping. {}", record.offset, Text(payload.status()))}};
  }

 private:
  static absl::StatusOr<std::string> DecodeValue(std::string_view value) {
    constexpr std::uint32_t kFrameVersion = 1;
    KafkaReader reader(value, "metadata record");
    const std::uint32_t frame = reader.UnsignedVarint();
    const std::uint32_t type = reader.UnsignedVarint();
    const std::uint32_t version = reader.UnsignedVarint();
    if (!reader.ok()) return reader.status();
    if (frame != kFrameVersion) {
      return Malformed(fmt::format("frame version {}, where {} is known", frame, kFrameVersion));
    }
    for (const MetadataKind& kind : wire::ClusterMetadataKinds()) {
      if (static_cast<std::uint32_t>(kind.type) == type) {
        return DecodeAs(*kind.value, version, reader);
      }
    }
    return Malformed(fmt::format("unknown record type {}", type));
  }

  static absl::StatusOr<std::string> DecodeAs(const Message& message, std::uint32_t version,
                                              KafkaReader& reader) {
    std::string json =
        fmt::format(R"({{"type":"{}","version":{},"data":)", RecordTypeName(message.name), version);
    const int known = version > INT16_MAX ? -1 : static_cast<int>(version);
    if (auto status = AppendMessageJson(message, known, reader, json); !status.ok()) return status;
    if (reader.remaining() > 0) {
      return Malformed(fmt::format("{} bytes follow the {}", reader.remaining(), message.name));
    }
    return json + '}';
  }
};

}  // namespace

std::unique_ptr<MessageDecoder> NewOffsetsDecoder() { return std::make_unique<OffsetsDecoder>(); }

std::unique_ptr<MessageDecoder> NewTransactionLogDecoder() {
  return std::make_unique<TransactionDecoder>();
}

std::unique_ptr<MessageDecoder> NewShareStateDecoder() {
  return std::make_unique<CoordinatorDecoder>(wire::ShareStateTopicKinds());
}

std::unique_ptr<MessageDecoder> NewClusterMetadataDecoder() {
  return std::make_unique<ClusterMetadataDecoder>();
}

}  // namespace rill::cli
