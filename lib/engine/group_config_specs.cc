#include "engine/group_configs.h"

namespace rill::engine {
namespace {

constexpr std::string_view kIsolationLevels[] = {"read_committed", "read_uncommitted"};
constexpr std::string_view kStreamsAssignors[] = {"sticky"};

constexpr std::string_view kNoShare = "Kept and shown; there are no share groups.";
constexpr std::string_view kNoStreams = "Kept and shown; there are no groups of Kafka Streams.";
constexpr std::string_view kAtOnce = "Kept and shown; assignments are made at once.";

constexpr ConfigSpec Int(std::string_view name, std::string_view value, double min, double max,
                         std::string_view effect) {
  return {.name = name,
          .type = ConfigType::kInt,
          .default_value = value,
          .min = min,
          .max = max,
          .effect = effect};
}
constexpr ConfigSpec Int(std::string_view name, std::string_view value, double min,
                         std::string_view effect) {
  return {
      .name = name, .type = ConfigType::kInt, .default_value = value, .min = min, .effect = effect};
}
constexpr ConfigSpec Boolean(std::string_view name, std::string_view value,
                             std::string_view effect) {
  return {.name = name, .type = ConfigType::kBoolean, .default_value = value, .effect = effect};
}
constexpr ConfigSpec Choice(std::string_view name, std::string_view value,
                            std::span<const std::string_view> choices, std::string_view effect) {
  return {.name = name, .default_value = value, .choices = choices, .effect = effect};
}

constexpr GroupConfigSpec Internal(const ConfigSpec& spec, std::string_view synonym) {
  return {spec, synonym, true};
}

// Of what means nothing here the ranges are those that Kafka's brokers let groups have by default.
constexpr GroupConfigSpec kSpecs[] = {
    {Int("consumer.assignment.interval.ms", "1000", 0, 15000, kAtOnce),
     "group.consumer.assignment.interval.ms"},
    Internal(Boolean("consumer.assignor.offload.enable", "true", kAtOnce),
             "group.consumer.assignor.offload.enable"),
    {Int("consumer.heartbeat.interval.ms", "5000", 5000, 15000,
         "How often members are told to beat whose partitions the broker assigns. What is valid "
         "lies between group.consumer.min.heartbeat.interval.ms and "
         "group.consumer.max.heartbeat.interval.ms, and below the session timeout."),
     "group.consumer.heartbeat.interval.ms"},
    {Int("consumer.session.timeout.ms", "45000", 45000, 60000,
         "How long such a member may be silent. What is valid lies between "
         "group.consumer.min.session.timeout.ms and group.consumer.max.session.timeout.ms."),
     "group.consumer.session.timeout.ms"},
    {Boolean("errors.deadletterqueue.copy.record.enable", "false", kNoShare)},
    {{.name = "errors.deadletterqueue.topic.name", .effect = kNoShare}},
    {Int("share.assignment.interval.ms", "1000", 0, 15000, kNoShare),
     "group.share.assignment.interval.ms"},
    Internal(Boolean("share.assignor.offload.enable", "true", kNoShare),
             "group.share.assignor.offload.enable"),
    {{.name = "share.auto.offset.reset", .default_value = "latest", .effect = kNoShare}},
    {Int("share.delivery.count.limit", "5", 2, 10, kNoShare), "group.share.delivery.count.limit"},
    {Int("share.heartbeat.interval.ms", "5000", 5000, 15000, kNoShare),
     "group.share.heartbeat.interval.ms"},
    {Choice("share.isolation.level", "read_uncommitted", kIsolationLevels, kNoShare)},
    {Int("share.partition.max.record.locks", "2000", 100, 4000, kNoShare),
     "group.share.partition.max.record.locks"},
    {Int("share.record.lock.duration.ms", "30000", 15000, 60000, kNoShare),
     "group.share.record.lock.duration.ms"},
    {Boolean("share.renew.acknowledge.enable", "true", kNoShare)},
    {Int("share.session.timeout.ms", "45000", 45000, 60000, kNoShare),
     "group.share.session.timeout.ms"},
    Internal({.name = "streams.acceptable.recovery.lag",
              .type = ConfigType::kLong,
              .default_value = "10000",
              .min = 0,
              .effect = kNoStreams},
             "group.streams.acceptable.recovery.lag"),
    {Int("streams.assignment.interval.ms", "1000", 0, 15000, kNoStreams),
     "group.streams.assignment.interval.ms"},
    {Choice("streams.assignor.name", "sticky", kStreamsAssignors, kNoStreams),
     "group.streams.assignors"},
    Internal(Boolean("streams.assignor.offload.enable", "true", kNoStreams),
             "group.streams.assignor.offload.enable"),
    {Int("streams.heartbeat.interval.ms", "5000", 5000, 15000, kNoStreams),
     "group.streams.heartbeat.interval.ms"},
    {Int("streams.initial.rebalance.delay.ms", "3000", 0, kNoStreams),
     "group.streams.initial.rebalance.delay.ms"},
    {Int("streams.num.standby.replicas", "0", 0, 2, kNoStreams),
     "group.streams.num.standby.replicas"},
    Internal(Int("streams.num.warmup.replicas", "2", 0, 20, kNoStreams),
             "group.streams.num.warmup.replicas"),
    {{.name = "streams.rack.aware.assignment.tags",
      .type = ConfigType::kList,
      .effect = kNoStreams},
     "group.streams.rack.aware.assignment.tags"},
    {Int("streams.session.timeout.ms", "45000", 45000, 60000, kNoStreams),
     "group.streams.session.timeout.ms"},
    Internal(Int("streams.task.offset.interval.ms", "60000", 15000, kNoStreams),
             "group.streams.task.offset.interval.ms"),
};

}  // namespace

std::span<const GroupConfigSpec> GroupConfigSpecs() { return kSpecs; }

}  // namespace rill::engine
