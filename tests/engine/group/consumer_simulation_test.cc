#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "consumer_harness.h"

// Consumers come and go, fall silent, lose answers and take their time to give partitions up, while
// topics are made, grown and deleted, driven by a seed; what must hold is checked after every step.

namespace rill::engine {
namespace {

const std::vector<std::string> kTopicNames = {"orders", "sales", "events"};

std::uint64_t Seed() {
  const char* chosen = std::getenv("RILL_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
}

// One consumer, as far as it knows.
struct Consumer {
  std::string instance_id;
  std::string member_id;
  std::vector<std::string> topics;
  std::string regex;     // empty: none
  std::string assignor;  // empty: whatever
  std::int32_t epoch = 0;
  bool is_in = false;
  IdPartitions owned;
  std::optional<IdPartitions> told;  // to be taken up: what it is to own
  bool must_tell_all = false;        // an answer was lost
  bool must_tell_owned = false;
};

class ConsumerSimulation {
 public:
  explicit ConsumerSimulation(std::uint64_t seed) : random_(seed), group_(ConfigOf(seed)) {
    group_.topics.Make("orders", 5);
    group_.topics.Make("sales", 3);
    for (int i = 0; i < 6; ++i) {
      Consumer consumer;
      if (i % 3 == 0) consumer.instance_id = fmt::format("instance{}", i);
      consumer.topics = {"orders"};
      consumers_.push_back(consumer);
    }
    // Two processes under one name.
    consumers_.push_back(consumers_[0]);
  }

  void Step() {
    Consumer& consumer = consumers_[Below(consumers_.size())];
    switch (Below(15)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        BeatBy(consumer);
        break;
      case 5:
      case 6:
      case 7:
        TakeUp(consumer);
        break;
      case 8:
        LeaveBy(consumer);
        break;
      case 9:
        Die(consumer);
        break;
      case 10:
        AskForThePast(consumer);
        break;
      case 11:
        ChangeTopics();
        break;
      case 12:
        ChangeSubscription(consumer);
        break;
      case 13:
        Restart();
        break;
      default:
        group_.Advance(absl::Milliseconds(static_cast<std::int64_t>(Below(6000))));
    }
    Check();
  }

  // Once nothing is lost and nobody dawdles, all that is subscribed to is owned, once, and all
  // members are stable.
  void EndInQuiet() {
    for (int round = 0; round < 20; ++round) {
      group_.Advance(absl::Seconds(4));
      for (Consumer& consumer : consumers_) {
        TakeUp(consumer);
        Receive(consumer, Send(consumer));
        TakeUp(consumer);
      }
      Check();
    }
    const DescribedConsumerGroup described = group_.Group();
    REQUIRE(described.state == GroupState::kStable);
    std::map<IdPartition, int> owners;
    std::set<std::string> wanted;
    for (const Consumer& consumer : consumers_) {
      if (!consumer.is_in) continue;
      CHECK(consumer.epoch == described.epoch);
      wanted.insert(consumer.topics.begin(), consumer.topics.end());
      for (const std::string& name : kTopicNames) {
        const std::string& regex = consumer.regex;
        if (!regex.empty() && ConsumerHarness::Matches(regex, name)) wanted.insert(name);
      }
      for (const IdPartition& at : consumer.owned) ++owners[at];
    }
    std::size_t there = 0;
    for (const std::string& name : wanted) {
      for (const IdPartition& at : group_.topics.All(name)) {
        CHECK(owners[at] == 1);
        ++there;
      }
    }
    CHECK(owners.size() == there);
  }

  // Whoever says nothing any more is gone in the end.
  void EndInSilence() {
    group_.Advance(absl::Minutes(10));
    CHECK(group_.Group().members.empty());
    CHECK(group_.coordinator.NextDeadline() == absl::InfiniteFuture());
  }

  int handed_over() const { return handed_over_; }

 private:
  // Nobody has lost anything by it.
  void Restart() {
    const auto before = group_.Group();
    group_.Restart();
    const auto after = group_.Group();
    CHECK(after.epoch >= before.epoch);
    CHECK(after.assignment_epoch == before.assignment_epoch);
    REQUIRE(after.members.size() == before.members.size());
    for (std::size_t i = 0; i < after.members.size(); ++i) {
      const DescribedConsumer& was = before.members[i];
      const DescribedConsumer& is = after.members[i];
      CHECK(is.member_id == was.member_id);
      CHECK(is.instance_id == was.instance_id);
      CHECK(is.member_epoch == was.member_epoch);
      CHECK(is.client_id == was.client_id);
      CHECK(is.subscribed_topics == was.subscribed_topics);
      CHECK(is.subscribed_regex == was.subscribed_regex);
      // What is of a topic that is gone is not shown any more.
      CHECK(is.assigned.size() <= was.assigned.size());
      CHECK(std::includes(was.assigned.begin(), was.assigned.end(), is.assigned.begin(),
                          is.assigned.end(), [](const DescribedTopic& a, const DescribedTopic& b) {
                            return a.name < b.name ||
                                   (a.name == b.name && a.partitions < b.partitions);
                          }));
    }
  }

  static ConsumerGroupConfig ConfigOf(std::uint64_t seed) {
    ConsumerGroupConfig config;
    if (seed % 3 == 0) config.max_size = 4;
    if (seed % 2 == 0) config.assignors = {ServerAssignor::kRange, ServerAssignor::kUniform};
    return config;
  }

  std::size_t Below(std::size_t limit) { return random_() % limit; }

  ConsumerHeartbeatResponse Send(Consumer& consumer) {
    if (!consumer.is_in && consumer.member_id.empty()) {
      consumer.member_id = fmt::format("member{}", ++members_made_);
    }
    const bool tells_all = !consumer.is_in || consumer.must_tell_all;
    ConsumerHeartbeat request = tells_all
                                    ? ConsumerHarness::JoinOf(consumer.member_id, consumer.topics)
                                    : ConsumerHarness::BeatOf(consumer.member_id, consumer.epoch);
    request.member_epoch = consumer.is_in ? consumer.epoch : kJoiningEpoch;
    request.rebalance_timeout = tells_all ? std::optional(absl::Seconds(20)) : std::nullopt;
    if (tells_all) request.subscribed_regex = consumer.regex;
    if (tells_all && !consumer.assignor.empty()) request.server_assignor = consumer.assignor;
    if (!consumer.instance_id.empty()) request.instance_id = consumer.instance_id;
    // What it is still to take up has not been given up yet.
    if (tells_all || consumer.must_tell_owned) request.owned = consumer.owned;
    return group_.Beat(request);
  }

  void Receive(Consumer& consumer, const ConsumerHeartbeatResponse& response) {
    switch (response.error) {
      case ErrorCode::kNone:
        break;
      case ErrorCode::kGroupMaxSizeReached:
      case ErrorCode::kUnreleasedInstanceId:
        REQUIRE_FALSE(consumer.is_in);
        return;
      case ErrorCode::kFencedMemberEpoch:
      case ErrorCode::kUnknownMemberId:
        return StartOver(consumer);  // under the same id, as clients do
      default:
        REQUIRE(response.error == ErrorCode::kFencedInstanceId);
        consumer.member_id.clear();
        return StartOver(consumer);
    }
    REQUIRE(response.member_id == consumer.member_id);
    if (consumer.is_in) REQUIRE(response.member_epoch >= consumer.epoch);
    consumer.is_in = true;
    consumer.epoch = response.member_epoch;
    consumer.must_tell_all = consumer.must_tell_owned = false;
    if (!response.assignment.has_value()) return;
    consumer.told = response.assignment;
  }

  void BeatBy(Consumer& consumer) {
    const ConsumerHeartbeatResponse response = Send(consumer);
    if (Below(6) == 0) {
      consumer.must_tell_all = consumer.is_in;  // the answer was lost
    } else {
      Receive(consumer, response);
    }
  }

  void TakeUp(Consumer& consumer) {
    if (!consumer.told.has_value()) return;
    for (const IdPartition& at : *consumer.told) {
      const auto last = last_owner_.find(at);
      if (last != last_owner_.end() && last->second != consumer.member_id) ++handed_over_;
      last_owner_[at] = consumer.member_id;
    }
    consumer.owned = *std::exchange(consumer.told, std::nullopt);
    consumer.must_tell_owned = true;
  }

  void LeaveBy(Consumer& consumer) {
    if (!consumer.is_in || Below(3) != 0) return;
    const bool comes_back = !consumer.instance_id.empty() && Below(2) == 0;
    ConsumerHeartbeat request = ConsumerHarness::BeatOf(
        consumer.member_id, comes_back ? kStaticLeavingEpoch : kLeavingEpoch);
    if (!consumer.instance_id.empty()) request.instance_id = consumer.instance_id;
    group_.Beat(request);
    consumer.member_id.clear();
    StartOver(consumer);
  }

  void Die(Consumer& consumer) {
    if (Below(6) != 0) return;
    consumer.member_id.clear();
    StartOver(consumer);
  }

  static void StartOver(Consumer& consumer) {
    consumer.is_in = false;
    consumer.epoch = 0;
    consumer.owned.clear();
    consumer.told.reset();
    consumer.must_tell_all = consumer.must_tell_owned = false;
  }

  // What is past is never taken for the present.
  void AskForThePast(const Consumer& consumer) {
    if (!consumer.is_in || consumer.epoch < 2) return;
    const auto past = consumer.epoch - 1 - static_cast<std::int32_t>(Below(2));
    const ErrorCode told = group_.Beat(consumer.member_id, past).error;
    CHECK(told != ErrorCode::kNone);
  }

  void ChangeTopics() {
    if (Below(8) != 0) return;
    const std::string& name = kTopicNames[Below(kTopicNames.size())];
    const auto topic = group_.topics.Find(name);
    if (!topic.has_value()) {
      group_.topics.Make(name, static_cast<std::int32_t>(1 + Below(6)));
    } else if (Below(2) == 0) {
      group_.topics.Grow(name, topic->partitions + 1);
    } else {
      group_.topics.Delete(name);
    }
  }

  void ChangeSubscription(Consumer& consumer) {
    if (Below(4) != 0) return;
    consumer.topics.clear();
    for (const std::string& name : kTopicNames) {
      if (Below(2) == 0) consumer.topics.push_back(name);
    }
    const std::vector<std::string> regexes = {"", "", "s.*", "or.*", ".*"};
    consumer.regex = regexes[Below(regexes.size())];
    consumer.assignor = Below(2) == 0 ? "range" : "";
    consumer.must_tell_all = consumer.is_in;
  }

  // A partition is owned by at most one of those who may commit to it, and by nobody who was there
  // before.
  void CheckOwners() {
    std::map<IdPartition, std::string> owners;
    for (const Consumer& consumer : consumers_) {
      if (!consumer.is_in) continue;
      for (const IdPartition& at : consumer.owned) {
        const bool is_there = !group_.OffsetsIn({at}).empty();
        if (!is_there ||
            group_.Commit(consumer.member_id, consumer.epoch, {at}) != ErrorCode::kNone)
          continue;
        REQUIRE(owners.emplace(at, consumer.member_id).second);
      }
    }
    for (const Consumer& consumer : consumers_) {
      if (!consumer.is_in) continue;
      IdPartitions of_others;
      for (const auto& [at, owner] : owners) {
        if (owner != consumer.member_id) of_others.insert(at);
      }
      const auto past = consumer.epoch - 1 - static_cast<std::int32_t>(Below(2));
      const CommitCheck check = group_.CheckCommit(consumer.member_id, past, of_others);
      const std::size_t asked = group_.OffsetsIn(of_others).size();  // of topics that there are
      if (asked == 0) continue;
      REQUIRE(check.error != ErrorCode::kNone);
      REQUIRE((check.refused.empty() || check.refused.size() == asked));
    }
  }

  // Epochs do not go back.
  void Check() {
    CheckOwners();
    if (!group_.coordinator.Has("g")) return;
    const DescribedConsumerGroup described = group_.Group();
    REQUIRE(described.epoch >= newest_epoch_);
    REQUIRE(described.assignment_epoch <= described.epoch);
    newest_epoch_ = described.epoch;
    std::set<std::pair<base::Uuid, std::int32_t>> assigned;
    for (const DescribedConsumer& member : described.members) {
      REQUIRE(member.member_epoch <= described.assignment_epoch);
      for (const DescribedTopic& topic : member.assigned) {
        for (const std::int32_t at : topic.partitions) {
          REQUIRE(assigned.emplace(topic.id, at).second);
        }
      }
    }
  }

  std::mt19937_64 random_;
  ConsumerHarness group_;
  std::vector<Consumer> consumers_;
  std::map<IdPartition, std::string> last_owner_;
  std::int32_t newest_epoch_ = 0;
  int members_made_ = 0;
  int handed_over_ = 0;
};

TEST_CASE("through thousands of random steps a partition is one consumer's at a time") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  int handed_over = 0;
  for (std::uint64_t run = 0; run < 40; ++run) {
    CAPTURE(run);
    ConsumerSimulation simulation(seed + run);
    for (int step = 0; step < 3000; ++step) simulation.Step();
    simulation.EndInQuiet();
    simulation.EndInSilence();
    handed_over += simulation.handed_over();
  }
  CHECK(handed_over > 400);  // or nothing was tried
}

}  // namespace
}  // namespace rill::engine
