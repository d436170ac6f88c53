// The records of __consumer_offsets.

#include "wire/internal_messages.h"

namespace rill::wire {
namespace {

// What consumers tell each other through their group.
constexpr Field kTopicPartitionNames[] = {String("topic"), Array(Int32("partitions"))};
constexpr Field kConsumerProtocolSubscriptionFields[] = {
    Array(String("topics")), Bytes("userData").Nullable(),
    Array(Struct("ownedPartitions", kTopicPartitionNames)).Since(1), Int32("generationId").Since(2),
    String("rackId").Since(3).Nullable()};
constexpr Message kConsumerProtocolSubscription = {"ConsumerProtocolSubscription",
                                                   kConsumerProtocolSubscriptionFields, 3};

constexpr Field kConsumerProtocolAssignmentFields[] = {
    Array(Struct("assignedPartitions", kTopicPartitionNames)), Bytes("userData").Nullable()};
constexpr Message kConsumerProtocolAssignment = {"ConsumerProtocolAssignment",
                                                 kConsumerProtocolAssignmentFields, 3};

// What the group coordinator keeps. Fields that are shared by several records come first.
constexpr Field kTopicIdPartitions[] = {Uuid("topicId"), Array(Int32("partitions"))};
constexpr Field kKeyValue[] = {String("key"), String("value")};

constexpr Field kAssignedPartitions[] = {Uuid("topicId"), Array(Int32("partitions")),
                                         Array(Int32("assignmentEpochs")).Nullable().Tagged(0)};
constexpr Field kConsumerGroupCurrentMemberAssignmentValueFields[] = {
    Int32("memberEpoch"), Int32("previousMemberEpoch"), Int8("state"),
    Array(Struct("assignedPartitions", kAssignedPartitions)),
    Array(Struct("partitionsPendingRevocation", kAssignedPartitions))};
constexpr Message kConsumerGroupCurrentMemberAssignmentValue = {
    "ConsumerGroupCurrentMemberAssignmentValue", kConsumerGroupCurrentMemberAssignmentValueFields,
    0, 0};

constexpr Field kClassicProtocol[] = {String("name"), Bytes("metadata")};
constexpr Field kClassicMemberMetadata[] = {Int32("sessionTimeoutMs"),
                                            Array(Struct("supportedProtocols", kClassicProtocol))};
constexpr Field kConsumerGroupMemberMetadataValueFields[] = {
    String("instanceId").Nullable(),
    String("rackId").Nullable(),
    String("clientId"),
    String("clientHost"),
    Array(String("subscribedTopicNames")),
    String("subscribedTopicRegex").Nullable(),
    Int32("rebalanceTimeoutMs"),
    String("serverAssignor").Nullable(),
    Struct("classicMemberMetadata", kClassicMemberMetadata).Nullable().Tagged(0)};
constexpr Message kConsumerGroupMemberMetadataValue = {
    "ConsumerGroupMemberMetadataValue", kConsumerGroupMemberMetadataValueFields, 0, 0};

constexpr Field kConsumerGroupMetadataValueFields[] = {Int32("epoch"),
                                                       Int64("metadataHash").Tagged(0)};
constexpr Message kConsumerGroupMetadataValue = {"ConsumerGroupMetadataValue",
                                                 kConsumerGroupMetadataValueFields, 0, 0};

constexpr Field kPartitionMetadata[] = {Int32("partition"), Array(String("racks"))};
constexpr Field kTopicMetadata[] = {Uuid("topicId"), String("topicName"), Int32("numPartitions"),
                                    Array(Struct("partitionMetadata", kPartitionMetadata))};
constexpr Field kConsumerGroupPartitionMetadataValueFields[] = {
    Array(Struct("topics", kTopicMetadata))};
constexpr Message kConsumerGroupPartitionMetadataValue = {
    "ConsumerGroupPartitionMetadataValue", kConsumerGroupPartitionMetadataValueFields, 0, 0};

constexpr Field kConsumerGroupRegularExpressionValueFields[] = {
    Array(String("topics")), Int64("version"), Int64("timestamp")};
constexpr Message kConsumerGroupRegularExpressionValue = {
    "ConsumerGroupRegularExpressionValue", kConsumerGroupRegularExpressionValueFields, 0, 0};

constexpr Field kTopicPartition[] = {Uuid("topicId"), Array(Int32("partitions"))};
constexpr Field kConsumerGroupTargetAssignmentMemberValueFields[] = {
    Array(Struct("topicPartitions", kTopicPartition))};
constexpr Message kConsumerGroupTargetAssignmentMemberValue = {
    "ConsumerGroupTargetAssignmentMemberValue", kConsumerGroupTargetAssignmentMemberValueFields, 0,
    0};

constexpr Field kConsumerGroupTargetAssignmentMetadataValueFields[] = {
    Int32("assignmentEpoch"), Int64("assignmentTimestamp").Tagged(0)};
constexpr Message kConsumerGroupTargetAssignmentMetadataValue = {
    "ConsumerGroupTargetAssignmentMetadataValue", kConsumerGroupTargetAssignmentMetadataValueFields,
    0, 0};

constexpr Field kMemberMetadata[] = {String("memberId"),
                                     String("groupInstanceId").Since(3).Nullable(),
                                     String("clientId"),
                                     String("clientHost"),
                                     Int32("rebalanceTimeout").Since(1),
                                     Int32("sessionTimeout"),
                                     Bytes("subscription"),
                                     Bytes("assignment")};
constexpr Field kGroupMetadataValueFields[] = {String("protocolType"),
                                               Int32("generation"),
                                               String("protocol").Nullable(),
                                               String("leader").Nullable(),
                                               Int64("currentStateTimestamp").Since(2),
                                               Array(Struct("members", kMemberMetadata))};
constexpr Message kGroupMetadataValue = {"GroupMetadataValue", kGroupMetadataValueFields, 4, 4};

// The same of a group of consumers, whose members' bytes are known to be consumers' messages.
constexpr Field kConsumerMetadata[] = {String("memberId"),
                                       String("groupInstanceId").Since(3).Nullable(),
                                       String("clientId"),
                                       String("clientHost"),
                                       Int32("rebalanceTimeout").Since(1),
                                       Int32("sessionTimeout"),
                                       Bytes("subscription", &kConsumerProtocolSubscription),
                                       Bytes("assignment", &kConsumerProtocolAssignment)};
constexpr Field kConsumersMetadataValueFields[] = {String("protocolType"),
                                                   Int32("generation"),
                                                   String("protocol").Nullable(),
                                                   String("leader").Nullable(),
                                                   Int64("currentStateTimestamp").Since(2),
                                                   Array(Struct("members", kConsumerMetadata))};
constexpr Message kConsumersMetadataValue = {"GroupMetadataValue", kConsumersMetadataValueFields, 4,
                                             4};

constexpr Field kLegacyOffsetCommitValueFields[] = {Int64("offset"), String("metadata"),
                                                    Int64("commitTimestamp")};
constexpr Message kLegacyOffsetCommitValue = {"LegacyOffsetCommitValue",
                                              kLegacyOffsetCommitValueFields};

constexpr Field kOffsetCommitValueFields[] = {Int64("offset"),
                                              Int32("leaderEpoch").Since(3),
                                              String("metadata"),
                                              Int64("commitTimestamp"),
                                              Int64("expireTimestamp").Since(1).Until(1),
                                              Uuid("topicId").Since(4).Tagged(0)};
constexpr Message kOffsetCommitValue = {"OffsetCommitValue", kOffsetCommitValueFields, 4, 4};

constexpr Field kShareGroupCurrentMemberAssignmentValueFields[] = {
    Int32("memberEpoch"), Int32("previousMemberEpoch"), Int8("state"),
    Array(Struct("assignedPartitions", kTopicIdPartitions))};
constexpr Message kShareGroupCurrentMemberAssignmentValue = {
    "ShareGroupCurrentMemberAssignmentValue", kShareGroupCurrentMemberAssignmentValueFields, 0, 0};

constexpr Field kShareGroupMemberMetadataValueFields[] = {String("rackId").Nullable(),
                                                          String("clientId"), String("clientHost"),
                                                          Array(String("subscribedTopicNames"))};
constexpr Message kShareGroupMemberMetadataValue = {"ShareGroupMemberMetadataValue",
                                                    kShareGroupMemberMetadataValueFields, 0, 0};

constexpr Field kShareGroupMetadataValueFields[] = {Int32("epoch"), Int64("metadataHash")};
constexpr Message kShareGroupMetadataValue = {"ShareGroupMetadataValue",
                                              kShareGroupMetadataValueFields, 0, 0};

constexpr Field kAssignedPartitionsInfo[] = {Uuid("topicId"), String("topicName"),
                                             Array(Int32("partitions"))};
constexpr Field kTopicInfo[] = {Uuid("topicId"), String("topicName")};
constexpr Field kShareGroupStatePartitionMetadataValueFields[] = {
    Array(Struct("initializingTopics", kAssignedPartitionsInfo)),
    Array(Struct("initializedTopics", kAssignedPartitionsInfo)),
    Array(Struct("deletingTopics", kTopicInfo))};
constexpr Message kShareGroupStatePartitionMetadataValue = {
    "ShareGroupStatePartitionMetadataValue", kShareGroupStatePartitionMetadataValueFields, 0, 0};

constexpr Field kShareGroupTargetAssignmentMemberValueFields[] = {
    Array(Struct("topicPartitions", kTopicPartition))};
constexpr Message kShareGroupTargetAssignmentMemberValue = {
    "ShareGroupTargetAssignmentMemberValue", kShareGroupTargetAssignmentMemberValueFields, 0, 0};

constexpr Field kShareGroupTargetAssignmentMetadataValueFields[] = {
    Int32("assignmentEpoch"), Int64("assignmentTimestamp").Tagged(0)};
constexpr Message kShareGroupTargetAssignmentMetadataValue = {
    "ShareGroupTargetAssignmentMetadataValue", kShareGroupTargetAssignmentMetadataValueFields, 0,
    0};

constexpr Field kTaskIds[] = {String("subtopologyId"), Array(Int32("partitions")),
                              Array(Int32("assignmentEpochs")).Nullable().Tagged(0)};
constexpr Field kStreamsGroupCurrentMemberAssignmentValueFields[] = {
    Int32("memberEpoch"),
    Int32("previousMemberEpoch"),
    Int8("state"),
    Array(Struct("activeTasks", kTaskIds)),
    Array(Struct("standbyTasks", kTaskIds)),
    Array(Struct("warmupTasks", kTaskIds)),
    Array(Struct("activeTasksPendingRevocation", kTaskIds)),
    Array(Struct("standbyTasksPendingRevocation", kTaskIds)),
    Array(Struct("warmupTasksPendingRevocation", kTaskIds))};
constexpr Message kStreamsGroupCurrentMemberAssignmentValue = {
    "StreamsGroupCurrentMemberAssignmentValue", kStreamsGroupCurrentMemberAssignmentValueFields, 0,
    0};

constexpr Field kEndpoint[] = {String("host"), Uint16("port")};
constexpr Field kStreamsGroupMemberMetadataValueFields[] = {
    String("instanceId").Nullable(),
    String("rackId").Nullable(),
    String("clientId"),
    String("clientHost"),
    Int32("rebalanceTimeoutMs"),
    Int32("topologyEpoch"),
    String("processId"),
    Struct("userEndpoint", kEndpoint).Nullable(),
    Array(Struct("clientTags", kKeyValue))};
constexpr Message kStreamsGroupMemberMetadataValue = {"StreamsGroupMemberMetadataValue",
                                                      kStreamsGroupMemberMetadataValueFields, 0, 0};

constexpr Field kStreamsGroupMetadataValueFields[] = {
    Int32("epoch"),
    Int64("metadataHash"),
    Int32("validatedTopologyEpoch").Tagged(0).Default(-1),
    Array(Struct("lastAssignmentConfigs", kKeyValue)).Nullable().Tagged(1),
    Int32("storedDescriptionTopologyEpoch").Tagged(2).Default(-1),
    Int32("failedDescriptionTopologyEpoch").Tagged(3).Default(-1)};
constexpr Message kStreamsGroupMetadataValue = {"StreamsGroupMetadataValue",
                                                kStreamsGroupMetadataValueFields, 0, 0};

constexpr Field kTargetTaskIds[] = {String("subtopologyId"), Array(Int32("partitions"))};
constexpr Field kStreamsGroupTargetAssignmentMemberValueFields[] = {
    Array(Struct("activeTasks", kTargetTaskIds)), Array(Struct("standbyTasks", kTargetTaskIds)),
    Array(Struct("warmupTasks", kTargetTaskIds))};
constexpr Message kStreamsGroupTargetAssignmentMemberValue = {
    "StreamsGroupTargetAssignmentMemberValue", kStreamsGroupTargetAssignmentMemberValueFields, 0,
    0};

constexpr Field kStreamsGroupTargetAssignmentMetadataValueFields[] = {
    Int32("assignmentEpoch"), Int64("assignmentTimestamp").Tagged(0)};
constexpr Message kStreamsGroupTargetAssignmentMetadataValue = {
    "StreamsGroupTargetAssignmentMetadataValue", kStreamsGroupTargetAssignmentMetadataValueFields,
    0, 0};

constexpr Field kSubtopologyTopic[] = {String("name"), Int32("partitions"),
                                       Int16("replicationFactor"),
                                       Array(Struct("topicConfigs", kKeyValue))};
constexpr Field kCopartitionGroup[] = {Array(Int16("sourceTopics")),
                                       Array(Int16("sourceTopicRegex")),
                                       Array(Int16("repartitionSourceTopics"))};
constexpr Field kSubtopology[] = {String("subtopologyId"),
                                  Array(String("sourceTopics")),
                                  Array(String("sourceTopicRegex")),
                                  Array(Struct("stateChangelogTopics", kSubtopologyTopic)),
                                  Array(String("repartitionSinkTopics")),
                                  Array(Struct("repartitionSourceTopics", kSubtopologyTopic)),
                                  Array(Struct("copartitionGroups", kCopartitionGroup))};
constexpr Field kStreamsGroupTopologyValueFields[] = {Int32("epoch"),
                                                      Array(Struct("subtopologies", kSubtopology))};
constexpr Message kStreamsGroupTopologyValue = {"StreamsGroupTopologyValue",
                                                kStreamsGroupTopologyValueFields, 0, 0};

constexpr Field kOffsetKeyFields[] = {String("group"), String("topic"), Int32("partition")};
constexpr Message kOffsetKey = {"OffsetCommitKey", kOffsetKeyFields};
constexpr Field kClassicGroupKeyFields[] = {String("group")};
constexpr Message kClassicGroupKey = {"GroupMetadataKey", kClassicGroupKeyFields};
constexpr Field kGroupKeyFields[] = {String("groupId")};
constexpr Message kGroupKey = {"group key", kGroupKeyFields};
constexpr Field kMemberKeyFields[] = {String("groupId"), String("memberId")};
constexpr Message kMemberKey = {"group member key", kMemberKeyFields};
constexpr Field kRegexKeyFields[] = {String("groupId"), String("regularExpression")};
constexpr Message kRegexKey = {"ConsumerGroupRegularExpressionKey", kRegexKeyFields};

constexpr RecordKind kKinds[] = {
    {0, &kOffsetKey, &kLegacyOffsetCommitValue},
    {1, &kOffsetKey, &kOffsetCommitValue},
    {2, &kClassicGroupKey, &kGroupMetadataValue},
    {3, &kGroupKey, &kConsumerGroupMetadataValue},
    {4, &kGroupKey, &kConsumerGroupPartitionMetadataValue},
    {5, &kMemberKey, &kConsumerGroupMemberMetadataValue},
    {6, &kGroupKey, &kConsumerGroupTargetAssignmentMetadataValue},
    {7, &kMemberKey, &kConsumerGroupTargetAssignmentMemberValue},
    {8, &kMemberKey, &kConsumerGroupCurrentMemberAssignmentValue},
    {10, &kMemberKey, &kShareGroupMemberMetadataValue},
    {11, &kGroupKey, &kShareGroupMetadataValue},
    {12, &kGroupKey, &kShareGroupTargetAssignmentMetadataValue},
    {13, &kMemberKey, &kShareGroupTargetAssignmentMemberValue},
    {14, &kMemberKey, &kShareGroupCurrentMemberAssignmentValue},
    {15, &kGroupKey, &kShareGroupStatePartitionMetadataValue},
    {16, &kRegexKey, &kConsumerGroupRegularExpressionValue},
    {17, &kGroupKey, &kStreamsGroupMetadataValue},
    {19, &kMemberKey, &kStreamsGroupMemberMetadataValue},
    {20, &kGroupKey, &kStreamsGroupTargetAssignmentMetadataValue},
    {21, &kMemberKey, &kStreamsGroupTargetAssignmentMemberValue},
    {22, &kMemberKey, &kStreamsGroupCurrentMemberAssignmentValue},
    {23, &kGroupKey, &kStreamsGroupTopologyValue},
};

}  // namespace

std::span<const RecordKind> OffsetsTopicKinds() { return kKinds; }

const Message& ConsumersMetadataValue() { return kConsumersMetadataValue; }

}  // namespace rill::wire
