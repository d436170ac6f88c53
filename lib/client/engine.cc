#include "rill/engine.h"

#include <utility>

#include "base/leak.h"
#include "client/cluster.h"
#include "client/consumer_impl.h"
#include "client/pending_batch.h"
#include "client/producer_impl.h"
#include "engine/group_service.h"
#include "engine/handles.h"
#include "engine/local_engine.h"

namespace rill {
namespace {

// Whether the engine is this process's to use; asked before any lock is taken.
absl::Status Check(const std::shared_ptr<engine::LocalEngine>& engine,
                   const std::shared_ptr<client::ClusterEngine>& cluster) {
  if (engine != nullptr) return engine->is_in_child() ? engine->CheckOpen() : absl::OkStatus();
  if (cluster == nullptr) return absl::FailedPreconditionError("this Engine was moved from");
  return cluster->is_in_child() ? client::OfOneProcess::WhyInChild() : absl::OkStatus();
}

absl::Status NotOverACluster(const char* call) {
  return absl::UnimplementedError(std::string(call) +
                                  " is of topics in this process; these are a cluster's");
}

absl::StatusOr<Topic> HandleOf(absl::StatusOr<client::ClusterTopicPtr> topic) {
  if (!topic.ok()) return topic.status();
  return TopicAccess::Make(*std::move(topic));
}

}  // namespace

absl::StatusOr<Engine> Open(const std::string& where, const Options& options) {
  if (where.starts_with(client::kClusterScheme)) {
    auto cluster = client::OpenCluster(where, options);
    if (!cluster.ok()) return cluster.status();
    return Engine(*std::move(cluster));
  }
  auto engine = engine::LocalEngine::Open(where, options);
  if (!engine.ok()) return engine.status();
  return Engine(*std::move(engine));
}

Engine::Engine(std::shared_ptr<engine::LocalEngine> engine) : engine_(std::move(engine)) {}
Engine::Engine(std::shared_ptr<client::ClusterEngine> cluster) : cluster_(std::move(cluster)) {}
Engine::Engine(Engine&&) noexcept = default;

Engine& Engine::operator=(Engine&& other) noexcept {
  Engine taken(std::move(other));
  std::swap(engine_, taken.engine_);
  std::swap(cluster_, taken.cluster_);
  return *this;  // `taken` closes what was here
}

Engine::~Engine() {
  if (cluster_ != nullptr && cluster_->is_in_child()) {
    base::Leak(std::move(cluster_));
  } else if (cluster_ != nullptr) {
    cluster_->Close().IgnoreError();
  }
  if (engine_ == nullptr) return;
  if (engine_->is_in_child()) {
    base::Leak(std::move(engine_));
  } else {
    engine_->Close().IgnoreError();
  }
}

absl::StatusOr<Topic> Engine::CreateTopic(const std::string& name, const TopicOptions& options) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return HandleOf(cluster_->CreateTopic(name, options));
  auto topic = engine_->CreateTopic(name, options);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Topic> Engine::EnsureTopic(const std::string& name, const TopicOptions& options) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return HandleOf(cluster_->EnsureTopic(name, options));
  engine_->LookOutside();
  auto topic = engine_->EnsureTopic(name, options);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Topic> Engine::FindTopic(const std::string& name) const {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return HandleOf(cluster_->FindTopic(name));
  engine_->LookOutside();
  auto topic = engine_->FindTopic(name);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::Status Engine::DeleteTopic(const std::string& name) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->DeleteTopic(name);
  return engine_->DeleteTopic(name);
}

std::vector<std::string> Engine::ListTopics(bool include_internal) const {
  if (cluster_ != nullptr) {
    return Check(engine_, cluster_).ok() ? cluster_->ListTopics(include_internal)
                                         : std::vector<std::string>();
  }
  if (!Check(engine_, cluster_).ok()) return {};
  engine_->LookOutside();
  return engine_->ListTopics(include_internal);
}

absl::StatusOr<TopicDescription> Engine::DescribeTopic(const std::string& name) const {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->DescribeTopic(name);
  engine_->LookOutside();
  return engine_->DescribeTopic(name);
}

absl::Status Engine::CreatePartitions(const std::string& name, int total) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->CreatePartitions(name, total);
  return engine_->CreatePartitions(name, total);
}

