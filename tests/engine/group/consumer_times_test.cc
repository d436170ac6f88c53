// Groups that have a session timeout and a heartbeat interval of their own.

#include "catch.h"
#include "consumer_harness.h"

namespace rill::engine {
namespace {

TEST_CASE("What a group has of its own holds for a member from its next heartbeat on") {
  ConsumerHarness group;
  group.topics.Make("orders", 2);
  CHECK(group.Join("a").heartbeat_interval == absl::Seconds(5));
  group.times = {.session_timeout = absl::Seconds(10), .heartbeat_interval = absl::Seconds(2)};
  group.Advance(absl::Seconds(40));
  CHECK(group.Beat("a", 1).heartbeat_interval == absl::Seconds(2));
  group.Advance(absl::Seconds(9));
  CHECK(group.Group().members.size() == 1);
  group.Advance(absl::Seconds(1));
  CHECK(group.Group().members.empty());
  CHECK(group.Beat("a", 1).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("What a group has no more of its own is as with all from the next heartbeat on") {
  ConsumerHarness group;
  group.topics.Make("orders", 2);
  group.times = {.session_timeout = absl::Seconds(60)};
  CHECK(group.Join("a").heartbeat_interval == absl::Seconds(5));
  group.Advance(absl::Seconds(50));
  group.times = {};
  CHECK(group.Beat("a", 1).error == ErrorCode::kNone);
  group.Advance(absl::Seconds(45));
  CHECK(group.Group().members.empty());
}

TEST_CASE("Members have their group's own session to speak up after a restart") {
  ConsumerHarness group;
  group.topics.Make("orders", 2);
  group.Join("a");
  group.times = {.session_timeout = absl::Seconds(10)};
  group.Restart();
  REQUIRE(group.Group().members.size() == 1);
  group.Advance(absl::Seconds(10));
  CHECK(group.Group().members.empty());
}

}  // namespace
}  // namespace rill::engine
