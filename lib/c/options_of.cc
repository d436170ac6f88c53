#include "c/options_of.h"

#include "c/handles.h"
#include "c/option_reader.h"

namespace rill::c {
namespace {

enum class Kind { kEngine, kTopic, kProducer, kConsumer };

// Callbacks are for one kind of options each.
absl::Status CheckCallbacks(const rill_options* options, Kind kind) {
  if (options == nullptr) return absl::OkStatus();
  if (options->log_sink != nullptr && kind != Kind::kEngine) {
    return OptionError("a log sink is for rill_open");
  }
  if (options->partitioner != nullptr && kind != Kind::kProducer) {
    return OptionError("a partitioner is for rill_engine_new_producer");
  }
  if (options->rebalance_listener.has_value() && kind != Kind::kConsumer) {
    return OptionError("a rebalance listener is for rill_engine_new_consumer");
  }
  return absl::OkStatus();
}

absl::Status CheckValues(const rill_options* options) {
  if (options == nullptr) return absl::OkStatus();
  for (const auto& [name, value] : options->values) {
    if (!value.has_value()) {
      return OptionError(name + " has no value: only rill_engine_alter_topic_configs takes a null");
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const rill_options* options, Kind kind) {
  if (auto status = CheckCallbacks(options, kind); !status.ok()) return status;
  return CheckValues(options);
}

}  // namespace

absl::StatusOr<Options> EngineOptionsOf(const rill_options* options) {
  if (auto status = Check(options, Kind::kEngine); !status.ok()) return status;
  Options result;
  if (options == nullptr) return result;
  OptionReader reader(options);
  reader.Boolean("create.if.missing", result.create_if_missing);
  reader.Boolean("read.only", result.read_only);
  reader.Choice("maintenance",
                {{"own-thread", Options::Maintenance::kOwnThread},
                 {"by-caller", Options::Maintenance::kByCaller}},
                result.maintenance);
  reader.Number("max.buffer.bytes", result.max_buffer_bytes);
  std::uint64_t disk_bytes = 0;
  const bool has_disk_cap = options->values.contains("max.disk.bytes");
  reader.Number("max.disk.bytes", disk_bytes);
  if (has_disk_cap) result.max_disk_bytes = disk_bytes;
  reader.Number("max.open.files", result.max_open_files);
  result.configs = reader.Rest();
  result.log_sink = options->log_sink;
  if (auto status = reader.Finish("an engine"); !status.ok()) return status;
  return result;
}

absl::StatusOr<TopicOptions> TopicOptionsOf(std::int32_t partitions, const rill_options* options) {
  if (auto status = Check(options, Kind::kTopic); !status.ok()) return status;
  return TopicOptions{.partitions = partitions, .configs = OptionReader(options).Rest()};
}

absl::StatusOr<std::map<std::string, std::optional<std::string>>> ConfigChangesOf(
    const rill_options* changes) {
  if (auto status = CheckCallbacks(changes, Kind::kTopic); !status.ok()) return status;
  return changes->values;
}

absl::StatusOr<ProducerOptions> ProducerOptionsOf(const rill_options* options) {
  if (auto status = Check(options, Kind::kProducer); !status.ok()) return status;
  ProducerOptions result;
  OptionReader reader(options);
  reader.Milliseconds("linger.ms", result.linger);
  reader.Number("batch.size", result.batch_size);
  reader.Choice("compression.type",
                {{"none", Compression::kNone},
                 {"gzip", Compression::kGzip},
                 {"snappy", Compression::kSnappy},
                 {"lz4", Compression::kLz4},
                 {"zstd", Compression::kZstd}},
                result.compression);
  reader.Number("compression.level", result.compression_level);
  reader.Number("buffer.memory", result.buffer_memory);
  reader.Milliseconds("max.block.ms", result.max_block);
  reader.Number("max.request.size", result.max_request_size);
  using MakePartitioner = Partitioner (*)();
  MakePartitioner partitioner = nullptr;
  reader.Choice<MakePartitioner>("partitioner",
                                 {{"default", nullptr},
                                  {"round-robin", RoundRobinPartitioner},
                                  {"consistent-random", ConsistentRandomPartitioner}},
                                 partitioner);
  if (partitioner != nullptr) result.partitioner = partitioner();
  if (options != nullptr && options->partitioner != nullptr) {
    result.partitioner = options->partitioner;
  }
  reader.Boolean("enable.idempotence", result.enable_idempotence);
  if (auto status = reader.Finish("a producer"); !status.ok()) return status;
  return result;
}

absl::StatusOr<ConsumerOptions> ConsumerOptionsOf(const rill_options* options) {
  if (auto status = Check(options, Kind::kConsumer); !status.ok()) return status;
  ConsumerOptions result;
  OptionReader reader(options);
  reader.Text("group.id", result.group);
  reader.Text("group.instance.id", result.group_instance_id);
  reader.Text("client.id", result.client_id);
  reader.Choice(
      "auto.offset.reset",
      {{"latest", OffsetReset::kLatest}, {"earliest", kEarliest}, {"none", OffsetReset::kNone}},
      result.reset);
  reader.Choice("isolation.level",
                {{"read_uncommitted", IsolationLevel::kReadUncommitted},
                 {"read_committed", IsolationLevel::kReadCommitted}},
                result.isolation_level);
  reader.Boolean("enable.auto.commit", result.enable_auto_commit);
  reader.Milliseconds("auto.commit.interval.ms", result.auto_commit_interval);
  reader.Number("max.poll.records", result.max_poll_records);
  reader.Number("fetch.max.bytes", result.fetch_max_bytes);
  reader.Number("max.partition.fetch.bytes", result.max_partition_fetch_bytes);
  reader.Milliseconds("max.poll.interval.ms", result.max_poll_interval);
  reader.List("partition.assignment.strategy", result.partition_assignment_strategy);
  if (options != nullptr && options->rebalance_listener.has_value()) {
    result.rebalance_listener = *options->rebalance_listener;
  }
  if (auto status = reader.Finish("a consumer"); !status.ok()) return status;
  return result;
}

}  // namespace rill::c
