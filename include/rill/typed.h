#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/consumer.h"
#include "rill/export.h"
#include "rill/producer.h"
#include "rill/records.h"
#include "rill/serde.h"

namespace rill {

// Producer, Consumer and Records for keys and values with a type (serde.h). Everything here is
// inline and compiles to the calls for bytes that it stands for: nothing is allocated that a Serde
// does not allocate.
//
//   rill::TypedProducer<std::string, Order> orders(*std::move(producer));
//   orders.Send(topic, "seoul", order);
//   ...
//   for (auto record : rill::Typed<std::string, Order>(records)) {
//     absl::StatusOr<Order> order = record.value();
//     if (!order.ok()) { ... }  // the bytes are no Order; the rest of the records are not touched
//   }

// What a record has beside its key and value. Views: they must live until Send returns.
struct SendOptions {
  std::span<const Header> headers = {};
  std::int32_t partition = kAnyPartition;
  std::optional<absl::Time> timestamp = std::nullopt;
};

// Thread rule, contracts and errors are Producer's.
template <Serializable K, Serializable V>
class TypedProducer {
 public:
  explicit TypedProducer(Producer producer) : producer_(std::move(producer)) {}

  PendingSend Send(const Topic& topic, const K& key, const V& value,
                   const SendOptions& options = {}) {
    const Serialized<K> key_bytes(key);
    const Serialized<V> value_bytes(value);
    return producer_.Send(topic, Record(key_bytes.bytes(), value_bytes.bytes(), options));
  }
  void Send(const Topic& topic, const K& key, const V& value, const SendOptions& options,
            DeliveryCallback callback) {
    const Serialized<K> key_bytes(key);
    const Serialized<V> value_bytes(value);
    producer_.Send(topic, Record(key_bytes.bytes(), value_bytes.bytes(), options),
                   std::move(callback));
  }

  // The producer for bytes underneath: Flush, Close, ClaimRecord.
  Producer& bytes() { return producer_; }

 private:
  static ProducerRecord Record(std::string_view key, std::string_view value,
                               const SendOptions& options) {
    return {.key = key,
            .value = value,
            .headers = options.headers,
            .partition = options.partition,
            .timestamp = options.timestamp};
  }

  Producer producer_;
};

namespace serde_internal {
// `status`, with where the record stood that could not be read.
RILL_EXPORT absl::Status CannotRead(const Record& record, const char* field,
                                    const absl::Status& status);
}  // namespace serde_internal

// A record whose key and value are read when they are asked for. A view into the Records that gave
// it.
template <Deserializable K, Deserializable V>
class TypedRecord {
 public:
  explicit TypedRecord(const Record& record) : record_(&record) {}

  // InvalidArgument (INVALID_RECORD), or what Serde<T>::Read says: the bytes are no K (V); the
  // message names topic, partition and offset.
  absl::StatusOr<K> key() const { return Read<K>(record_->key(), "key"); }
  absl::StatusOr<V> value() const { return Read<V>(record_->value(), "value"); }

  std::int64_t offset() const { return record_->offset(); }
  std::int64_t timestamp_ms() const { return record_->timestamp_ms(); }
  absl::Time timestamp() const { return record_->timestamp(); }
  Headers headers() const { return record_->headers(); }
  const std::string& topic() const { return record_->topic(); }
  std::int32_t partition() const { return record_->partition(); }
  const Record& bytes() const { return *record_; }

 private:
  template <typename T>
  absl::StatusOr<T> Read(std::string_view bytes, const char* field) const {
    absl::StatusOr<T> result = Deserialize<T>(bytes);
    if (!result.ok()) [[unlikely]] {
      return serde_internal::CannotRead(*record_, field, result.status());
    }
    return result;
  }

  const Record* record_;
};

// A walk over Records as typed ones. A view, valid as long as they are. A TypedRecord that it shows
// is valid until the walk goes on.
template <Deserializable K, Deserializable V>
class Typed {
 public:
  explicit Typed(const Records& records) : records_(&records) {}

  class iterator {
   public:
    using value_type = TypedRecord<K, V>;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(Records::iterator it) : it_(it) {}
    TypedRecord<K, V> operator*() const { return TypedRecord<K, V>(*it_); }
    iterator& operator++() {
      ++it_;
      return *this;
    }
    void operator++(int) { ++it_; }
    friend bool operator==(const iterator& it, std::default_sentinel_t end) {
      return it.it_ == end;
    }

   private:
    Records::iterator it_;
  };

  iterator begin() const { return iterator(records_->begin()); }
  std::default_sentinel_t end() const { return {}; }

 private:
  const Records* records_;
};

// What TypedConsumer::Poll gives: Records, and the walk over them. Move-only.
template <Deserializable K, Deserializable V>
class TypedRecords {
 public:
  explicit TypedRecords(Records records) : records_(std::move(records)) {}

  typename Typed<K, V>::iterator begin() const { return Typed<K, V>(records_).begin(); }
  std::default_sentinel_t end() const { return {}; }
  bool empty() const { return records_.empty(); }

  // To commit, to check, to keep.
  const Records& bytes() const& { return records_; }
  Records bytes() && { return std::move(records_); }

 private:
  Records records_;
};

// Thread rule, contracts and errors are Consumer's.
template <Deserializable K, Deserializable V>
class TypedConsumer {
 public:
  explicit TypedConsumer(Consumer consumer) : consumer_(std::move(consumer)) {}

  absl::StatusOr<TypedRecords<K, V>> Poll(absl::Duration timeout) {
    auto records = consumer_.Poll(timeout);
    if (!records.ok()) return records.status();
    return TypedRecords<K, V>(*std::move(records));
  }
  absl::Status Commit(const TypedRecords<K, V>& records) {
    return consumer_.Commit(records.bytes());
  }

  // The consumer of bytes underneath, for everything else.
  Consumer& bytes() { return consumer_; }

 private:
  Consumer consumer_;
};

}  // namespace rill
