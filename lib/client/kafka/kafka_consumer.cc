#include "client/kafka/kafka_consumer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/leak.h"
#include "client/consumer_impl.h"
#include "client/kafka/consumer_properties.h"
#include "client/kafka/status.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// How often a consumer that finds nothing to read asks whether its topics are still there.
constexpr absl::Duration kBetweenLooks = absl::Seconds(5);

absl::Status NoSuchPartition(const TopicPartition& name) {
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("there is no {}-{}", name.topic, name.partition));
}

}  // namespace

KafkaConsumer::KafkaConsumer(std::shared_ptr<ClusterEnvironment> of, const ConsumerOptions& options)
    : KafkaClientOwner(std::move(of)), options_(options) {}

KafkaConsumer::~KafkaConsumer() {
  if (!is_in_child()) {
    Close().IgnoreError();
    return;
  }
  base::Leak(std::move(queue_));
  base::Leak(std::move(client_));
}

absl::StatusOr<std::unique_ptr<ClusterConsumer>> KafkaConsumer::Create(
    std::shared_ptr<ClusterEnvironment> environment, const ConsumerOptions& options) {
  if (auto sound = CheckConsumerOptions(options); !sound.ok()) return sound;
  auto consumer = std::make_unique<KafkaConsumer>(std::move(environment), options);
  if (auto made = consumer->MakeClient(); !made.ok()) return made;
  return consumer;
}

absl::Status KafkaConsumer::MakeClient() {
  std::map<std::string, std::string> configs = environment->configs();
  for (const auto& [name, value] : options_.configs) configs[name] = value;
  const auto properties = PropertiesOf(options_, configs);
  if (!properties.ok()) return properties.status();
  ClientConfig config;
  absl::Status set = config.ConnectTo(*environment);
  for (const auto& [name, value] : *properties) set.Update(config.Set(name, value));
  set.Update(config.SetAll(configs));
  if (!set.ok()) return set;
  is_group_cooperative_ = IsCooperativeBy(config);
  rd_kafka_conf_set_rebalance_cb(config.get(), OnRebalance);
  auto client = config.Make(RD_KAFKA_CONSUMER, this);
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_.get());
  absl::MutexLock lock(&queue_mutex_);
  queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
  return absl::OkStatus();
}

// Gives the partitions back, in a callback, and leaves the group, but for a static member.
void KafkaConsumer::DestroyClient() {
  if (client_ == nullptr) return;  // it could not be made
  rd_kafka_consumer_close(client_.get());
  {
    absl::MutexLock lock(&queue_mutex_);
    queue_.reset();
  }
  EndClient(std::move(client_), *environment);
}

absl::Status KafkaConsumer::CheckOpen() const {
  if (closed_) return absl::FailedPreconditionError("this consumer is closed");
  return environment->CheckOpen();
}

absl::Status KafkaConsumer::CheckMayChange() const {
  auto may = async_commits_.CheckNotInCallback();
  return may.ok() ? CheckOpen() : may;
}

absl::Status KafkaConsumer::CheckGroup() const {
  if (!options_.group.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidGroupId,
      "this consumer has no ConsumerOptions::group to be a member of or to commit for");
}

absl::Status KafkaConsumer::Subscribe(const std::vector<std::string>& topics) {
  Partitions names;
  for (const std::string& topic : topics) {
    // librdkafka would take it for a pattern.
    if (topic.starts_with('^')) {
      return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic,
                       fmt::format("\"{}\" is no name of a topic", topic));
    }
    names.push_back({topic, RD_KAFKA_PARTITION_UA});
  }
  return BecomeSubscribed(Subscription(topics), names);
}

absl::Status KafkaConsumer::SubscribePattern(const std::string& pattern) {
  auto subscription = Subscription::Matching(pattern);
  if (!subscription.ok()) return subscription.status();
  return BecomeSubscribed(*std::move(subscription),
                          {{fmt::format("^({})$", pattern), RD_KAFKA_PARTITION_UA}});
}

absl::Status KafkaConsumer::BecomeSubscribed(Subscription subscription, const Partitions& names) {
  if (auto may = CheckMayChange(); !may.ok()) return may;
  if (auto has_group = CheckGroup(); !has_group.ok()) return has_group;
  if (mode_ == Mode::kAssigned) NoteAutoCommit(BecomeNothing());
  if (auto open = CheckOpen(); !open.ok()) return open;
  auto subscribed =
      StatusOf(rd_kafka_subscribe(client_.get(), ListOf(names).get()), "cannot subscribe");
  if (!subscribed.ok()) return subscribed;
  subscription_ = std::move(subscription);
  mode_ = Mode::kSubscribed;
  return absl::OkStatus();
}

