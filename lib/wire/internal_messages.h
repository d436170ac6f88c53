#pragma once

#include <cstdint>
#include <span>

#include "wire/schema.h"

// The records of Kafka's internal topics, and what stands in control records, as Kafka 4.3 writes
// and reads them.
namespace rill::wire {

// A kind of record whose key begins with its type, in 16 bits, and whose value with its version.
struct RecordKind {
  std::int16_t type;
  const Message* key;
  const Message* value;
};

std::span<const RecordKind> OffsetsTopicKinds();      // __consumer_offsets
std::span<const RecordKind> TransactionTopicKinds();  // __transaction_state
std::span<const RecordKind> ShareStateTopicKinds();   // __share_group_state

// GroupMetadataValue, with the subscriptions and assignments of its members told as well: for
// groups whose protocol type is "consumer".
const Message& ConsumersMetadataValue();

// A kind of record of __cluster_metadata, which has no key.
struct MetadataKind {
  std::int16_t type;
  const Message* value;
};

std::span<const MetadataKind> ClusterMetadataKinds();

// The values of control records that are no transaction's. Each begins with its version.
const Message& LeaderChangeMessage();
const Message& SnapshotHeaderRecord();
const Message& SnapshotFooterRecord();
const Message& KRaftVersionRecord();
const Message& VotersRecord();

}  // namespace rill::wire
