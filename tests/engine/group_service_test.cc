// The group service alone, over stores that watch what it does.

#include "engine/group_service.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "catch.h"
#include "engine_under_test.h"
#include "lenient_group_records.h"
#include "rill/error.h"
#include "rill/offset_store.h"
#include "rill/testing/manual_clock.h"
#include "watched_offset_store.h"

namespace rill::engine {
namespace {

// The engine's own store as the service knows it: over one that the test watches, with all that
// comes before its check done in `before_check`.
class WatchedRecords final : public LenientGroupRecords {
 public:
  explicit WatchedRecords(std::shared_ptr<WatchedOffsetStore> store) : store_(std::move(store)) {}

  std::function<void()> before_check = [] {};

  absl::Status CommitIf(const std::function<absl::Status()>& check, const std::string& group,
                        const Offsets& offsets, std::optional<absl::Duration>) override {
    const auto allowed = check();
    return allowed.ok() ? store_->Commit(group, offsets) : allowed;
  }
  absl::Status DeleteGroupIf(const std::function<absl::Status()>& check,
                             const std::string& group) override {
    before_check();
    const auto allowed = check();
    return allowed.ok() ? store_->DeleteGroup(group) : allowed;
  }

 private:
  const std::shared_ptr<WatchedOffsetStore> store_;
};

// A service with a group of one stable member.
class ServiceUnderTest {
 public:
  explicit ServiceUnderTest(bool writes_groups_down = false)
      : service_({.clock = &clock_,
                  .config = {},
                  .new_member_id = [] { return std::string("id"); },
                  .offsets = store_,
                  .records = writes_groups_down ? records_ : nullptr,
                  .schedule = [](absl::Time) {}}) {
    Join();
  }

  void Join() {
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
  WatchedRecords& records() { return *records_; }

 private:
  testing::ManualClock clock_;
  const std::shared_ptr<WatchedOffsetStore> store_ = std::make_shared<WatchedOffsetStore>();
  const std::shared_ptr<WatchedRecords> records_ = std::make_shared<WatchedRecords>(store_);
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

TEST_CASE("a commit of who joins while its group is being deleted is not deleted with it") {
  ServiceUnderTest group(/*writes_groups_down=*/true);
  REQUIRE(group.Commit().ok());
  group.Leave();
  bool has_joined = false;
  const auto join_and_commit = [&] {
    if (std::exchange(has_joined, true)) return;
    group.Join();
    CHECK(group.Commit().ok());
  };
  group.records().before_check = join_and_commit;
  group.store().on_delete_group = join_and_commit;
  const auto refused = group.service().Delete("billing");
  CAPTURE(refused.ToString());
  CHECK(has_joined);
  CHECK(GetErrorCode(refused) == ErrorCode::kNonEmptyGroup);
  CHECK(group.service().FetchAll("billing")->size() == 1);
  group.Leave();
  CHECK(group.service().Delete("billing").ok());
  CHECK(group.service().FetchAll("billing")->empty());
}

}  // namespace
}  // namespace rill::engine
