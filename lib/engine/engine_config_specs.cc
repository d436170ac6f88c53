#include "engine/catalogue.h"
#include "engine/engine_config.h"
#include "log/log_config.h"

namespace rill::engine {
namespace {

constexpr std::string_view kCleanupPolicies[] = {"compact", "delete"};
constexpr std::string_view kCompressionTypes[] = {"uncompressed", "zstd", "lz4",
                                                  "snappy",       "gzip", "producer"};
constexpr std::string_view kTimestampTypes[] = {"CreateTime", "LogAppendTime"};
constexpr std::string_view kServerAssignors[] = {"uniform", "range"};
constexpr std::string_view kGroupProtocols[] = {"classic", "consumer"};
constexpr std::string_view kMigrationPolicies[] = {"upgrade", "downgrade", "bidirectional",
                                                   "disabled"};

constexpr ConfigSpec Number(std::string_view name, ConfigType type, std::string_view value,
                            double min, std::string_view effect) {
  return {.name = name, .type = type, .default_value = value, .min = min, .effect = effect};
}
constexpr ConfigSpec Int(std::string_view name, std::string_view value, double min,
                         std::string_view effect) {
  return Number(name, ConfigType::kInt, value, min, effect);
}
constexpr ConfigSpec Long(std::string_view name, std::string_view value, double min,
                          std::string_view effect) {
  return Number(name, ConfigType::kLong, value, min, effect);
}
constexpr ConfigSpec Level(std::string_view name, std::string_view value, double min, double max,
                           std::int64_t also, std::string_view effect) {
  return {.name = name,
          .type = ConfigType::kInt,
          .default_value = value,
          .min = min,
          .max = max,
          .also = also,
          .effect = effect};
}
constexpr ConfigSpec Choice(std::string_view name, ConfigType type, std::string_view value,
                            std::span<const std::string_view> choices, std::string_view effect) {
  return {.name = name, .type = type, .default_value = value, .choices = choices, .effect = effect};
}

constexpr char kLongMax[] = "9223372036854775807";

// Those that Kafka, too, lets be set while a broker runs.
constexpr ConfigSpec Dynamic(ConfigSpec spec) {
  spec.is_dynamic = true;
  return spec;
}

constexpr ConfigSpec kSpecs[] = {
    Level("broker.id", "-1", 0, INT32_MAX, -1, "The older name of node.id. -1: not set."),
    Dynamic(Level("compression.gzip.level", "-1", 1, 9, -1, "Default of the topic config.")),
    Dynamic(Level("compression.lz4.level", "9", 1, 17, INT64_MIN, "Default of the topic config.")),
    Dynamic(Choice("compression.type", ConfigType::kString, "producer", kCompressionTypes,
                   "Default of the topic config.")),
    Dynamic(Level("compression.zstd.level", "3", -131072, 22, INT64_MIN,
                  "Default of the topic config.")),
    Choice("group.consumer.assignors", ConfigType::kList, "uniform,range", kServerAssignors,
           "Assignors that members may ask the broker for; the first is taken where they ask for "
           "none."),
    Int("group.consumer.heartbeat.interval.ms", "5000", 1,
        "How often members of groups whose partitions the broker assigns are told to beat, where "
        "the group does not say it of itself."),
    Int("group.consumer.max.heartbeat.interval.ms", "15000", 1,
        "The longest interval that a group may set for itself."),
    Int("group.consumer.max.session.timeout.ms", "60000", 1,
        "The longest session timeout that a group may set for itself."),
    Int("group.consumer.max.size", "2147483647", 1,
        "Members that a group may have whose partitions the broker assigns."),
    Choice(
        "group.consumer.migration.policy", ConfigType::kString, "bidirectional", kMigrationPolicies,
        "Whether a group of consumers of the classic protocol becomes one whose partitions the "
        "broker assigns when a member joins by that protocol (upgrade), a classic one again when "
        "the last of those has left (downgrade), both or neither."),
    Int("group.consumer.min.heartbeat.interval.ms", "5000", 1,
        "The shortest interval that a group may set for itself."),
    Int("group.consumer.min.session.timeout.ms", "45000", 1,
        "The shortest session timeout that a group may set for itself."),
    Int("group.consumer.regex.refresh.interval.ms", "600000", 10000,
        "How often it is looked anew, also where no topic came or went, which topics a regular "
        "expression stands for and the members of a group may see."),
    Int("group.consumer.session.timeout.ms", "45000", 1,
        "How long such a member may be silent, where its group does not say it of itself."),
    Choice("group.coordinator.rebalance.protocols", ConfigType::kList, "classic,consumer",
           kGroupProtocols,
           "What groups speak; without consumer, ConsumerGroupHeartbeat is UNSUPPORTED_VERSION. "
           "Kafka's default has streams, too."),
    Int("group.initial.rebalance.delay.ms", "0", 0,
        "How long an empty group waits for more members before its first rebalance. Kafka's "
        "default "
        "is 3000; members in one process do not need it."),
    Int("group.max.session.timeout.ms", "1800000", 1,
        "The longest session timeout that a group member may ask for."),
    Int("group.max.size", "2147483647", 1, "Members that a group may have."),
    Int("group.min.session.timeout.ms", "6000", 1,
        "The shortest session timeout that a group member may ask for."),
    Dynamic(Long("log.cleaner.backoff.ms", "15000", 0,
                 "How often the logs are looked at while there is nothing to compact.")),
    Dynamic(Long(
        "log.cleaner.dedupe.buffer.size", "8388608", 1048576,
        "The most memory that a cleaning takes for the keys it finds, 24 bytes each; with more "
        "keys than fit it takes several rounds. Kafka's default is 134217728.")),
    Dynamic(
        Long("log.cleaner.delete.retention.ms", "86400000", 0, "Default of delete.retention.ms.")),
    {.name = "log.cleaner.enable",
     .type = ConfigType::kBoolean,
     .default_value = "true",
     .effect = "Whether compacted topics are compacted."},
    Dynamic(
        {.name = "log.cleaner.io.max.bytes.per.second",
         .type = ConfigType::kDouble,
         .default_value = "67108864",
         .min = 1,
         .effect = "What compaction reads and writes in a second, in all. Kafka sets no limit."}),
    Dynamic(Long("log.cleaner.max.compaction.lag.ms", kLongMax, 1,
                 "Default of max.compaction.lag.ms.")),
    Dynamic({.name = "log.cleaner.min.cleanable.ratio",
             .type = ConfigType::kDouble,
             .default_value = "0.5",
             .min = 0,
             .max = 1,
             .effect = "Default of min.cleanable.dirty.ratio."}),
    Dynamic(Long("log.cleaner.min.compaction.lag.ms", "0", 0, "Default of min.compaction.lag.ms.")),
    Dynamic(Choice("log.cleanup.policy", ConfigType::kList, "delete", kCleanupPolicies,
                   "Default of cleanup.policy.")),
    Dynamic(Long("log.flush.interval.messages", kLongMax, 1, "Default of flush.messages.")),
    Dynamic(Long("log.flush.interval.ms", "", 0, "Default of flush.ms.")),
    Int("log.flush.offset.checkpoint.interval.ms", "60000", 0,
        "How often the recovery points are written: a crash recovers what lies above them."),
    Long("log.flush.scheduler.interval.ms", kLongMax, 0,
         "Default of flush.ms where log.flush.interval.ms is not set."),
    Int("log.flush.start.offset.checkpoint.interval.ms", "60000", 0,
        "How often the log start offsets are written."),
    Dynamic(Int("log.index.interval.bytes", "4096", 0, "Default of index.interval.bytes.")),
    Dynamic(Int("log.index.size.max.bytes", "10485760", 4, "Default of segment.index.bytes.")),
    Dynamic(Long("log.message.timestamp.after.max.ms", "3600000", 0,
                 "Default of message.timestamp.after.max.ms.")),
    Dynamic(Long("log.message.timestamp.before.max.ms", kLongMax, 0,
                 "Default of message.timestamp.before.max.ms.")),
    Dynamic(Choice("log.message.timestamp.type", ConfigType::kString, "CreateTime", kTimestampTypes,
                   "Default of message.timestamp.type.")),
    Dynamic(Long("log.retention.bytes", "-1", -1, "Default of retention.bytes.")),
    Long("log.retention.check.interval.ms", "300000", 1,
         "How often retention is looked at, every 5 minutes at the latest."),
    {.name = "log.retention.hours",
     .type = ConfigType::kInt,
     .default_value = "168",
     .min = 1,
     .may_be_negative = true,
     .effect = "Default of retention.ms, in hours, where neither log.retention.ms nor "
               "log.retention.minutes is set. Negative: no limit."},
    {.name = "log.retention.minutes",
     .type = ConfigType::kInt,
     .min = 1,
     .may_be_negative = true,
     .effect = "Default of retention.ms, in minutes, where log.retention.ms is not set. Negative: "
               "no limit."},
    Dynamic({.name = "log.retention.ms",
             .type = ConfigType::kLong,
             .min = 1,
             .may_be_negative = true,
             .effect = "Default of retention.ms. Negative: no limit."}),
    Int("log.roll.hours", "168", 1,
        "Default of segment.ms, in hours, where log.roll.ms is not set."),
    Int("log.roll.jitter.hours", "0", 0,
        "Default of segment.jitter.ms, in hours, where log.roll.jitter.ms is not set."),
    Dynamic(Long("log.roll.jitter.ms", "", 0, "Default of segment.jitter.ms.")),
    Dynamic(Long("log.roll.ms", "", 1, "Default of segment.ms.")),
    Dynamic(Int("log.segment.bytes", "1073741824", 1048576, "Default of segment.bytes.")),
    Dynamic(Long("log.segment.delete.delay.ms", "60000", 0, "Default of file.delete.delay.ms.")),
    Dynamic(Level("max.decompressed.message.bytes", "2147483639", 1,
                  log::kMaxDecompressedMessageBytes, INT64_MIN,
                  "Default of the topics' max.decompressed.message.bytes.")),
    Dynamic(Int("message.max.bytes", "1048588", 0, "Default of max.message.bytes.")),
    Int("node.id", "", 0,
        "The broker's number. A new folder keeps it, in meta.properties, or 1 where none is given; "
        "one that is there is opened by its own number, or by none."),
    Level("num.partitions", "1", 1, kMaxPartitionsPerTopic, INT64_MIN,
          "Partitions of a topic that is made without a number."),
    Int("offset.metadata.max.bytes", "4096", 0,
        "The longest metadata that may be committed with an offset; never more than 32767."),
    Long("offsets.retention.check.interval.ms", "600000", 1,
         "How often it is looked for offsets that have expired."),
    Int("offsets.retention.minutes", "10080", 1,
        "How long offsets are kept: of a group without members from when the last one left, of a "
        "consumer that is no member, and of topics that a group no longer reads, from their last "
        "commit. A group that has neither members nor offsets goes, too. Not where an application "
        "keeps the offsets (Options::offset_store)."),
    Level("offsets.topic.compression.codec", "0", 0, 4, INT64_MIN,
          "Codec of __consumer_offsets: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."),
    Level("offsets.topic.num.partitions", "4", 1, kMaxPartitionsPerTopic, INT64_MIN,
          "Partitions of __consumer_offsets when it is made. Kafka's default is 50."),
    Int("offsets.topic.segment.bytes", "104857600", 1048576,
        "segment.bytes of __consumer_offsets."),
    Int("producer.id.expiration.check.interval.ms", "600000", 1,
        "How often producers are looked for that have been idle for producer.id.expiration.ms."),
    Dynamic(Int("producer.id.expiration.ms", "86400000", 1,
                "How long the last batches of an idempotent producer are remembered after its last "
                "one, to tell a repetition: from then on it may begin with any sequence.")),
    Long("replica.high.watermark.checkpoint.interval.ms", "5000", 1,
         "How often the high watermarks are written."),
};

constexpr std::string_view kOneFolder = "the folder is the one given to rill::Open";
constexpr std::string_view kOfNode = "a node has it (NodeOptions::configs), and an engine has not";
constexpr std::string_view kNotOfNode = "neither an engine nor a node of rill's has it";
constexpr std::string_view kNoOtherNodes = "there are no other nodes yet";
constexpr std::string_view kNoSecurity = "there is no TLS, SASL or authorization yet";
constexpr std::string_view kNoAcls = "there are no ACLs yet: whoever can connect may do everything";
constexpr std::string_view kNoReplication = "nothing is replicated";
constexpr std::string_view kOneCleaner =
    "one log is compacted at a time, by the maintenance, with buffers of a fixed size";
constexpr std::string_view kNoTransactions = "there is no transaction coordinator yet";
constexpr std::string_view kNoTiers = "there is no tiered storage";
constexpr std::string_view kNoOtherGroups = "groups speak the classic and the consumer protocol";
constexpr std::string_view kNoClasses = "it names a Java class";
constexpr std::string_view kNoThreads = "the engine has one maintenance thread, or none";
constexpr std::string_view kNoMetrics = "Kafka's metrics reporters are not there";

constexpr RefusedConfig kRefused[] = {
    {"add.partitions.to.txn.*", kNoTransactions},
    {"advertised.listeners", "what clients are told to connect to is NodeOptions::advertise"},
    {"allow.everyone.if.no.acl.found", kNoAcls},
    {"alter.config.policy.class.name", kNoClasses},
    {"alter.log.dirs.*", kNoOtherNodes},
    {"authorizer.class.name", kNoAcls},
    {"auto.create.topics.enable", kOfNode},
    {"auto.leader.rebalance.enable", kNoReplication},
    {"background.threads", kNoThreads},
    {"broker.*", kNoOtherNodes},
    {"client.quota.*", kNoClasses},
    {"config.providers", kNotOfNode},
    {"connection.*", kNotOfNode},
    {"connections.max.idle.ms", kOfNode},
    {"connections.*", kNotOfNode},
    {"controlled.shutdown.*", kNoOtherNodes},
    {"controller.*", kNoOtherNodes},
    {"cordoned.log.dirs", kOneFolder},
    {"create.topic.policy.class.name", kNoClasses},
    {"default.replication.factor", kNoReplication},
    {"delegation.token.*", kNoSecurity},
    {"delete.records.*", kNotOfNode},
    {"delete.topic.enable", kOfNode},
    {"early.start.listeners", kNotOfNode},
    {"errors.deadletterqueue.*", "there are no share groups"},
    {"fetch.max.bytes", kOfNode},
    {"fetch.*", kNotOfNode},
    {"follower.fetch.*", kNoReplication},
    {"follower.replication.*", kNoReplication},
    {"group.consumer.*", "assignments are made at once"},
    {"group.coordinator.*", "the group coordinator runs in the threads that call it"},
    {"group.share.*", kNoOtherGroups},
    {"group.streams.*", kNoOtherGroups},
    {"initial.broker.*", kNoOtherNodes},
    {"inter.broker.*", kNoOtherNodes},
    {"kafka.metrics.*", kNoMetrics},
    {"leader.imbalance.*", kNoReplication},
    {"leader.replication.*", kNoReplication},
    {"listener.*", kNotOfNode},
    {"listeners", "where a node listens is NodeOptions::listen"},
    {"log.cleaner.*", kOneCleaner},
    {"log.dir", kOneFolder},
    {"log.dir.failure.timeout.ms", kOneFolder},
    {"log.dirs", kOneFolder},
    {"log.initial.task.delay.ms", kNoThreads},
    {"log.local.retention.*", kNoTiers},
    {"log.preallocate", "space is always reserved ahead, as it is needed"},
    {"log.remote.*", kNoTiers},
    {"max.connections", kOfNode},
    {"max.connections.per.ip", kOfNode},
    {"max.connections.per.ip.overrides", kOfNode},
    {"max.*", kNotOfNode},
    {"metadata.*", "the metadata quorum is not there yet"},
    {"metric.*", kNoMetrics},
    {"metrics.*", kNoMetrics},
    {"min.insync.replicas", kNoReplication},
    {"num.io.threads", kNoThreads},
    {"num.network.threads", "a node's threads are NodeOptions::threads"},
    {"num.recovery.threads.per.data.dir", "the thread that opens the engine recovers"},
    {"num.replica.*", kNoReplication},
    {"offsets.commit.timeout.ms", "a commit returns when it is stored"},
    {"offsets.load.buffer.size", "offsets are read in place"},
    {"offsets.topic.replication.factor", kNoReplication},
    {"principal.builder.class", kNoClasses},
    {"process.roles", kNoOtherNodes},
    {"producer.purgatory.*", kNotOfNode},
    {"queued.*", kNotOfNode},
    {"quota.window.num", kOfNode},
    {"quota.window.size.seconds", kOfNode},
    {"remote.*", kNoTiers},
    {"replica.*", kNoReplication},
    {"replication.*", kNoReplication},
    {"request.timeout.ms", kNotOfNode},
    {"sasl.*", kNoSecurity},
    {"security.*", kNoSecurity},
    {"server.max.startup.time.ms", kNotOfNode},
    {"share.*", "there are no share groups"},
    {"socket.request.max.bytes", kOfNode},
    {"socket.*", kNotOfNode},
    {"ssl.*", kNoSecurity},
    {"super.users", kNoAcls},
    {"telemetry.max.bytes", kOfNode},
    {"transaction.*", kNoTransactions},
    {"transactional.*", kNoTransactions},
    {"unclean.leader.election.*", kNoReplication},
};

}  // namespace

std::span<const ConfigSpec> EngineConfigSpecs() { return kSpecs; }

std::span<const RefusedConfig> RefusedEngineConfigs() { return kRefused; }

}  // namespace rill::engine
