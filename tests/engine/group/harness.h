#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "engine/group/coordinator.h"
#include "fmt/format.h"

namespace rill::engine {

// A coordinator with a clock that is moved by hand and a log that always works, unless told to
// wait.
class GroupHarness {
 public:
  explicit GroupHarness(GroupConfig config = {})
      : coordinator(config, [this] { return fmt::format("id{}", ++ids_); }) {}

  GroupCoordinator coordinator;
  absl::Time now = absl::FromUnixSeconds(1'000'000'000);
  bool store_at_once = true;

  std::map<RequestToken, JoinResponse> joins;
  std::map<RequestToken, SyncResponse> syncs;
  std::vector<StoreGroup> stores;       // all so far
  std::vector<StoreGroup> unconfirmed;  // while store_at_once is off
  std::vector<std::string> erased;
  std::vector<std::string> rebalances;  // reasons
  bool answered_twice = false;

  static JoinRequest JoinOf(const std::string& member_id, const std::string& instance_id = "") {
    JoinRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.group_instance_id = instance_id;
    request.client_id = "client";
    request.client_host = "/127.0.0.1";
    request.session_timeout = absl::Seconds(10);
    request.rebalance_timeout = absl::Seconds(60);
    request.protocols = {{"range", "range of " + member_id + instance_id}};
    return request;
  }

  RequestToken Join(const JoinRequest& request) {
    const RequestToken token = ++tokens_;
    Run(coordinator.Join(request, token, now));
    return token;
  }
  RequestToken Join(const std::string& member_id = "", const std::string& instance_id = "") {
    return Join(JoinOf(member_id, instance_id));
  }

  RequestToken Sync(const SyncRequest& request) {
    const RequestToken token = ++tokens_;
    Run(coordinator.Sync(request, token, now));
    return token;
  }
  RequestToken Sync(const std::string& member_id, std::int32_t generation,
                    std::vector<MemberAssignment> assignments = {}) {
    SyncRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.generation = generation;
    request.assignments = std::move(assignments);
    return Sync(request);
  }

  ErrorCode Heartbeat(const std::string& member_id, std::int32_t generation,
                      const std::string& instance_id = "") {
    return coordinator.Heartbeat({"g", generation, member_id, instance_id}, now);
  }

  ErrorCode Leave(const std::string& member_id, const std::string& instance_id = "") {
    Effects effects;
    const LeaveResponse response =
        coordinator.Leave({"g", {{member_id, instance_id, ""}}}, now, &effects);
    Run(std::move(effects));
    return response.error != ErrorCode::kNone ? response.error : response.members.at(0).error;
  }

  ErrorCode Delete() {
    Effects effects;
    const ErrorCode error = coordinator.Delete("g", now, &effects);
    Run(std::move(effects));
    return error;
  }

  ErrorCode Commit(const std::string& member_id, std::int32_t generation) {
    CommitRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.generation = generation;
    return coordinator.ValidateCommit(request, now);
  }

  // Lets time pass, stopping at every deadline on the way.
  void Advance(absl::Duration duration) {
    const absl::Time end = now + duration;
    while (coordinator.NextDeadline() <= end) {
      now = std::max(now, coordinator.NextDeadline());
      Run(coordinator.Tick(now));
    }
    now = end;
  }

  void Confirm(const StoreGroup& store, ErrorCode error = ErrorCode::kNone) {
    Run(coordinator.Stored(store.group_id, store.ticket, error, now));
  }

  void Run(Effects effects) {
    for (Effect& effect : effects) {
      if (auto* join = std::get_if<JoinAnswer>(&effect)) {
        Note(join->token);
        joins[join->token] = std::move(join->response);
      } else if (auto* sync = std::get_if<SyncAnswer>(&effect)) {
        Note(sync->token);
        syncs[sync->token] = std::move(sync->response);
      } else if (auto* store = std::get_if<StoreGroup>(&effect)) {
        stores.push_back(*store);
        if (store_at_once) {
          Confirm(*store);
        } else {
          unconfirmed.push_back(*store);
        }
      } else if (auto* erase = std::get_if<EraseGroup>(&effect)) {
        erased.push_back(erase->group_id);
      } else {
        rebalances.push_back(std::get<RebalanceStarted>(effect).reason);
      }
    }
  }

  GroupState State() const { return coordinator.Describe("g").state; }
  std::int32_t Generation() const { return coordinator.Describe("g").generation; }
  std::size_t Members() const { return coordinator.Describe("g").members.size(); }
  bool Answered(RequestToken token) const { return answered_.contains(token); }

  // A stable group of a leader and followers; their ids, the leader's first. Each was assigned
  // "work of <id>".
  std::vector<std::string> StableGroup(int members) {
    std::vector<RequestToken> tokens;
    std::vector<std::string> ids;
    for (int i = 0; i < members; ++i) tokens.push_back(Join());
    // The first one was alone for a generation; its rejoining lets the others in.
    if (members > 1) tokens[0] = Join(joins.at(tokens[0]).member_id);
    for (const RequestToken token : tokens) {
      const JoinResponse& joined = joins.at(token);
      ids.insert(joined.leader == joined.member_id ? ids.begin() : ids.end(), joined.member_id);
    }
    std::vector<MemberAssignment> assignments;
    for (const std::string& id : ids) assignments.push_back({id, "work of " + id});
    for (const std::string& id : ids) {
      Sync(id, Generation(), id == ids[0] ? assignments : std::vector<MemberAssignment>());
    }
    return ids;
  }

 private:
  void Note(RequestToken token) { answered_twice |= !answered_.insert(token).second; }

  int ids_ = 0;
  RequestToken tokens_ = 0;
  std::set<RequestToken> answered_;
};

}  // namespace rill::engine
