#include "engine/topic_state.h"

#include <utility>

#include "engine/topic_config.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {

TopicState::TopicState(std::shared_ptr<EngineEnvironment> environment, std::string name,
                       int ordinal, const CatalogueTopic& topic)
    : environment_(std::move(environment)),
      name_(std::move(name)),
      uuid_(topic.id),
      id_(topic.id.ToString()),
      is_internal_(IsInternalTopic(name_)),
      ordinal_(ordinal),
      config_(std::make_shared<log::LogConfig>(
          ResolveLogConfig(topic.configs, *environment_->config()))) {
  Grow(topic.partitions);
}

std::shared_ptr<PartitionState> TopicState::partition(std::int32_t index) const {
  base::MutexLock lock(&mutex_);
  if (index < 0 || static_cast<std::size_t>(index) >= partitions_.size()) return nullptr;
  return partitions_[static_cast<std::size_t>(index)];
}

absl::StatusOr<std::shared_ptr<PartitionState>> TopicState::OpenPartition(
    std::int32_t index) const {
  if (auto open = environment_->CheckOpen(); !open.ok()) return open;
  if (deleted()) return DeletedError();
  auto partition = this->partition(index);
  if (partition == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                     fmt::format("topic {} has no partition {}: it has {}, counted from 0", name_,
                                 index, partition_count()));
  }
  const auto log = partition->OpenLog();
  if (!log.ok()) return log.status();
  return partition;
}

absl::Status TopicState::DeletedError() const {
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("topic {} was deleted", name_));
}

std::shared_ptr<const log::LogConfig> TopicState::config() const {
  base::MutexLock lock(&mutex_);
  return config_;
}

std::vector<std::shared_ptr<PartitionState>> TopicState::partitions() const {
  base::MutexLock lock(&mutex_);
  return partitions_;
}

void TopicState::Grow(std::int32_t partitions) {
  base::MutexLock lock(&mutex_);
  for (auto i = static_cast<std::int32_t>(partitions_.size()); i < partitions; ++i) {
    partitions_.push_back(std::make_shared<PartitionState>(environment_, name_, id_, i, config_));
  }
  partition_count_.store(partitions, std::memory_order_release);
}

void TopicState::SetConfig(const log::LogConfig& config) {
  const auto shared = std::make_shared<const log::LogConfig>(config);
  {
    base::MutexLock lock(&mutex_);
    config_ = shared;
  }
  for (const auto& partition : partitions()) partition->SetConfig(shared);
}

void TopicState::Delete() {
  deleted_.store(true, std::memory_order_release);
  for (const auto& partition : partitions()) partition->Abandon(DeletedError());
}

}  // namespace rill::engine
