#include <utility>
#include <vector>

#include "c/call.h"
#include "c/convert.h"
#include "c/handles.h"
#include "c/lists.h"
#include "c/options_of.h"

using rill::TopicPartition;
using rill::c::Call;
using rill::c::Cleared;

namespace {

// Runs what a consumer does with the partitions named.
template <typename Body>
absl::Status WithPartitions(const rill_topic_partition* items, std::size_t count, Body body) {
  const auto partitions = rill::c::PartitionsOf(items, count);
  return partitions.ok() ? body(*partitions) : partitions.status();
}

}  // namespace

extern "C" {

rill_status rill_engine_new_consumer(rill_engine* engine, const rill_options* options,
                                     rill_consumer** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}}, [&]() -> absl::Status {
    auto consumer_options = rill::c::ConsumerOptionsOf(options);
    if (!consumer_options.ok()) return consumer_options.status();
    auto consumer = engine->engine.NewConsumer(*consumer_options);
    if (!consumer.ok()) return consumer.status();
    *out = new rill_consumer{*std::move(consumer), ""};
    return absl::OkStatus();
  });
}

rill_status rill_consumer_subscribe(rill_consumer* consumer, const char* const* topics,
                                    size_t count, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&]() -> absl::Status {
    const auto names = rill::c::StringsOf(topics, count);
    return names.ok() ? consumer->consumer.Subscribe(*names) : names.status();
  });
}

rill_status rill_consumer_subscribe_pattern(rill_consumer* consumer, const char* pattern,
                                            rill_error* error) {
  return Call(error, {{"consumer", consumer}, {"pattern", pattern}},
              [&] { return consumer->consumer.SubscribePattern(pattern); });
}

rill_status rill_consumer_unsubscribe(rill_consumer* consumer, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] { return consumer->consumer.Unsubscribe(); });
}

rill_status rill_consumer_assign(rill_consumer* consumer, const rill_topic_partition* partitions,
                                 size_t count, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count,
                          [&](const auto& named) { return consumer->consumer.Assign(named); });
  });
}

rill_status rill_consumer_subscription(const rill_consumer* consumer, rill_strings** out,
                                       rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"consumer", consumer}}, [&] {
    *out = new rill::c::Strings(consumer->consumer.subscription());
    return absl::OkStatus();
  });
}

rill_status rill_consumer_assignment(const rill_consumer* consumer, rill_partitions** out,
                                     rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"consumer", consumer}}, [&] {
    *out = new rill::c::Partitions(consumer->consumer.assignment());
    return absl::OkStatus();
  });
}

const char* rill_consumer_member_id(rill_consumer* consumer) {
  const char* id = nullptr;
  Call(nullptr, {{"consumer", consumer}}, [&] {
    consumer->member_id = consumer->consumer.member_id();
    id = consumer->member_id.c_str();
    return absl::OkStatus();
  });
  return id;
}

rill_status rill_consumer_poll(rill_consumer* consumer, int64_t timeout_ms, rill_records** out,
                               rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"consumer", consumer}}, [&]() -> absl::Status {
    auto records = consumer->consumer.Poll(rill::c::Timeout(timeout_ms));
    if (!records.ok()) return records.status();
    *out = new rill_records(*std::move(records));
    return absl::OkStatus();
  });
}

void rill_consumer_wakeup(rill_consumer* consumer) {
  if (consumer != nullptr) consumer->consumer.Wakeup();
}

rill_status rill_consumer_close(rill_consumer* consumer, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] { return consumer->consumer.Close(); });
}

void rill_consumer_free(rill_consumer* consumer) { delete consumer; }

rill_status rill_consumer_seek(rill_consumer* consumer, const char* topic, int32_t partition,
                               int64_t offset, rill_error* error) {
  return Call(error, {{"consumer", consumer}, {"topic", topic}}, [&] {
    return consumer->consumer.Seek({topic, partition}, offset);
  });
}