// Leaves whatever the consumer had, after the last commits, whose failure it returns. What comes
// next begins with a client of its own: librdkafka 2.0 does not change between all of a group's
// protocols and partitions by hand.
absl::Status KafkaConsumer::BecomeNothing() {
  last_auto_commit_ = absl::OkStatus();
  if (client_ == nullptr) return last_auto_commit_;
  RunAsyncCommits();
  if (mode_ == Mode::kAssigned) last_auto_commit_ = AutoCommit();
  const bool is_to_be_renewed = mode_ != Mode::kNothing;
  if (is_to_be_renewed) DestroyClient();
  assigned_.clear();
  gathered_.clear();
  stored_.clear();
  failure_ = absl::OkStatus();
  must_assign_ = false;
  mode_ = Mode::kNothing;
  if (!is_to_be_renewed) return last_auto_commit_;
  if (auto made = MakeClient(); !made.ok()) {
    closed_ = true;
    return made;
  }
  return last_auto_commit_;
}

absl::Status KafkaConsumer::Unsubscribe() {
  if (auto may = CheckMayChange(); !may.ok()) return may;
  return BecomeNothing();
}

absl::Status KafkaConsumer::CheckAllExist(const Partitions& partitions) {
  std::vector<std::string> topics;
  for (const TopicPartition& name : partitions) topics.push_back(name.topic);
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  const auto described = environment->WithAdmin(
      [&](remote::AdminClient& client) { return remote::DescribeTopics(client, topics); });
  if (!described.ok()) return AsDocumented(described.status());
  for (const TopicPartition& name : partitions) {
    const auto topic = std::find_if(described->begin(), described->end(),
                                    [&](const auto& one) { return one.name == name.topic; });
    if (topic == described->end() || name.partition < 0 ||
        static_cast<std::size_t>(name.partition) >= topic->partitions.size()) {
      return NoSuchPartition(name);
    }
  }
  return absl::OkStatus();
}

void KafkaConsumer::LookForDeleted() {
  if (mode_ != Mode::kAssigned || absl::Now() < next_look_) return;
  next_look_ = absl::Now() + kBetweenLooks;
  if (!absl::IsNotFound(CheckAllExist(assignment()))) return;
  for (auto& [name, partition] : assigned_) {
    const auto there = CheckAllExist({name});
    if (absl::IsNotFound(there)) partition.trouble = there;
  }
}

absl::Status KafkaConsumer::Assign(const Partitions& partitions) {
  if (auto may = CheckMayChange(); !may.ok()) return may;
  // Before anything is left, which a wrong name must not cost.
  if (auto exist = CheckAllExist(partitions); !exist.ok()) return exist;
  if (mode_ == Mode::kSubscribed || partitions.empty()) {
    NoteAutoCommit(BecomeNothing());
    if (auto open = CheckOpen(); !open.ok()) return open;
  } else {
    NoteAutoCommit(AutoCommit());
  }
  GoOn(assignment());  // what is kept is paused again before it is fetched
  std::map<TopicPartition, Assigned> before = std::exchange(assigned_, {});
  for (const TopicPartition& name : partitions) {
    if (const auto kept = before.find(name); kept != before.end()) {
      assigned_.insert(before.extract(kept));
    } else {
      assigned_.try_emplace(name, Assigned{.name = std::make_shared<const TopicPartition>(name)});
    }
  }
  stored_.clear();
  failure_ = absl::OkStatus();
  must_assign_ = !partitions.empty();
  next_look_ = absl::Now() + kBetweenLooks;
  mode_ = partitions.empty() ? Mode::kNothing : Mode::kAssigned;
  return absl::OkStatus();
}

std::vector<std::string> KafkaConsumer::subscription() const {
  if (mode_ != Mode::kSubscribed) return {};
  if (!subscription_.is_pattern()) return subscription_.Among({});
  const auto topics = environment->WithAdmin(
      [](remote::AdminClient& client) { return remote::ListTopics(client); });
  std::vector<std::string> names;
  for (const auto& topic : topics.ok() ? *topics : std::vector<remote::TopicListing>()) {
    if (!topic.is_internal) names.push_back(topic.name);
  }
  std::sort(names.begin(), names.end());
  return subscription_.Among(std::move(names));
}

ClusterConsumer::Partitions KafkaConsumer::assignment() const {
  Partitions names;
  for (const auto& [name, partition] : assigned_) names.push_back(name);
  return names;
}

std::string KafkaConsumer::member_id() const {
  if (client_ == nullptr) return {};
  char* const id = rd_kafka_memberid(client_.get());
  if (id == nullptr) return {};
  std::string copy = id;
  rd_kafka_mem_free(client_.get(), id);
  return copy;
}

void KafkaConsumer::Tell(const Listener& listener, const Partitions& partitions) {
  if (!listener || partitions.empty()) return;
  async_commits_.CallBack([&] { listener(partitions); });
}

absl::Status KafkaConsumer::Close() {
  if (closed_) return absl::OkStatus();
  if (auto may = async_commits_.CheckNotInCallback(); !may.ok()) return may;
  last_auto_commit_ = absl::OkStatus();
  RunAsyncCommits();
  if (mode_ == Mode::kAssigned) last_auto_commit_ = AutoCommit();
  DestroyClient();
  assigned_.clear();
  mode_ = Mode::kNothing;
  closed_ = true;
  // What callbacks asked for meanwhile.
  async_commits_.Abandon(CheckOpen());
  return last_auto_commit_;
}

}  // namespace rill::client
