// The group service alone, over stores that watch what it does.

#include "engine/group_service.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "catch.h"
#include "engine_under_test.h"
#include "rill/error.h"
#include "rill/offset_store.h"
#include "rill/testing/manual_clock.h"
#include "watched_offset_store.h"

namespace rill::engine {
namespace {

// A service with a group of one stable member.
class ServiceUnderTest {
 public:
  ServiceUnderTest()
      : service_({.clock = &clock_,
                  .config = {},
                  .new_member_id = [] { return std::string("id"); },
                  .offsets = store_,
                  .records = nullptr,
                  .schedule = [](absl::Time) {}}) {
    service_.Join({.group_id = "billing", .protocols = {{"range", ""}}, .needs_heartbeat = false},
                  [&](const JoinResponse& response) { joined_ = response; });
    service_.Sync({.group_id = "billing",
                   .generation = joined_.generation,
                   .member_id = joined_.member_id,
                   .assignments = {{joined_.member_id, "assignment"}}},
                  [](const SyncResponse&) {});
  }

  absl::Status Commit() {
    return service_.Commit(
        {.group_id = "billing", .generation = joined_.generation, .member_id = joined_.member_id},
        {{{"orders", 0}, {1, -1, ""}}});
  }
  void Leave() { service_.Leave({"billing", {{joined_.member_id, "", ""}}}); }
  GroupService& service() { return service_; }
  WatchedOffsetStore& store() { return *store_; }

 private:
  testing::ManualClock clock_;
  const std::shared_ptr<WatchedOffsetStore> store_ = std::make_shared<WatchedOffsetStore>();
  JoinResponse joined_;
  GroupService service_;
};

// Whether the member loses its partitions while its commit is being stored.
bool IsOvertaken(ServiceUnderTest& group, absl::Duration patience) {
  std::atomic<bool> left = false;
  bool overtaken = false;
  std::thread leaver;
  group.store().on_commit = [&] {
    leaver = std::thread([&] {
      group.Leave();
      left = true;
    });
    const absl::Time end = absl::Now() + patience;
    while (!left && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
    overtaken = left;
  };
  CHECK(group.Commit().ok());
  group.store().on_commit = [] {};
  leaver.join();
  return overtaken;
}

TEST_CASE("an application's store holds nobody up, and may call back") {
  ServiceUnderTest group;
  CHECK(IsOvertaken(group, absl::Seconds(30)));
  group.store().on_commit = [&] { group.service().Describe("billing").IgnoreError(); };
  CHECK(group.service().Commit({.group_id = "billing"}, {{{"orders", 0}, {2, -1, ""}}}).ok());
}

TEST_CASE(
    "a commit that a group's members stand in the way of says so, another that they went on") {
  ServiceUnderTest group;
  const GroupService::Offsets offsets = {{{"orders", 0}, {1, -1, ""}}};
  const auto stranger = group.service().Commit({.group_id = "billing"}, offsets);
  CAPTURE(stranger.ToString());
  CHECK(absl::IsAborted(stranger));
  CHECK(GetErrorCode(stranger) == ErrorCode::kUnknownMemberId);
  CHECK(Mentions(stranger, "group \"billing\" has members, which commit its offsets"));
  group.Leave();
  const auto late = group.Commit();
  CAPTURE(late.ToString());
  CHECK(Mentions(late, "group \"billing\" went on without this member"));
}

}  // namespace
}  // namespace rill::engine
