#include "client/membership.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// Longer than it takes another thread to deliver an answer that the group has given.
constexpr absl::Duration kAnswerDelivery = absl::Seconds(10);

// A member of this process needs no heartbeat, so its session may be as long as the group lets it.
absl::Duration SessionTimeout(const engine::EngineConfig& config) {
  return std::clamp(absl::Duration(absl::Seconds(45)), config.group_min_session_timeout,
                    std::max(config.group_min_session_timeout, config.group_max_session_timeout));
}

// What to do about a refusal, where there is something to do.
std::string_view WayOut(ErrorCode error) {
  switch (error) {
    case ErrorCode::kInconsistentGroupProtocol:
      return "; its members have no assignor in common with this one's "
             "partition_assignment_strategy";
    case ErrorCode::kFencedInstanceId:
      return "; another member has taken this one's ConsumerOptions::group_instance_id";
    case ErrorCode::kGroupMaxSizeReached:
      return "; it has as many members as group.max.size lets it";
    case ErrorCode::kCoordinatorNotAvailable:
      return "; its members cannot be written down, see Options::log_sink for the reason";
    default:
      return "";
  }
}

}  // namespace

using engine::JoinResponse;
using engine::SyncResponse;

Membership::Membership(std::shared_ptr<engine::LocalEngine> engine,
                       std::shared_ptr<ConsumerSignal> signal, const ConsumerOptions& options,
                       std::vector<engine::Assignor> assignors, Events events)
    : engine_(std::move(engine)),
      signal_(std::move(signal)),
      options_(options),
      assignors_(std::move(assignors)),
      events_(std::move(events)) {}

void Membership::Subscribe(Subscription subscription) {
  subscription_ = std::move(subscription);
  wants_to_join_ = true;
  if (watch_ == nullptr) {
    watch_ =
        engine_->groups()->Observe(options_.group, [signal = signal_] { signal->CallFromGroup(); });
  }
}

bool Membership::HasNews() const {
  if (signal_->group_called.load()) return true;
  switch (state_) {
    case State::kOutside:
      return wants_to_join_;
    case State::kStable:
      return wants_to_join_ || MayTryAgain() || topics_version_ != engine_->topics_version();
    case State::kJoining:
    case State::kSyncing:
      break;
  }
  return false;
}

absl::Status Membership::Advance() {
  if (watch_ == nullptr) return absl::OkStatus();
  // Before the answers are looked at: what comes later sets it again.
  signal_->group_called.store(false);
  if (state_ == State::kStable) {
    CheckHeartbeat();
    CheckTopics();
  }
  // Not when the group divides anew: it must not wait for what this member may not get again.
  if (state_ == State::kStable && MayTryAgain() && !wants_to_join_) return TakeUntaken();
  absl::Status status;
  while (AdvanceOnce(status)) {
  }
  return status;
}

// Does one step. False when there is none to do now, or it failed.
bool Membership::AdvanceOnce(absl::Status& status) {
  std::optional<JoinResponse> join;
  std::optional<SyncResponse> sync;
  {
    absl::MutexLock lock(&mailbox_->mutex);
    join = std::exchange(mailbox_->join, std::nullopt);
    sync = std::exchange(mailbox_->sync, std::nullopt);
  }
  if (state_ == State::kJoining && join.has_value()) {
    status = OnJoined(*join);
    return status.ok();
  }
  if (state_ == State::kSyncing && sync.has_value()) {
    status = OnSynced(*sync);
    return status.ok();
  }
  // A subscription that changes while the group answers waits for the answer.
  if (!wants_to_join_ || state_ == State::kJoining || state_ == State::kSyncing) return false;
  Join();
  return true;
}

void Membership::CheckHeartbeat() {
  const ErrorCode error =
      engine_->groups()->Heartbeat({.group_id = options_.group,
                                    .generation = generation_,
                                    .member_id = member_id_,
                                    .group_instance_id = options_.group_instance_id});
  if (error == ErrorCode::kNone) return;
  wants_to_join_ = true;
  if (error != ErrorCode::kRebalanceInProgress) Lose(error);
}

