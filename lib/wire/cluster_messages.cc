// The records of __cluster_metadata.

#include "wire/internal_messages.h"

namespace rill::wire {
namespace {

constexpr Field kEndpoint[] = {String("name"), String("host"), Uint16("port"),
                               Int16("securityProtocol")};
constexpr Field kFeature[] = {String("name"), Int16("minSupportedVersion"),
                              Int16("maxSupportedVersion")};
constexpr Field kRegisterBrokerRecordFields[] = {
    Int32("brokerId"),
    Bool("isMigratingZkBroker").Since(2),
    Uuid("incarnationId"),
    Int64("brokerEpoch"),
    Array(Struct("endPoints", kEndpoint)),
    Array(Struct("features", kFeature)),
    String("rack").Nullable(),
    Bool("fenced"),
    Bool("inControlledShutdown").Since(1),
    Array(Uuid("logDirs")).Since(3).Tagged(0),
    Array(Uuid("cordonedLogDirs")).Since(4).Nullable().Tagged(1).NullByDefault()};
constexpr Message kRegisterBrokerRecord = {"RegisterBrokerRecord", kRegisterBrokerRecordFields, 4,
                                           0};

constexpr Field kUnregisterBrokerRecordFields[] = {Int32("brokerId"), Int64("brokerEpoch")};
constexpr Message kUnregisterBrokerRecord = {"UnregisterBrokerRecord",
                                             kUnregisterBrokerRecordFields, 0, 0};

constexpr Field kTopicRecordFields[] = {String("name"), Uuid("topicId")};
constexpr Message kTopicRecord = {"TopicRecord", kTopicRecordFields, 0, 0};

constexpr Field kPartitionRecordFields[] = {
    Int32("partitionId"),
    Uuid("topicId"),
    Array(Int32("replicas")),
    Array(Int32("isr")),
    Array(Int32("removingReplicas")),
    Array(Int32("addingReplicas")),
    Int32("leader"),
    Int8("leaderRecoveryState").Tagged(0),
    Int32("leaderEpoch"),
    Int32("partitionEpoch"),
    Array(Uuid("directories")).Since(1),
    Array(Int32("eligibleLeaderReplicas")).Since(2).Nullable().Tagged(1).NullByDefault(),
    Array(Int32("lastKnownElr")).Since(2).Nullable().Tagged(2).NullByDefault()};
constexpr Message kPartitionRecord = {"PartitionRecord", kPartitionRecordFields, 2, 0};

constexpr Field kConfigRecordFields[] = {Int8("resourceType"), String("resourceName"),
                                         String("name"), String("value").Nullable()};
constexpr Message kConfigRecord = {"ConfigRecord", kConfigRecordFields, 0, 0};

constexpr Field kPartitionChangeRecordFields[] = {
    Int32("partitionId"),
    Uuid("topicId"),
    Array(Int32("isr")).Nullable().Tagged(0).NullByDefault(),
    Int32("leader").Tagged(1).Default(-2),
    Array(Int32("replicas")).Nullable().Tagged(2).NullByDefault(),
    Array(Int32("removingReplicas")).Nullable().Tagged(3).NullByDefault(),
    Array(Int32("addingReplicas")).Nullable().Tagged(4).NullByDefault(),
    Int8("leaderRecoveryState").Tagged(5).Default(-1),
    Array(Uuid("directories")).Since(1).Nullable().Tagged(8).NullByDefault(),
    Array(Int32("eligibleLeaderReplicas")).Since(2).Nullable().Tagged(6).NullByDefault(),
    Array(Int32("lastKnownElr")).Since(2).Nullable().Tagged(7).NullByDefault()};
constexpr Message kPartitionChangeRecord = {"PartitionChangeRecord", kPartitionChangeRecordFields,
                                            2, 0};

constexpr Field kFenceBrokerRecordFields[] = {Int32("id"), Int64("epoch")};
constexpr Message kFenceBrokerRecord = {"FenceBrokerRecord", kFenceBrokerRecordFields, 0, 0};

constexpr Field kUnfenceBrokerRecordFields[] = {Int32("id"), Int64("epoch")};
constexpr Message kUnfenceBrokerRecord = {"UnfenceBrokerRecord", kUnfenceBrokerRecordFields, 0, 0};

constexpr Field kRemoveTopicRecordFields[] = {Uuid("topicId")};
constexpr Message kRemoveTopicRecord = {"RemoveTopicRecord", kRemoveTopicRecordFields, 0, 0};

constexpr Field kDelegationTokenRecordFields[] = {
    String("owner"),         String("requester"),   Array(String("renewers")),
    Int64("issueTimestamp"), Int64("maxTimestamp"), Int64("expirationTimestamp"),
    String("tokenId")};
constexpr Message kDelegationTokenRecord = {"DelegationTokenRecord", kDelegationTokenRecordFields,
                                            0, 0};

constexpr Field kUserScramCredentialRecordFields[] = {String("name"),     Int8("mechanism"),
                                                      Bytes("salt"),      Bytes("storedKey"),
                                                      Bytes("serverKey"), Int32("iterations")};
constexpr Message kUserScramCredentialRecord = {"UserScramCredentialRecord",
                                                kUserScramCredentialRecordFields, 0, 0};

constexpr Field kFeatureLevelRecordFields[] = {String("name"), Int16("featureLevel")};
constexpr Message kFeatureLevelRecord = {"FeatureLevelRecord", kFeatureLevelRecordFields, 0, 0};

constexpr Field kEntityData[] = {String("entityType"), String("entityName").Nullable()};
constexpr Field kClientQuotaRecordFields[] = {Array(Struct("entity", kEntityData)), String("key"),
                                              Float64("value"), Bool("remove")};
constexpr Message kClientQuotaRecord = {"ClientQuotaRecord", kClientQuotaRecordFields, 0, 0};

constexpr Field kProducerIdsRecordFields[] = {Int32("brokerId"), Int64("brokerEpoch"),
                                              Int64("nextProducerId")};
constexpr Message kProducerIdsRecord = {"ProducerIdsRecord", kProducerIdsRecordFields, 0, 0};

constexpr Field kBrokerRegistrationChangeRecordFields[] = {
    Int32("brokerId"),
    Int64("brokerEpoch"),
    Int8("fenced").Tagged(0),
    Int8("inControlledShutdown").Since(1).Tagged(1),
    Array(Uuid("logDirs")).Since(2).Tagged(2),
    Array(Uuid("cordonedLogDirs")).Since(3).Nullable().Tagged(3).NullByDefault()};
constexpr Message kBrokerRegistrationChangeRecord = {"BrokerRegistrationChangeRecord",
                                                     kBrokerRegistrationChangeRecordFields, 3, 0};

constexpr Field kAccessControlEntryRecordFields[] = {
    Uuid("id"),          Int8("resourceType"), String("resourceName"), Int8("patternType"),
    String("principal"), String("host"),       Int8("operation"),      Int8("permissionType")};
constexpr Message kAccessControlEntryRecord = {"AccessControlEntryRecord",
                                               kAccessControlEntryRecordFields, 0, 0};

constexpr Field kRemoveAccessControlEntryRecordFields[] = {Uuid("id")};
constexpr Message kRemoveAccessControlEntryRecord = {"RemoveAccessControlEntryRecord",
                                                     kRemoveAccessControlEntryRecordFields, 0, 0};

constexpr Message kNoOpRecord = {"NoOpRecord", {}, 0, 0};

constexpr Field kZkMigrationStateRecordFields[] = {Int8("zkMigrationState")};
constexpr Message kZkMigrationStateRecord = {"ZkMigrationStateRecord",
                                             kZkMigrationStateRecordFields, 0, 0};

constexpr Field kRemoveUserScramCredentialRecordFields[] = {String("name"), Int8("mechanism")};
constexpr Message kRemoveUserScramCredentialRecord = {"RemoveUserScramCredentialRecord",
                                                      kRemoveUserScramCredentialRecordFields, 0, 0};

constexpr Field kBeginTransactionRecordFields[] = {
    String("name").Nullable().Tagged(0).NullByDefault()};
constexpr Message kBeginTransactionRecord = {"BeginTransactionRecord",
                                             kBeginTransactionRecordFields, 0, 0};

constexpr Message kEndTransactionRecord = {"EndTransactionRecord", {}, 0, 0};

constexpr Field kAbortTransactionRecordFields[] = {
    String("reason").Nullable().Tagged(0).NullByDefault()};
constexpr Message kAbortTransactionRecord = {"AbortTransactionRecord",
                                             kAbortTransactionRecordFields, 0, 0};

constexpr Field kRemoveDelegationTokenRecordFields[] = {String("tokenId")};
constexpr Message kRemoveDelegationTokenRecord = {"RemoveDelegationTokenRecord",
                                                  kRemoveDelegationTokenRecordFields, 0, 0};

constexpr Field kRegisterControllerRecordFields[] = {
    Int32("controllerId"), Uuid("incarnationId"), Bool("zkMigrationReady"),
    Array(Struct("endPoints", kEndpoint)), Array(Struct("features", kFeature))};
constexpr Message kRegisterControllerRecord = {"RegisterControllerRecord",
                                               kRegisterControllerRecordFields, 0, 0};

constexpr Field kClearElrRecordFields[] = {String("topicName")};
constexpr Message kClearElrRecord = {"ClearElrRecord", kClearElrRecordFields, 0, 0};

constexpr Field kUnregisterControllerRecordFields[] = {Int32("controllerId")};
constexpr Message kUnregisterControllerRecord = {"UnregisterControllerRecord",
                                                 kUnregisterControllerRecordFields, 0, 0};

constexpr MetadataKind kKinds[] = {
    {0, &kRegisterBrokerRecord},
    {1, &kUnregisterBrokerRecord},
    {2, &kTopicRecord},
    {3, &kPartitionRecord},
    {4, &kConfigRecord},
    {5, &kPartitionChangeRecord},
    {7, &kFenceBrokerRecord},
    {8, &kUnfenceBrokerRecord},
    {9, &kRemoveTopicRecord},
    {10, &kDelegationTokenRecord},
    {11, &kUserScramCredentialRecord},
    {12, &kFeatureLevelRecord},
    {14, &kClientQuotaRecord},
    {15, &kProducerIdsRecord},
    {17, &kBrokerRegistrationChangeRecord},
    {18, &kAccessControlEntryRecord},
    {19, &kRemoveAccessControlEntryRecord},
    {20, &kNoOpRecord},
    {21, &kZkMigrationStateRecord},
    {22, &kRemoveUserScramCredentialRecord},
    {23, &kBeginTransactionRecord},
    {24, &kEndTransactionRecord},
    {25, &kAbortTransactionRecord},
    {26, &kRemoveDelegationTokenRecord},
    {27, &kRegisterControllerRecord},
    {28, &kClearElrRecord},
    {29, &kUnregisterControllerRecord},
};

}  // namespace

std::span<const MetadataKind> ClusterMetadataKinds() { return kKinds; }

}  // namespace rill::wire
