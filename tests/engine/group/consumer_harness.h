#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "engine/group/consumer_group_coordinator.h"
#include "fmt/format.h"

namespace rill::engine {

// Topics that a test makes, grows and deletes.
class TestTopics final : public GroupTopics {
 public:
  std::uint64_t version() const override { return version_; }
  std::optional<GroupTopic> Find(const std::string& name) const override {
    ++finds_;
    const auto found = topics_.find(name);
    return found == topics_.end() ? std::nullopt : std::optional(found->second);
  }
  int finds() const { return finds_; }
  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    for (const auto& [name, topic] : topics_) names.push_back(name);
    return names;
  }

  void Make(const std::string& name, std::int32_t partitions) {
    std::array<std::uint8_t, 16> id = {};
    id[0] = 1;
    id[14] = static_cast<std::uint8_t>(++made_ >> 8);
    id[15] = static_cast<std::uint8_t>(made_);
    topics_[name] = {base::Uuid(id), partitions};
    ++version_;
  }
  void Grow(const std::string& name, std::int32_t partitions) {
    topics_.at(name).partitions = partitions;
    ++version_;
  }
  void Delete(const std::string& name) {
    topics_.erase(name);
    ++version_;
  }

  // "orders-0" and so on.
  IdPartitions All(const std::string& name) const {
    IdPartitions all;
    const auto topic = Find(name);
    for (std::int32_t i = 0; topic && i < topic->partitions; ++i) all.insert({topic->id, i});
    return all;
  }
  IdPartition At(const std::string& name, std::int32_t partition) const {
    return {topics_.at(name).id, partition};
  }

 private:
  std::map<std::string, GroupTopic> topics_;
  std::uint64_t version_ = 1;
  int made_ = 0;
  mutable int finds_ = 0;
};

// A coordinator of consumer groups with a clock that is moved by hand.
class ConsumerHarness {
 public:
  explicit ConsumerHarness(ConsumerGroupConfig config = {})
      : coordinator(
            std::move(config), [this] { return fmt::format("made{}", ++ids_); },
            [this](const std::string&) { return times; }) {}

