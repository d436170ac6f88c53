#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "catch.h"
#include "net/wire_client.h"
#include "rill/authorizer.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/offset_commit.h"

namespace rill {

using wire::ApiKey;
using enum AclOperation;
using enum AclResourceType;

// Allows all but what a test forbids.
class Rules : public Authorizer {
 public:
  using Right = std::tuple<AclOperation, AclResourceType, std::string>;

  bool Allows(const AclClient& client, AclOperation operation, AclResourceType type,
              const std::string& name) override {
    if (client.client_id != "a test" || client.client_host != "/127.0.0.1") has_stranger_ = true;
    return !forbidden_.contains({operation, type, name});
  }
  // That somebody was asked about who is not the test's client.
  bool has_stranger() const { return has_stranger_.load(); }
  // Between requests.
  void Forbid(std::set<Right> rights) { forbidden_ = std::move(rights); }

 private:
  std::set<Right> forbidden_;
  std::atomic<bool> has_stranger_ = false;
};

// A node whose authorizer is the test, and its one client.
class AuthorizedNode {
 public:
  AuthorizedNode() : engine_(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()) {
    REQUIRE(engine_.CreateTopic("orders", {.partitions = 2}).ok());
    REQUIRE(engine_.CreateTopic("bills").ok());
    node_.emplace(Node::Start(engine_, {.listen = "127.0.0.1:0", .authorizer = rules_}).value());
    client_.emplace(node_->port());
  }
  ~AuthorizedNode() { CHECK_FALSE(rules_->has_stranger()); }

  template <typename Response, typename Request>
  Response Ask(ApiKey key, int version, const Request& request) {
    return client_->Ask<Response>(key, version, request);
  }

  // The answer where one right is missing.
  template <typename Response, typename Request>
  Response AskWithout(const Rules::Right& right, ApiKey key, int version, const Request& request) {
    rules_->Forbid({right});
    auto response = Ask<Response>(key, version, request);
    rules_->Forbid({});
    return response;
  }

  // A committed offset of the group.
  void Commit(const std::string& group, const std::string& topic) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    request.generation_id_or_member_epoch = -1;
    request.topics.push_back({topic, {}, {}});
    request.topics[0].partitions.emplace_back().committed_offset = 3;
    const auto response = Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, 8, request);
    REQUIRE(response.topics[0].partitions[0].error_code == ErrorCode::kNone);
  }

  Engine& engine() { return engine_; }
  Rules& rules() { return *rules_; }
  std::string IdOf(const std::string& topic) { return engine_.DescribeTopic(topic)->id; }

 private:
  Engine engine_;
  const std::shared_ptr<Rules> rules_ = std::make_shared<Rules>();
  std::optional<Node> node_;
  std::optional<net::WireClient> client_;
};

inline constexpr ErrorCode kTopicRefused = ErrorCode::kTopicAuthorizationFailed;
inline constexpr ErrorCode kGroupRefused = ErrorCode::kGroupAuthorizationFailed;
inline constexpr ErrorCode kClusterRefused = ErrorCode::kClusterAuthorizationFailed;

}  // namespace rill
