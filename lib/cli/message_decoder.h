#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rill::cli {

// What a decoder is given of a record; null key and value as in rill/record.h.
struct RecordContent {
  std::int64_t offset = 0;
  std::string_view key = {};
  std::string_view value = {};
};

// A key or a value as text, and what that is.
struct DecodedField {
  enum class Form {
    kBytes,  // the bytes themselves, taken for UTF-8
    kText,   // something that is said of them
    kJson,   // a value of JSON
    kNull,   // what is said where there are none
  };
  std::string text = {};
  Form form = Form::kText;
};

// What is printed of a record behind "key: " and "payload: "; nothing: not even that.
struct DecodedRecord {
  std::optional<DecodedField> key = {};
  std::optional<DecodedField> payload = {};
};

// Turns the bytes of records into text.
class MessageDecoder {
 public:
  virtual ~MessageDecoder() = default;

  // An error ends the dump. Records of an internal topic that are merely malformed are no error:
  // their text says so, as Kafka's does.
  virtual absl::StatusOr<DecodedRecord> Decode(const RecordContent& record) const = 0;
};

// Kafka's decoders of keys and values by the names of their Java classes; the default is
// kStringDecoder. InvalidArgument for a class that is none of Kafka's own.
inline constexpr char kStringDecoder[] = "org.apache.kafka.tools.api.StringDecoder";
absl::StatusOr<std::unique_ptr<MessageDecoder>> NewClassDecoder(std::string_view key_class,
                                                                std::string_view value_class);

// Decoders of Kafka's internal topics, to JSON.
std::unique_ptr<MessageDecoder> NewOffsetsDecoder();         // __consumer_offsets
std::unique_ptr<MessageDecoder> NewTransactionLogDecoder();  // __transaction_state
std::unique_ptr<MessageDecoder> NewShareStateDecoder();      // __share_group_state
std::unique_ptr<MessageDecoder> NewClusterMetadataDecoder();

}  // namespace rill::cli
