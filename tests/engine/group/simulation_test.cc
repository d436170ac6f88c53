#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "engine/group/assignor.h"
#include "engine/group/protocol.h"
#include "harness.h"

// Members come and go, fall silent, lose answers, are cloned and ask for what is past, driven by a
// seed; what must hold is checked after every step.

namespace rill::engine {
namespace {

constexpr std::int32_t kPartitions = 7;

std::uint64_t Seed() {
  const char* chosen = std::getenv("RILL_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
}

// A client of the group: one member, as far as it knows.
struct Client {
  std::string name;
  std::string instance_id;
  bool embedded = false;
  bool knows_id_first = false;
  std::string member_id;
  std::int32_t generation = -1;
  std::optional<RequestToken> joining;
  std::optional<RequestToken> syncing;
  std::vector<TopicPartition> assigned;
  bool in_sync = false;  // holds `assigned` in `generation`
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed), group_(ConfigOf(seed)) {
    for (int i = 0; i < 6; ++i) {
      Client client;
      client.name = fmt::format("client{}", i);
      if (i % 3 == 0) client.instance_id = fmt::format("instance{}", i);
      client.embedded = i % 2 == 0;
      client.knows_id_first = i % 3 == 1;
      clients_.push_back(client);
    }
    // Two processes under one name.
    clients_.push_back(clients_[0]);
  }

  void Step() {
    Client& client = clients_[Below(clients_.size())];
    switch (Below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        Proceed(client);
        break;
      case 4:
      case 5:
        HeartbeatOf(client);
        break;
      case 6:
        LeaveBy(client);
        break;
      case 7:
        Forget(client);
        break;
      case 8:
        AskForThePast(client);
        break;
      case 9:
        Store();
        break;
      case 10:
        group_.store_at_once = Below(4) != 0;
        break;
      default:
        group_.Advance(absl::Milliseconds(static_cast<std::int64_t>(Below(4000))));
    }
    for (Client& c : clients_) TakeAnswers(c);
    Check();
  }

  // With nothing new, everything that was asked is answered.
  void End() {
    while (!group_.unconfirmed.empty()) Store();
    group_.store_at_once = true;
    group_.Advance(absl::Minutes(10));
    for (RequestToken token = 1; token <= last_token_; ++token) {
      INFO("request " << token);
      REQUIRE(group_.Answered(token));
    }
    CHECK(group_.State() == GroupState::kEmpty);
    CHECK(group_.coordinator.NextDeadline() == absl::InfiniteFuture());
  }

  int stable_generations() const { return static_cast<int>(stable_.size()); }

 private:
  static GroupConfig ConfigOf(std::uint64_t seed) {
    GroupConfig config;
    if (seed % 2 == 0) config.initial_rebalance_delay = absl::Seconds(1);
    if (seed % 3 == 0) config.max_size = 4;
    config.new_member_join_timeout = absl::Seconds(30);
    return config;
  }

  std::size_t Below(std::size_t limit) { return random_() % limit; }

  // What a client does next: join, sync, or nothing while it waits.
  void Proceed(Client& client) {
    if (client.joining || client.syncing) {
      if (Below(10) != 0) return;  // now and then it lost its connection, and asks again
      if (client.joining) return JoinBy(client);
      return SyncBy(client);
    }
    if (client.generation < 0 || Below(8) == 0) return JoinBy(client);
    if (!client.in_sync) SyncBy(client);
  }

  void JoinBy(Client& client) {
    JoinRequest request = GroupHarness::JoinOf(client.member_id, client.instance_id);
    request.client_id = client.name;
    request.needs_heartbeat = !client.embedded;
    request.require_known_member_id = client.knows_id_first;
    request.supports_skipping_assignment = true;
    request.rebalance_timeout = absl::Seconds(5 + static_cast<int>(Below(20)));
    ConsumerSubscription said;
    said.topics = {"t"};
    said.generation = client.in_sync ? client.generation : -1;
    said.owned_partitions = client.in_sync ? client.assigned : std::vector<TopicPartition>();
    request.protocols = {{"cooperative-sticky", EncodeSubscription(said)}};
    client.joining = last_token_ = group_.Join(request);
    client.syncing.reset();
  }

  void SyncBy(Client& client) {
    SyncRequest request;
    request.group_id = "g";
    request.member_id = client.member_id;
    request.group_instance_id = client.instance_id;
    request.generation = client.generation;
    const auto plan = plans_.find(client.generation);
    const bool leads = plan != plans_.end() && plan->second.leader == client.member_id;
    if (leads) request.assignments = plan->second.assignments;
    client.syncing = last_token_ = group_.Sync(request);
  }

  void HeartbeatOf(Client& client) {
    if (client.generation < 0) return;
    Obey(client, group_.Heartbeat(client.member_id, client.generation, client.instance_id));
  }

  void LeaveBy(Client& client) {
    if (client.member_id.empty() || Below(3) != 0) return;
    group_.Leave(client.member_id, client.instance_id);
    TakeAnswers(client);
    StartOver(client);
  }

  // The process died: nobody reads its answers.
  void Forget(Client& client) {
    if (Below(4) == 0) StartOver(client);
  }

  static void StartOver(Client& client) {
    client.member_id.clear();
    client.generation = -1;
    client.joining.reset();
    client.syncing.reset();
    client.in_sync = false;
  }

  // A request of an earlier generation must never be taken.
  void AskForThePast(Client& client) {
    const std::int32_t past = group_.Generation() - 1 - static_cast<std::int32_t>(Below(2));
    if (client.member_id.empty() || past < 0) return;
    CHECK(group_.Heartbeat(client.member_id, past, client.instance_id) != ErrorCode::kNone);
    CHECK(group_.Commit(client.member_id, past) != ErrorCode::kNone);
    last_token_ = group_.Sync(client.member_id, past, {{client.member_id, "stolen"}});
    CHECK(group_.syncs.at(last_token_).error != ErrorCode::kNone);
  }

  void Store() {
    if (group_.unconfirmed.empty()) return;
    const std::size_t which = Below(group_.unconfirmed.size());
    const StoreGroup store = group_.unconfirmed[which];
    group_.unconfirmed.erase(group_.unconfirmed.begin() + static_cast<long>(which));
    group_.Confirm(store, Below(10) == 0 ? ErrorCode::kKafkaStorageError : ErrorCode::kNone);
  }

  void TakeAnswers(Client& client) {
    if (client.joining && group_.Answered(*client.joining)) {
      const JoinResponse joined = group_.joins.at(*client.joining);
      client.joining.reset();
      if (joined.error == ErrorCode::kMemberIdRequired) client.member_id = joined.member_id;
      if (joined.error == ErrorCode::kNone) TakeGeneration(client, joined);
      Obey(client, joined.error);
    }
    if (client.syncing && group_.Answered(*client.syncing)) {
      const SyncResponse synced = group_.syncs.at(*client.syncing);
      client.syncing.reset();
      if (synced.error == ErrorCode::kNone) TakeAssignment(client, synced);
      Obey(client, synced.error);
    }
  }

  void TakeGeneration(Client& client, const JoinResponse& joined) {
    client.member_id = joined.member_id;
    client.in_sync = false;
    client.generation = joined.generation;
    REQUIRE(joined.generation >= newest_joined_);
    newest_joined_ = joined.generation;
    if (joined.leader != joined.member_id || joined.skip_assignment) return;
    // One leader a generation.
    const auto [plan, is_new] = plans_.try_emplace(joined.generation);
    if (!is_new) REQUIRE(plan->second.leader == joined.member_id);
    plan->second = {joined.member_id, AssignmentsFor(joined)};
  }

  static std::vector<MemberAssignment> AssignmentsFor(const JoinResponse& joined) {
    AssignorInput input;
    input.partition_counts = {{"t", kPartitions}};
    for (const JoinedMember& member : joined.members) {
      input.members.push_back({member.member_id, member.group_instance_id,
                               DecodeSubscription(member.metadata).value()});
    }
    const auto given = Assign(Assignor::kCooperativeSticky, input);
    std::vector<MemberAssignment> assignments;
    for (std::size_t i = 0; i < given.size(); ++i) {
      assignments.push_back(
          {input.members[i].member_id, EncodeAssignment({given[i], std::nullopt})});
    }
    return assignments;
  }

  void TakeAssignment(Client& client, const SyncResponse& synced) {
    client.in_sync = true;
    client.assigned.clear();
    if (synced.assignment.empty()) return;
    REQUIRE(synced.assignment != "stolen");
    client.assigned = DecodeAssignment(synced.assignment).value().partitions;
  }

  static void Obey(Client& client, ErrorCode error) {
    switch (error) {
      case ErrorCode::kNone:
      case ErrorCode::kMemberIdRequired:
        return;
      case ErrorCode::kRebalanceInProgress:
        client.generation = -1;
        return;
      default:
        StartOver(client);
    }
  }

  void Check() {
    REQUIRE_FALSE(group_.answered_twice);
    const DescribedGroup described = group_.coordinator.Describe("g");
    REQUIRE(described.generation >= newest_generation_);
    newest_generation_ = std::max(newest_generation_, described.generation);
    if (described.state == GroupState::kEmpty) REQUIRE(described.members.empty());
    if (described.state != GroupState::kStable) return;
    stable_.insert(described.generation);
    std::set<TopicPartition> seen;
    for (const DescribedMember& member : described.members) {
      if (member.assignment.empty()) continue;
      const ConsumerAssignment assigned = DecodeAssignment(member.assignment).value();
      for (const TopicPartition& tp : assigned.partitions) REQUIRE(seen.insert(tp).second);
    }
  }

  struct Plan {
    std::string leader;
    std::vector<MemberAssignment> assignments;
  };

  std::mt19937_64 random_;
  GroupHarness group_;
  std::vector<Client> clients_;
  std::map<std::int32_t, Plan> plans_;  // by generation
  std::set<std::int32_t> stable_;
  std::int32_t newest_generation_ = -1;
  std::int32_t newest_joined_ = 0;
  RequestToken last_token_ = 0;
};

TEST_CASE("through thousands of random steps the group stays true to its members") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  int stable_generations = 0;
  for (std::uint64_t run = 0; run < 30; ++run) {
    CAPTURE(run);
    Simulation simulation(seed + run);
    for (int step = 0; step < 2000; ++step) simulation.Step();
    simulation.End();
    stable_generations += simulation.stable_generations();
  }
  CHECK(stable_generations > 30);  // or nothing was tried
}

}  // namespace
}  // namespace rill::engine