rill_status rill_consumer_seek_to_beginning(rill_consumer* consumer,
                                            const rill_topic_partition* partitions, size_t count,
                                            rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count, [&](const auto& named) {
      return consumer->consumer.SeekToBeginning(named);
    });
  });
}

rill_status rill_consumer_seek_to_end(rill_consumer* consumer,
                                      const rill_topic_partition* partitions, size_t count,
                                      rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count,
                          [&](const auto& named) { return consumer->consumer.SeekToEnd(named); });
  });
}

rill_status rill_consumer_seek_to_time(rill_consumer* consumer, int64_t time_ms,
                                       const rill_topic_partition* partitions, size_t count,
                                       rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count, [&](const auto& named) {
      return consumer->consumer.SeekToTime(absl::FromUnixMillis(time_ms), named);
    });
  });
}

rill_status rill_consumer_pause(rill_consumer* consumer, const rill_topic_partition* partitions,
                                size_t count, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count,
                          [&](const auto& named) { return consumer->consumer.Pause(named); });
  });
}

rill_status rill_consumer_resume(rill_consumer* consumer, const rill_topic_partition* partitions,
                                 size_t count, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    return WithPartitions(partitions, count,
                          [&](const auto& named) { return consumer->consumer.Resume(named); });
  });
}

rill_status rill_consumer_paused(const rill_consumer* consumer, rill_partitions** out,
                                 rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"consumer", consumer}}, [&] {
    *out = new rill::c::Partitions(consumer->consumer.paused());
    return absl::OkStatus();
  });
}

rill_status rill_consumer_position(rill_consumer* consumer, const char* topic, int32_t partition,
                                   int64_t* offset, rill_error* error) {
  return Call(error, {{"consumer", consumer}, {"topic", topic}, {"offset", offset}}, [&] {
    const auto position = consumer->consumer.Position({topic, partition});
    if (position.ok()) *offset = *position;
    return position.status();
  });
}

rill_status rill_consumer_lag(rill_consumer* consumer, const char* topic, int32_t partition,
                              int64_t* lag, rill_error* error) {
  return Call(error, {{"consumer", consumer}, {"topic", topic}, {"lag", lag}}, [&] {
    const auto behind = consumer->consumer.Lag({topic, partition});
    if (behind.ok()) *lag = *behind;
    return behind.status();
  });
}

rill_status rill_consumer_committed(rill_consumer* consumer, const char* topic, int32_t partition,
                                    rill_partitions** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"consumer", consumer}, {"topic", topic}},
              [&]() -> absl::Status {
                const TopicPartition of{topic, partition};
                const auto committed = consumer->consumer.Committed(of);
                if (!committed.ok()) return committed.status();
                *out = new rill::c::Partitions(rill::c::Partitions::Offsets{{of, *committed}});
                return absl::OkStatus();
              });
}

rill_status rill_consumer_commit(rill_consumer* consumer, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] { return consumer->consumer.Commit(); });
}

rill_status rill_consumer_commit_records(rill_consumer* consumer, const rill_records* records,
                                         rill_error* error) {
  return Call(error, {{"consumer", consumer}, {"records", records}},
              [&] { return consumer->consumer.Commit(records->records); });
}

rill_status rill_consumer_commit_offsets(rill_consumer* consumer,
                                         const rill_topic_partition* offsets, size_t count,
                                         rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    const auto given = rill::c::OffsetsOf(offsets, count);
    return given.ok() ? consumer->consumer.Commit(*given) : given.status();
  });
}

rill_status rill_consumer_commit_async(rill_consumer* consumer, rill_commit_callback callback,
                                       void* context, rill_error* error) {
  return Call(error, {{"consumer", consumer}}, [&] {
    if (callback == nullptr) {
      consumer->consumer.CommitAsync();
      return absl::OkStatus();
    }
    consumer->consumer.CommitAsync([callback, context](const absl::Status& status) {
      if (status.ok()) return callback(context, nullptr);
      const rill_error failure = rill::c::Describe(status);
      callback(context, &failure);
    });
    return absl::OkStatus();
  });
}

}  // extern "C"