  ConsumerGroupCoordinator coordinator;
  TestTopics topics;
  absl::Time now = absl::FromUnixSeconds(1'000'000'000);
  std::map<std::string, std::int32_t> stored;  // epochs, by group
  std::set<std::string> erased;
  std::vector<ConsumerGroupRecord> log;  // all that was to be written
  std::set<std::string> hidden;          // topics that nobody may see
  ConsumerGroupTimes times = {};         // what groups have of their own
  int resolved = 0;                      // regular expressions, so far

  static ConsumerHeartbeat JoinOf(const std::string& member_id,
                                  std::vector<std::string> topics = {"orders"}) {
    ConsumerHeartbeat request;
    request.group_id = "g";
    request.member_id = member_id;
    request.client_id = "client";
    request.client_host = "/127.0.0.1";
    request.rebalance_timeout = absl::Seconds(60);
    request.subscribed_topics = std::move(topics);
    request.owned = IdPartitions();
    return request;
  }
  static ConsumerHeartbeat StaticJoinOf(const std::string& member_id,
                                        const std::string& instance_id) {
    ConsumerHeartbeat request = JoinOf(member_id);
    request.instance_id = instance_id;
    return request;
  }
  // With nothing new to say.
  static ConsumerHeartbeat BeatOf(const std::string& member_id, std::int32_t epoch) {
    ConsumerHeartbeat request;
    request.group_id = "g";
    request.member_id = member_id;
    request.member_epoch = epoch;
    return request;
  }

  // What there is in the way of regular expressions: "begin.*"; all others are none.
  static bool IsRegex(std::string_view regex) { return regex.ends_with(".*"); }
  static bool Matches(std::string_view regex, std::string_view name) {
    return name.starts_with(regex.substr(0, regex.size() - 2));
  }
  ResolvedRegexes Resolve(const ConsumerHeartbeat& request) {
    ResolvedRegexes all{.version = topics.version()};
    for (const auto& regex : coordinator.RegexesToResolve(request, topics.version(), now)) {
      ++resolved;
      absl::StatusOr<std::vector<std::string>> names = absl::InvalidArgumentError("no end");
      if (IsRegex(regex)) {
        names = topics.Names();
        std::erase_if(*names, [&](const std::string& name) {
          return !Matches(regex, name) || hidden.contains(name);
        });
      }
      all.topics.emplace(regex, names);
    }
    return all;
  }

  ConsumerHeartbeatResponse Beat(ConsumerHeartbeat request) {
    request.resolved = Resolve(request);
    ConsumerGroupEffects effects;
    auto response = coordinator.Heartbeat(request, topics, now, &effects);
    Run(effects);
    return response;
  }
  ConsumerHeartbeatResponse Join(const std::string& member_id,
                                 std::vector<std::string> wanted = {"orders"}) {
    return Beat(JoinOf(member_id, std::move(wanted)));
  }
  ConsumerHeartbeatResponse Beat(const std::string& member_id, std::int32_t epoch,
                                 std::optional<IdPartitions> owned = std::nullopt) {
    ConsumerHeartbeat request = BeatOf(member_id, epoch);
    request.owned = std::move(owned);
    return Beat(request);
  }

  // Of a static member, to come back.
  ConsumerHeartbeatResponse LeaveForAWhile(const std::string& member_id,
                                           const std::string& instance_id) {
    ConsumerHeartbeat request = BeatOf(member_id, kStaticLeavingEpoch);
    request.instance_id = instance_id;
    return Beat(request);
  }

  // By the classic protocol.
  JoinResponse JoinClassic(const std::string& member_id, const ConsumerSubscription& subscription) {
    ConsumerGroupEffects effects;
    auto response =
        coordinator.Join({.group_id = "g",
                          .member_id = member_id,
                          .session_timeout = absl::Seconds(30),
                          .protocols = {{"cooperative-sticky", EncodeSubscription(subscription)}}},
                         topics, now, &effects);
    Run(effects);
    return response;
  }

  // Of offsets in `partitions`.
  CommitCheck CheckCommit(const std::string& member_id, std::int32_t epoch,
                          const IdPartitions& partitions) {
    return coordinator.ValidateCommit(
        {.group_id = "g", .generation = epoch, .member_id = member_id}, OffsetsIn(partitions),
        topics);
  }
  ErrorCode Commit(const std::string& member_id, std::int32_t epoch,
                   const IdPartitions& partitions) {
    return CheckCommit(member_id, epoch, partitions).error;
  }
  CommittedOffsets OffsetsIn(const IdPartitions& partitions) const {
    CommittedOffsets offsets;
    for (const std::string& name : topics.Names()) {
      for (const IdPartition& at : topics.All(name)) {
        if (partitions.contains(at)) offsets[{name, at.partition}] = {};
      }
    }
    return offsets;
  }
  ErrorCode Delete() {
    ConsumerGroupEffects effects;
    const ErrorCode error = coordinator.Delete("g", &effects);
    Run(effects);
    return error;
  }

  // Lets time pass, stopping at every deadline on the way.
  void Advance(absl::Duration duration) {
    const absl::Time end = now + duration;
    while (coordinator.NextDeadline() <= end) {
      now = std::max(now, coordinator.NextDeadline());
      ConsumerGroupEffects effects;
      coordinator.Tick(now, &effects);
      Run(effects);
    }
    now = end;
  }

  // What the log says of the group "g".
  StoredConsumerGroup Stored() const {
    StoredConsumerGroups groups;
    for (const auto& [key, value] : log) {
      const auto bytes = value.has_value() ? std::optional<std::string_view>(*value) : std::nullopt;
      const auto taken = TakeConsumerGroupRecord(key, bytes, groups);
      if (!taken.ok()) throw std::logic_error(taken.ToString());
    }
    const auto found = groups.find("g");
    return found == groups.end() ? StoredConsumerGroup() : found->second;
  }
  // From what was written.
  void Restart() {
    const StoredConsumerGroup group = Stored();
    coordinator.Close();
    if (!group.epoch.has_value()) return;
    coordinator.Restore("g", *group.epoch);
    ConsumerGroupEffects effects;
    coordinator.RestoreMembers("g", group, now, &effects);
    Run(effects);
  }

  DescribedConsumerGroup Group() const {
    if (!coordinator.Has("g")) return {.state = GroupState::kDead};
    return coordinator.Describe("g", topics);
  }

 private:
  void Run(const ConsumerGroupEffects& effects) {
    for (const ConsumerGroupRecord& record : effects) {
      log.push_back(record);
      if (record.key.type != ConsumerGroupRecordType::kEpoch) continue;
      if (record.value.has_value()) {
        stored[record.key.group] = DecodeConsumerGroupEpochValue(*record.value).value().epoch;
      } else {
        erased.insert(record.key.group);
      }
    }
  }

  int ids_ = 0;
};

}  // namespace rill::engine