// A topic that was deleted and made again has the same name, but another id.
std::vector<std::string> Membership::TopicIds() const {
  std::vector<std::string> ids;
  for (const std::string& name : joined_topics_) {
    const auto topic = engine_->FindTopic(name);
    ids.push_back(topic.ok() ? (*topic)->id() : std::string());
  }
  return ids;
}

void Membership::CheckTopics() {
  const std::uint64_t version = engine_->topics_version();
  if (std::exchange(topics_version_, version) == version) return;
  if (subscription_.Topics(*engine_) != joined_topics_ || TopicIds() != joined_ids_) {
    wants_to_join_ = true;
  }
  if (led_partitions_.empty()) return;
  std::set<std::string> topics;
  for (const auto& [topic, count] : led_partitions_) topics.insert(topic);
  if (CountPartitions(topics) != led_partitions_) wants_to_join_ = true;
}

std::uint64_t Membership::Ask() {
  absl::MutexLock lock(&mailbox_->mutex);
  mailbox_->join.reset();
  mailbox_->sync.reset();
  return ++mailbox_->question;
}

void Membership::Join() {
  wants_to_join_ = false;
  if (!std::exchange(is_prepared_, true)) PrepareToJoin();
  topics_version_ = engine_->topics_version();
  joined_topics_ = subscription_.Topics(*engine_);
  joined_ids_ = TopicIds();
  engine::JoinRequest request{.group_id = options_.group,
                              .member_id = member_id_,
                              .group_instance_id = options_.group_instance_id,
                              .client_id = options_.client_id,
                              .client_host = "/127.0.0.1",
                              .session_timeout = SessionTimeout(*engine_->config()),
                              .rebalance_timeout = options_.max_poll_interval,
                              // So that a member that goes before the answer has a name to go by.
                              .require_known_member_id = true,
                              .needs_heartbeat = false};
  for (const engine::Assignor assignor : assignors_) {
    request.protocols.push_back({engine::AssignorName(assignor), Metadata(assignor)});
  }
  state_ = State::kJoining;
  engine_->groups()->Join(
      request, [mailbox = mailbox_, signal = signal_, question = Ask()](JoinResponse response) {
        {
          absl::MutexLock lock(&mailbox->mutex);
          if (mailbox->question == question) mailbox->join = std::move(response);
        }
        signal->CallFromGroup();
      });
}

void Membership::Sync(std::vector<engine::MemberAssignment> assignments) {
  state_ = State::kSyncing;
  engine::SyncRequest request{.group_id = options_.group,
                              .generation = generation_,
                              .member_id = member_id_,
                              .group_instance_id = options_.group_instance_id,
                              .protocol_type = engine::kConsumerProtocolType,
                              .protocol_name = engine::AssignorName(assignor_),
                              .assignments = std::move(assignments)};
  engine_->groups()->Sync(
      request, [mailbox = mailbox_, signal = signal_, question = Ask()](SyncResponse response) {
        {
          absl::MutexLock lock(&mailbox->mutex);
          if (mailbox->question == question) mailbox->sync = std::move(response);
        }
        signal->CallFromGroup();
      });
}

absl::Status Membership::OnJoined(const JoinResponse& response) {
  if (response.error == ErrorCode::kMemberIdRequired) {
    member_id_ = response.member_id;
    wants_to_join_ = true;
    state_ = State::kOutside;
    return absl::OkStatus();
  }
  if (response.error != ErrorCode::kNone) return OnRefused(response.error, "join");
  const auto assignor = engine::FindAssignor(response.protocol_name);
  if (!assignor.has_value()) return OnRefused(ErrorCode::kInconsistentGroupProtocol, "join");
  member_id_ = response.member_id;
  generation_ = response.generation;
  assignor_ = *assignor;
  led_partitions_.clear();
  const bool leads = response.leader == response.member_id && !response.skip_assignment;
  Sync(leads ? Divide(response) : std::vector<engine::MemberAssignment>());
  return absl::OkStatus();
}

