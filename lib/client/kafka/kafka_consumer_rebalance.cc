#include <utility>

#include "client/kafka/kafka_consumer.h"
#include "client/kafka/status.h"
#include "fmt/format.h"

namespace rill::client {
namespace {

ClusterConsumer::Partitions NamesOf(const rd_kafka_topic_partition_list_t& list) {
  ClusterConsumer::Partitions names;
  for (int i = 0; i < list.cnt; ++i) {
    names.push_back({list.elems[i].topic, list.elems[i].partition});
  }
  return names;
}

}  // namespace

// Called within rd_kafka_consumer_poll and rd_kafka_consumer_close, in the thread that calls them.
void KafkaConsumer::OnRebalance(rd_kafka_t*, rd_kafka_resp_err_t error,
                                rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* const consumer = static_cast<KafkaConsumer*>(ClientOpaque::Of(opaque).owner);
  const Partitions names = NamesOf(*partitions);
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    consumer->TakePartitions(names);
    return;
  }
  if (error != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    consumer->environment->Say(
        LogLevel::kError,
        StatusOf(error, fmt::format("group {}: a rebalance failed", consumer->options_.group))
            .ToString());
  }
  consumer->LosePartitions(names);
}

// librdkafka itself has no answer to that while a consumer closes.
bool KafkaConsumer::IsCooperative() const {
  return mode_ == Mode::kSubscribed && is_group_cooperative_;
}

void KafkaConsumer::TakePartitions(const Partitions& partitions) {
  for (const TopicPartition& name : partitions) {
    assigned_[name] = Assigned{.name = std::make_shared<const TopicPartition>(name)};
  }
  // Before anything is fetched: the place to seek.
  Tell(options_.rebalance_listener.on_assigned, partitions);
  // What cannot be asked now is left to librdkafka, which goes on asking.
  if (auto decided = DecidePositions(partitions); !decided.ok()) {
    environment->Say(LogLevel::kWarning,
                     fmt::format("group {}: {}", options_.group, decided.ToString()));
  }
  Fetch(partitions);
}

void KafkaConsumer::LosePartitions(const Partitions& partitions) {
  const RebalanceListener& listener = options_.rebalance_listener;
  if (rd_kafka_assignment_lost(client_.get()) != 0) {
    Drop(partitions);
    Tell(listener.on_lost ? listener.on_lost : listener.on_revoked, partitions);
  } else {
    RunAsyncCommits();
    last_auto_commit_ = AutoCommit();
    NoteAutoCommit(last_auto_commit_);
    Tell(listener.on_revoked, partitions);
    // What the listener asked for, while these partitions are still the member's.
    RunAsyncCommits();
    Drop(partitions);
  }
  StopFetching(partitions);
}

// librdkafka keeps in mind that a partition is paused, also when it is assigned anew.
void KafkaConsumer::GoOn(const Partitions& partitions) {
  Partitions paused;
  for (const TopicPartition& name : partitions) {
    const Assigned* const partition = FindAssigned(name);
    if (partition != nullptr && partition->is_paused) paused.push_back(name);
  }
  if (!paused.empty()) rd_kafka_resume_partitions(client_.get(), ListOf(paused).get());
}

void KafkaConsumer::Drop(const Partitions& partitions) {
  GoOn(partitions);
  for (const TopicPartition& name : partitions) {
    assigned_.erase(name);
    gathered_.erase(name);
    stored_.erase(name);
  }
}

void KafkaConsumer::Fetch(const Partitions& partitions) {
  const KafkaPartitions list = ListOfPositions(partitions);
  absl::Status begun;
  if (IsCooperative()) {
    begun = StatusOf(rd_kafka_incremental_assign(client_.get(), list.get()), "cannot fetch");
  } else {
    begun = StatusOf(rd_kafka_assign(client_.get(), list.get()), "cannot fetch");
  }
  if (!begun.ok()) environment->Say(LogLevel::kError, begun.ToString());
  Partitions paused;
  for (const TopicPartition& name : partitions) {
    Assigned* const partition = FindAssigned(name);
    if (partition == nullptr) continue;
    partition->must_seek = false;
    partition->seeks_refused = 0;
    if (partition->is_paused) paused.push_back(name);
  }
  if (!paused.empty()) rd_kafka_pause_partitions(client_.get(), ListOf(paused).get());
}

void KafkaConsumer::StopFetching(const Partitions& partitions) {
  absl::Status ended;
  if (IsCooperative()) {
    ended = StatusOf(rd_kafka_incremental_unassign(client_.get(), ListOf(partitions).get()),
                     "cannot let go");
  } else {
    ended = StatusOf(rd_kafka_assign(client_.get(), nullptr), "cannot let go");
  }
  if (!ended.ok()) environment->Say(LogLevel::kError, ended.ToString());
}

}  // namespace rill::client
