// The records of __transaction_state and __share_group_state.

#include "wire/internal_messages.h"

namespace rill::wire {
namespace {

constexpr Field kTransactionLogKeyFields[] = {String("transactionalId")};
constexpr Message kTransactionLogKey = {"TransactionLogKey", kTransactionLogKeyFields};

constexpr Field kTransactionPartitions[] = {String("topic"), Array(Int32("partitionIds"))};
constexpr Field kTransactionLogValueFields[] = {
    Int64("producerId"),
    Int64("previousProducerId").Since(1).Tagged(0).Default(-1),
    Int64("nextProducerId").Since(1).Tagged(1).Default(-1),
    Int16("producerEpoch"),
    Int16("nextProducerEpoch").Since(1).Tagged(3).Default(-1),
    Int32("transactionTimeoutMs"),
    Int8("transactionStatus"),
    Array(Struct("transactionPartitions", kTransactionPartitions)).Nullable(),
    Int64("transactionLastUpdateTimestampMs"),
    Int64("transactionStartTimestampMs"),
    Int16("clientTransactionVersion").Since(1).Tagged(2)};
constexpr Message kTransactionLogValue = {"TransactionLogValue", kTransactionLogValueFields, 1, 1};

constexpr RecordKind kTransactionKinds[] = {{0, &kTransactionLogKey, &kTransactionLogValue}};

constexpr Field kSharePartitionKeyFields[] = {String("groupId"), Uuid("topicId"),
                                              Int32("partition")};
constexpr Message kSharePartitionKey = {"share partition key", kSharePartitionKeyFields};

constexpr Field kStateBatch[] = {Int64("firstOffset"), Int64("lastOffset"), Int8("deliveryState"),
                                 Int16("deliveryCount")};
constexpr Field kShareSnapshotValueFields[] = {Int32("snapshotEpoch"),
                                               Int32("stateEpoch"),
                                               Int32("leaderEpoch"),
                                               Int64("startOffset"),
                                               Int32("deliveryCompleteCount").Tagged(0).Default(-1),
                                               Int64("createTimestamp"),
                                               Int64("writeTimestamp"),
                                               Array(Struct("stateBatches", kStateBatch))};
constexpr Message kShareSnapshotValue = {"ShareSnapshotValue", kShareSnapshotValueFields, 0, 0};

constexpr Field kShareUpdateValueFields[] = {Int32("snapshotEpoch"), Int32("leaderEpoch"),
                                             Int64("startOffset"),
                                             Int32("deliveryCompleteCount").Tagged(0).Default(-1),
                                             Array(Struct("stateBatches", kStateBatch))};
constexpr Message kShareUpdateValue = {"ShareUpdateValue", kShareUpdateValueFields, 0, 0};

constexpr RecordKind kShareKinds[] = {{0, &kSharePartitionKey, &kShareSnapshotValue},
                                      {1, &kSharePartitionKey, &kShareUpdateValue}};

}  // namespace

std::span<const RecordKind> TransactionTopicKinds() { return kTransactionKinds; }

std::span<const RecordKind> ShareStateTopicKinds() { return kShareKinds; }

}  // namespace rill::wire
