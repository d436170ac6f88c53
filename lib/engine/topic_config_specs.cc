#include <algorithm>

#include "engine/topic_config.h"

namespace rill::engine {
namespace {

constexpr std::string_view kCleanupPolicies[] = {"compact", "delete"};
constexpr std::string_view kCompressionTypes[] = {"uncompressed", "zstd", "lz4",
                                                  "snappy",       "gzip", "producer"};
constexpr std::string_view kTimestampTypes[] = {"CreateTime", "LogAppendTime"};

constexpr std::int64_t kMinute = 60 * 1000;
constexpr std::int64_t kHour = 60 * kMinute;

constexpr ConfigSynonym kCleanupPolicy[] = {{"log.cleanup.policy"}};
constexpr ConfigSynonym kGzipLevel[] = {{"compression.gzip.level"}};
constexpr ConfigSynonym kLz4Level[] = {{"compression.lz4.level"}};
constexpr ConfigSynonym kCompressionType[] = {{"compression.type"}};
constexpr ConfigSynonym kZstdLevel[] = {{"compression.zstd.level"}};
constexpr ConfigSynonym kDeleteRetention[] = {{"log.cleaner.delete.retention.ms"}};
constexpr ConfigSynonym kFileDeleteDelay[] = {{"log.segment.delete.delay.ms"}};
constexpr ConfigSynonym kFlushMessages[] = {{"log.flush.interval.messages"}};
constexpr ConfigSynonym kFlushMs[] = {{"log.flush.interval.ms"},
                                      {"log.flush.scheduler.interval.ms"}};
constexpr ConfigSynonym kIndexInterval[] = {{"log.index.interval.bytes"}};
constexpr ConfigSynonym kMaxCompactionLag[] = {{"log.cleaner.max.compaction.lag.ms"}};
constexpr ConfigSynonym kMaxMessageBytes[] = {{"message.max.bytes"}};
constexpr ConfigSynonym kMaxDecompressed[] = {{"max.decompressed.message.bytes"}};
constexpr ConfigSynonym kTimestampAfter[] = {{"log.message.timestamp.after.max.ms"}};
constexpr ConfigSynonym kTimestampBefore[] = {{"log.message.timestamp.before.max.ms"}};
constexpr ConfigSynonym kTimestampType[] = {{"log.message.timestamp.type"}};
constexpr ConfigSynonym kMinCleanable[] = {{"log.cleaner.min.cleanable.ratio"}};
constexpr ConfigSynonym kMinCompactionLag[] = {{"log.cleaner.min.compaction.lag.ms"}};
constexpr ConfigSynonym kRetentionBytes[] = {{"log.retention.bytes"}};
constexpr ConfigSynonym kRetentionMs[] = {{"log.retention.ms", 1, true},
                                          {"log.retention.minutes", kMinute, true},
                                          {"log.retention.hours", kHour, true}};
constexpr ConfigSynonym kSegmentBytes[] = {{"log.segment.bytes"}};
constexpr ConfigSynonym kIndexBytes[] = {{"log.index.size.max.bytes"}};
constexpr ConfigSynonym kJitter[] = {{"log.roll.jitter.ms"}, {"log.roll.jitter.hours", kHour}};
constexpr ConfigSynonym kSegmentMs[] = {{"log.roll.ms"}, {"log.roll.hours", kHour}};

constexpr std::string_view kNoReplicas = "Kept and shown; replication is not there yet.";
constexpr std::string_view kNoTiers = "Kept and shown; there is no tiered storage.";

constexpr ConfigSpec Integer(std::string_view name, ConfigType type, std::string_view value,
                             double min, std::string_view effect) {
  return {.name = name, .type = type, .default_value = value, .min = min, .effect = effect};
}
constexpr ConfigSpec Int(std::string_view name, std::string_view value, double min,
                         std::string_view effect) {
  return Integer(name, ConfigType::kInt, value, min, effect);
}
constexpr ConfigSpec Long(std::string_view name, std::string_view value, double min,
                          std::string_view effect) {
  return Integer(name, ConfigType::kLong, value, min, effect);
}
constexpr ConfigSpec Boolean(std::string_view name, std::string_view effect) {
  return {.name = name, .type = ConfigType::kBoolean, .default_value = "false", .effect = effect};
}
constexpr ConfigSpec Choice(std::string_view name, ConfigType type, std::string_view value,
                            std::span<const std::string_view> choices, std::string_view effect) {
  return {.name = name, .type = type, .default_value = value, .choices = choices, .effect = effect};
}
constexpr ConfigSpec Level(std::string_view name, std::string_view value, double min, double max,
                           std::int64_t also) {
  return {.name = name,
          .type = ConfigType::kInt,
          .default_value = value,
          .min = min,
          .max = max,
          .also = also,
          .effect = "The level, where compression.type makes the log compress with this codec."};
}
constexpr ConfigSpec ReplicaList(std::string_view name) {
  return {.name = name, .type = ConfigType::kList, .is_replica_list = true, .effect = kNoReplicas};
}

constexpr char kLongMax[] = "9223372036854775807";

constexpr TopicConfigSpec kSpecs[] = {
    {Choice("cleanup.policy", ConfigType::kList, "delete", kCleanupPolicies,
            "delete: retention applies. compact: of each key the last record is kept; records need "
            "keys. Both may be set. Empty: all is kept."),
     kCleanupPolicy},
    {Level("compression.gzip.level", "-1", 1, 9, -1), kGzipLevel},
    {Level("compression.lz4.level", "9", 1, 17, INT64_MIN), kLz4Level},
    {Choice("compression.type", ConfigType::kString, "producer", kCompressionTypes,
            "producer: batches stay as they came. A codec: the log compresses with it what came "
            "otherwise."),
     kCompressionType},
    {Level("compression.zstd.level", "3", -131072, 22, INT64_MIN), kZstdLevel},
    {Long("delete.retention.ms", "86400000", 0,
          "How long compaction keeps a tombstone after it was first compacted."),
     kDeleteRetention},
    {Boolean("errors.deadletterqueue.group.enable", "Kept and shown; there are no share groups.")},
    {Long("file.delete.delay.ms", "60000", 0,
          "How long a segment's files stay, renamed, after it was deleted; and, ten minutes at "
          "most, "
          "how long a rolled segment keeps its stopper for those who read it."),
     kFileDeleteDelay},
    {Long("flush.messages", kLongMax, 1,
          "Flush after so many records. 1: before each append is acknowledged."),
     kFlushMessages},
    {Long("flush.ms", kLongMax, 0, "Flush what has been unflushed for so long."), kFlushMs},
    {ReplicaList("follower.replication.throttled.replicas")},
    {Int("index.interval.bytes", "4096", 0, "One index entry for so many bytes of log."),
     kIndexInterval},
    {ReplicaList("leader.replication.throttled.replicas")},
    {Long("local.retention.bytes", "-2", -2, kNoTiers), {}, "log.local.retention.bytes"},
    {Long("local.retention.ms", "-2", -2, kNoTiers), {}, "log.local.retention.ms"},
    {Long("max.compaction.lag.ms", kLongMax, 1,
          "A record that is older than this is compacted whatever the dirty ratio. A segment is "
          "ended when its first record is so old."),
     kMaxCompactionLag},
    {{.name = "max.decompressed.message.bytes",
      .type = ConfigType::kInt,
      .default_value = "2147483639",
      .min = 1,
      .max = log::kMaxDecompressedMessageBytes,
      .effect =
          "The largest record of a compressed batch that is taken. Each record of such a batch "
          "is looked at then. Records that are stored are read whatever it says."},
     kMaxDecompressed},
    {Int("max.message.bytes", "1048588", 0,
         "The largest batch that is taken, as it comes and as it is stored."),
     kMaxMessageBytes},
    {Long("message.timestamp.after.max.ms", "3600000", 0,
          "How far a record's timestamp may be ahead of the clock."),
     kTimestampAfter},
    {Long("message.timestamp.before.max.ms", kLongMax, 0,
          "How far a record's timestamp may be behind the clock."),
     kTimestampBefore},
    {Choice("message.timestamp.type", ConfigType::kString, "CreateTime", kTimestampTypes,
            "LogAppendTime: the log stamps each batch."),
     kTimestampType},
    {{.name = "min.cleanable.dirty.ratio",
      .type = ConfigType::kDouble,
      .default_value = "0.5",
      .min = 0,
      .max = 1,
      .effect = "Compact when the part of the log that was never compacted is larger than this."},
     kMinCleanable},
    {Long("min.compaction.lag.ms", "0", 0, "A record that is younger than this is not compacted."),
     kMinCompactionLag},
    {Int("min.insync.replicas", "1", 1, kNoReplicas), {}, "min.insync.replicas"},
    {Boolean("preallocate", "Kept and shown; space is always reserved ahead, as it is needed."),
     {},
     "log.preallocate"},
    {Long("remote.copy.lag.bytes", "-1", -1, kNoTiers), {}, "log.remote.copy.lag.bytes"},
    {Long("remote.copy.lag.ms", "0", -1, kNoTiers), {}, "log.remote.copy.lag.ms"},
    {Boolean("remote.log.copy.disable", kNoTiers)},
    {Boolean("remote.log.delete.on.disable", kNoTiers)},
    {Boolean("remote.storage.enable", "Only false: there is no tiered storage.")},
    {{.name = "retention.bytes",
      .type = ConfigType::kLong,
      .default_value = "-1",
      .effect = "The oldest segment goes while what stays is at least this. Negative: no limit."},
     kRetentionBytes},
    {Long("retention.ms", "604800000", -1,
          "Segments go when their youngest record is older. -1: no limit."),
     kRetentionMs},
    {Int("segment.bytes", "1073741824", 1048576, "A new segment is begun before one passes this."),
     kSegmentBytes},
    {Int("segment.index.bytes", "10485760", 4,
         "A new segment is begun when an index has reached this. Nothing is reserved."),
     kIndexBytes},
    {Long("segment.jitter.ms", "0", 0, "segment.ms less a random time of up to this."), kJitter},
    {Long("segment.ms", "604800000", 1,
          "A new segment is begun when the current one's first record is so old."),
     kSegmentMs},
    {Boolean("unclean.leader.election.enable", kNoReplicas), {}, "unclean.leader.election.enable"},
};
static_assert(std::is_sorted(std::begin(kSpecs), std::end(kSpecs),
                             [](const TopicConfigSpec& a, const TopicConfigSpec& b) {
                               return a.spec.name < b.spec.name;
                             }),
              "FindTopicConfig searches by halves");

}  // namespace

std::span<const TopicConfigSpec> TopicConfigSpecs() { return kSpecs; }

const TopicConfigSpec* FindTopicConfig(std::string_view name) {
  const auto* const found = std::lower_bound(
      std::begin(kSpecs), std::end(kSpecs), name,
      [](const TopicConfigSpec& spec, std::string_view wanted) { return spec.spec.name < wanted; });
  return found != std::end(kSpecs) && found->spec.name == name ? found : nullptr;
}

}  // namespace rill::engine