absl::Status Engine::AlterTopicConfigs(
    const std::string& name, const std::map<std::string, std::optional<std::string>>& changes) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->AlterTopicConfigs(name, changes);
  return engine_->AlterTopicConfigs(name, changes);
}

absl::StatusOr<Topic> Engine::ImportTopic(const std::string& name,
                                          const std::vector<std::string>& folders,
                                          const std::map<std::string, std::string>& configs,
                                          const ImportProgress& progress) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return NotOverACluster("ImportTopic");
  auto topic = engine_->ImportTopic(name, folders, configs, progress);
  if (!topic.ok()) return topic.status();
  return Topic(*std::move(topic));
}

absl::StatusOr<Producer> Engine::NewProducer(const ProducerOptions& options) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) {
    auto producer = cluster_->NewProducer(options);
    if (!producer.ok()) return producer.status();
    return Producer(*std::move(producer));
  }
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  auto producer = client::ProducerImpl::Create(engine_, options);
  if (!producer.ok()) return producer.status();
  return Producer(*std::move(producer));
}

absl::StatusOr<Consumer> Engine::NewConsumer(const ConsumerOptions& options) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) {
    auto consumer = cluster_->NewConsumer(options);
    if (!consumer.ok()) return consumer.status();
    return Consumer(*std::move(consumer));
  }
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
  if (cluster_ != nullptr) {
    return Check(engine_, cluster_).ok() ? cluster_->ListGroups() : std::vector<GroupListing>();
  }
  const bool has_groups = engine_ != nullptr && !engine_->closed() && engine_->CheckMayWrite().ok();
  return has_groups ? engine_->groups()->List() : std::vector<GroupListing>();
}

absl::StatusOr<GroupDescription> Engine::DescribeGroup(const std::string& group) const {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->DescribeGroup(group);
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->Describe(group);
}

absl::Status Engine::DeleteGroup(const std::string& group) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->DeleteGroup(group);
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->Delete(group);
}

absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> Engine::CommittedOffsets(
    const std::string& group) const {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return cluster_->CommittedOffsets(group);
  if (auto status = engine_->CheckOpen(); !status.ok()) return status;
  if (auto may = engine_->CheckMayWrite(); !may.ok()) return may;
  return engine_->groups()->FetchAll(group);
}

absl::Time Engine::RunMaintenance() {
  return engine_ != nullptr && Check(engine_, nullptr).ok() ? engine_->RunMaintenance()
                                                            : absl::InfiniteFuture();
}

absl::Status Engine::Flush() {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return NotOverACluster("Engine::Flush");
  return engine_->Flush();
}

bool Engine::has_writer() const { return engine_ != nullptr && engine_->has_writer(); }

absl::Status Engine::Backup(const std::string& folder) {
  if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
  if (cluster_ != nullptr) return NotOverACluster("Backup");
  return engine_->Backup(folder);
}

ResourceUse Engine::resource_use() const {
  if (engine_ == nullptr || !Check(engine_, nullptr).ok()) return {};
  const engine::EngineUse use = engine_->resource_use();
  return {use.buffer_bytes, use.disk_bytes, use.open_files, use.mappings};
}

EngineMetrics Engine::Metrics() const {
  return engine_ != nullptr && Check(engine_, nullptr).ok() ? engine_->Metrics() : EngineMetrics();
}

std::vector<PartitionMetrics> Engine::MetricsOfPartitions() const {
  return engine_ != nullptr && Check(engine_, nullptr).ok() ? engine_->MetricsOfPartitions()
                                                            : std::vector<PartitionMetrics>();
}

absl::Status Engine::Close() {
  if (cluster_ != nullptr) {
    if (auto usable = Check(engine_, cluster_); !usable.ok()) return usable;
    return client::InDeliveryCallback() ? client::CalledFromCallback("Engine::Close")
                                        : cluster_->Close();
  }
  if (engine_ == nullptr) return absl::OkStatus();
  if (engine_->is_in_child()) return engine_->CheckOpen();
  return client::InDeliveryCallback() ? client::CalledFromCallback("Engine::Close")
                                      : engine_->Close();
}

}  // namespace rill
