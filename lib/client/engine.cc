#include "rill/engine.h"

#include <utility>

#include "client/consumer_impl.h"
#include "client/pending_batch.h"
#include "client/producer_impl.h"
#include "engine/group_service.h"
#include "engine/local_engine.h"

namespace rill {
namespace {

absl::Status MovedFrom() { return absl::FailedPreconditionError("this Engine was moved from"); }

}  // namespace

absl::StatusOr<Engine> Open(const std::string& where, const Options& options) {
  auto engine = engine::LocalEngine::Open(where, options);
  if (!engine.ok()) return engine.status();
  return Engine(*std::move(engine));
}

Engine::Engine(std::shared_ptr<engine::LocalEngine> engine) : engine_(std::move(engine)) {}
Engine::Engine(Engine&&) noexcept = default;

Engine& Engine::operator=(Engine&& other) noexcept {
  Engine taken(std::move(other));
  std::swap(engine_, taken.engine_);
  return *this;  // `taken` closes what was here
}

Engine::~Engine() {
  if (engine_ != nullptr) engine_->Close().IgnoreError();
}

absl::StatusOr<Topic> Engine::CreateTopic(const std::string& name, const TopicOptions& options) {
  if (engine_ == nullptr) return MovedFrom();
  auto topic = engine_->CreateTopic(name, options);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Topic> Engine::EnsureTopic(const std::string& name, const TopicOptions& options) {
  if (engine_ == nullptr) return MovedFrom();
  engine_->LookOutside();
  auto topic = engine_->EnsureTopic(name, options);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Topic> Engine::FindTopic(const std::string& name) const {
  if (engine_ == nullptr) return MovedFrom();
  engine_->LookOutside();
  auto topic = engine_->FindTopic(name);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::Status Engine::DeleteTopic(const std::string& name) {
  return engine_ != nullptr ? engine_->DeleteTopic(name) : MovedFrom();
}

std::vector<std::string> Engine::ListTopics(bool include_internal) const {
  if (engine_ == nullptr) return {};
  engine_->LookOutside();
  return engine_->ListTopics(include_internal);
}

absl::StatusOr<TopicDescription> Engine::DescribeTopic(const std::string& name) const {
  if (engine_ == nullptr) return MovedFrom();
  engine_->LookOutside();
  return engine_->DescribeTopic(name);
}

absl::Status Engine::CreatePartitions(const std::string& name, int total) {
  return engine_ != nullptr ? engine_->CreatePartitions(name, total) : MovedFrom();
}

absl::Status Engine::AlterTopicConfigs(
    const std::string& name, const std::map<std::string, std::optional<std::string>>& changes) {
  return engine_ != nullptr ? engine_->AlterTopicConfigs(name, changes) : MovedFrom();
}

absl::StatusOr<Topic> Engine::ImportTopic(const std::string& name,
                                          const std::vector<std::string>& folders,
                                          const std::map<std::string, std::string>& configs) {
  if (engine_ == nullptr) return MovedFrom();
  auto topic = engine_->ImportTopic(name, folders, configs);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Producer> Engine::NewProducer(const ProducerOptions& options) {
  if (engine_ == nullptr) return MovedFrom();
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  auto producer = client::ProducerImpl::Create(engine_, options);
  if (!producer.ok()) return producer.status();
  return Producer(*std::move(producer));
}

absl::StatusOr<Consumer> Engine::NewConsumer(const ConsumerOptions& options) {
  if (engine_ == nullptr) return MovedFrom();
  auto consumer = client::ConsumerImpl::Create(engine_, options);
  if (!consumer.ok()) return consumer.status();
  return Consumer(*std::move(consumer));
}

absl::StatusOr<Consumer> Engine::Subscribe(const std::string& group,
                                           const std::vector<std::string>& topics,
                                           ConsumerOptions options) {
  options.group = group;
  auto consumer = NewConsumer(options);
  if (!consumer.ok()) return consumer.status();
  if (auto status = consumer->Subscribe(topics); !status.ok()) return status;
  return consumer;
}

std::vector<GroupListing> Engine::ListGroups() const {
  const bool has_groups = engine_ != nullptr && !engine_->closed() && engine_->CheckMayWrite().ok();
  return has_groups ? engine_->groups()->List() : std::vector<GroupListing>();
}

absl::StatusOr<GroupDescription> Engine::DescribeGroup(const std::string& group) const {
  if (engine_ == nullptr) return MovedFrom();
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->Describe(group);
}

absl::Status Engine::DeleteGroup(const std::string& group) {
  if (engine_ == nullptr) return MovedFrom();
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->Delete(group);
}

absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> Engine::CommittedOffsets(
    const std::string& group) const {
  if (engine_ == nullptr) return MovedFrom();
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->FetchAll(group);
}

absl::Time Engine::RunMaintenance() {
  return engine_ != nullptr ? engine_->RunMaintenance() : absl::InfiniteFuture();
}

absl::Status Engine::Flush() { return engine_ != nullptr ? engine_->Flush() : MovedFrom(); }

bool Engine::has_writer() const { return engine_ != nullptr && engine_->has_writer(); }

absl::Status Engine::Backup(const std::string& folder) {
  return engine_ != nullptr ? engine_->Backup(folder) : MovedFrom();
}

ResourceUse Engine::resource_use() const {
  if (engine_ == nullptr) return {};
  const engine::EngineUse use = engine_->resource_use();
  return {use.buffer_bytes, use.disk_bytes, use.open_files, use.mappings};
}

EngineMetrics Engine::Metrics() const {
  return engine_ != nullptr ? engine_->Metrics() : EngineMetrics();
}

std::vector<PartitionMetrics> Engine::MetricsOfPartitions() const {
  return engine_ != nullptr ? engine_->MetricsOfPartitions() : std::vector<PartitionMetrics>();
}

absl::Status Engine::Close() {
  if (engine_ == nullptr) return absl::OkStatus();
  return client::InDeliveryCallback() ? client::CalledFromCallback("Engine::Close")
                                      : engine_->Close();
}

}  // namespace rill