absl::Status Membership::OnSynced(const SyncResponse& response) {
  if (response.error != ErrorCode::kNone) return OnRefused(response.error, "sync with");
  engine::ConsumerAssignment assignment;  // no bytes: the leader left this member out
  if (!response.assignment.empty()) {
    auto decoded = engine::DecodeAssignment(response.assignment);
    if (!decoded.ok()) {
      state_ = State::kOutside;
      wants_to_join_ = true;
      return decoded.status();
    }
    assignment = *std::move(decoded);
  }
  state_ = State::kStable;
  is_prepared_ = false;
  return Take(std::move(assignment.partitions));
}

absl::Status Membership::OnRefused(ErrorCode error, const char* request) {
  state_ = State::kOutside;
  wants_to_join_ = true;
  switch (error) {
    case ErrorCode::kRebalanceInProgress:
      return absl::OkStatus();
    case ErrorCode::kUnknownMemberId:
    case ErrorCode::kIllegalGeneration:
      Lose(error);
      return absl::OkStatus();
    default:
      break;
  }
  Lose(error);
  return MakeError(absl::StatusCode::kFailedPrecondition, error,
                   fmt::format("cannot {} group {}: {}{}", request, options_.group,
                               ErrorCodeName(error), WayOut(error)));
}

// The group went on without this member.
void Membership::Lose(ErrorCode error) {
  // Only the coordinator's word that it does not know the member makes the name useless. Without
  // one, the group would wait for the member that was.
  if (error == ErrorCode::kUnknownMemberId) member_id_.clear();
  generation_ = -1;
  state_ = State::kOutside;
  led_partitions_.clear();
  is_prepared_ = true;  // there is nothing left to give up
  DropUntaken();
  const auto lost = std::exchange(owned_, {});
  if (!lost.empty()) events_.on_lost(lost);
}

std::int32_t Membership::NewestGeneration() const {
  absl::MutexLock lock(&mailbox_->mutex);
  const bool joined = mailbox_->join.has_value() && mailbox_->join->error == ErrorCode::kNone;
  return joined ? mailbox_->join->generation : generation_;
}

bool Membership::WaitForAnswer() const {
  const auto answered = [this] {
    absl::MutexLock lock(&mailbox_->mutex);
    return mailbox_->join.has_value();
  };
  const base::Deadline deadline = base::DeadlineAfter(kAnswerDelivery);
  for (;;) {
    const auto ticket = signal_->wakeup.Prepare();
    if (answered()) return true;
    if (!signal_->wakeup.Wait(ticket, deadline)) return answered();
  }
}

// A cooperative member goes on while it joins, and what it has is its own until it has synced: what
// others get in the new generation was nobody's. So its commits hold in the old generation and in
// the new one alike, whichever the group is in.
absl::Status Membership::Commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets,
                                const engine::GroupService::TopicCheck& topics) {
  const bool keeps_partitions = IsCooperative();
  for (;;) {
    const engine::CommitRequest request{.group_id = options_.group,
                                        .generation = NewestGeneration(),
                                        .member_id = member_id_,
                                        .group_instance_id = options_.group_instance_id,
                                        .keeps_partitions = keeps_partitions};
    auto status = engine_->groups()->Commit(request, offsets, topics);
    if (GetErrorCode(status) != ErrorCode::kIllegalGeneration || !keeps_partitions ||
        state_ != State::kJoining) {
      return status;
    }
    // The group has gone on to the generation that this member joins: the answer is on its way.
    if (!WaitForAnswer() || NewestGeneration() == request.generation) return status;
  }
}

void Membership::Leave(bool keep_place) {
  if (watch_ == nullptr) return;
  watch_.reset();
  wants_to_join_ = false;
  DropUntaken();
  if (!owned_.empty()) {
    events_.on_revoked(owned_);
    owned_.clear();
  }
  Ask();  // no answer is waited for any more
  if (!keep_place && (!member_id_.empty() || state_ != State::kOutside)) {
    engine_->groups()->Leave({.group_id = options_.group,
                              .members = {{.member_id = member_id_,
                                           .group_instance_id = options_.group_instance_id,
                                           .reason = "the consumer was closed"}}});
  }
  member_id_.clear();
  generation_ = -1;
  state_ = State::kOutside;
  led_partitions_.clear();
  is_prepared_ = false;
  last_assigned_.reset();
  last_assigned_generation_ = -1;
}

}  // namespace rill::client
