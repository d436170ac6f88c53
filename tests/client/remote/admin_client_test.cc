#include "client/remote/admin_client.h"

#include <atomic>
#include <string>

#include "client/remote/error_text.h"
#include "fake_broker.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"

// Whom an admin client asks, and when it asks again.
namespace rill::remote {
namespace {

using wire::ApiKey;

// A cluster of this one broker, which controls and coordinates everything. What else it is asked
// for is answered by `other`.
class OneBroker {
 public:
  explicit OneBroker(FakeBroker::Answer other)
      : other_(std::move(other)), broker_([this](const Asked& asked) { return Answer(asked); }) {}

  FakeBroker& broker() { return broker_; }
  AdminOptions options() const {
    return {.bootstrap = {broker_.address()}, .retry_backoff = absl::Milliseconds(1)};
  }

 private:
  std::optional<std::string> Answer(const Asked& asked) {
    if (asked.key == ApiKey::kApiVersions) {
      return FakeBroker::Frame(asked, FakeBroker::AllVersions());
    }
    if (asked.key == ApiKey::kMetadata) {
      wire::MetadataResponse response;
      response.cluster_id = "one";
      response.controller_id = 7;
      response.brokers = {{9, "nowhere", 1, {}}, {7, "127.0.0.1", broker_.port(), "a rack"}};
      return FakeBroker::Frame(asked, response);
    }
    if (asked.key == ApiKey::kFindCoordinator) {
      wire::FindCoordinatorResponse response;
      response.coordinators = {{"g", 7, "127.0.0.1", broker_.port()}};
      return FakeBroker::Frame(asked, response);
    }
    return other_(asked);
  }

  const FakeBroker::Answer other_;
  FakeBroker broker_;
};

wire::DeleteGroupsResponse Deleted(ErrorCode code) {
  wire::DeleteGroupsResponse response;
  response.results = {{"g", code}};
  return response;
}

absl::StatusOr<wire::DeleteGroupsResponse> DeleteGroup(AdminClient& client, const Target& target) {
  return client.Ask<wire::DeleteGroupsResponse>(
      target, ApiKey::kDeleteGroups,
      [](int) { return wire::DeleteGroupsRequest{.groups_names = {"g"}}; },
      [](const wire::DeleteGroupsResponse& response) { return response.results[0].error_code; });
}

TEST_CASE("The cluster is told with its brokers by their ids") {
  OneBroker one([](const Asked&) { return std::nullopt; });
  const auto client = AdminClient::Connect(one.options());
  REQUIRE(client.ok());
  const auto cluster = (*client)->DescribeCluster();
  REQUIRE(cluster.ok());
  CHECK(cluster->id == "one");
  CHECK(cluster->controller_id == 7);
  REQUIRE(cluster->brokers.size() == 2);
  CHECK(cluster->brokers[0].id == 7);
  CHECK(cluster->brokers[0].rack == "a rack");
  CHECK(cluster->Find(9)->address == BrokerAddress{"nowhere", 1});
  CHECK(cluster->Find(8) == nullptr);
}

TEST_CASE("The first server that answers is taken; where none does all are named") {
  OneBroker one([](const Asked&) { return std::nullopt; });
  AdminOptions options = one.options();
  options.bootstrap.insert(options.bootstrap.begin(), {"127.0.0.1", 1});
  CHECK(AdminClient::Connect(options).ok());
  options.bootstrap = {{"127.0.0.1", 1}, {"::1", 1}};
  const auto status = AdminClient::Connect(options).status();
  CHECK_FALSE(status.ok());
  CHECK(std::string(status.message()).find("127.0.0.1:1, [::1]:1") != std::string::npos);
}

TEST_CASE("Who is no longer responsible is asked for anew") {
  const struct {
    Target target;
    ErrorCode code;
    ApiKey asked_again;
  } cases[] = {
      {Target::Coordinator("g"), ErrorCode::kNotCoordinator, ApiKey::kFindCoordinator},
      {Target::Coordinator("g"), ErrorCode::kCoordinatorLoadInProgress, ApiKey::kFindCoordinator},
      {Target::Controller(), ErrorCode::kNotController, ApiKey::kMetadata},
  };
  for (const auto& one_case : cases) {
    std::atomic<int> failures = 2;
    OneBroker one([&](const Asked& asked) {
      const ErrorCode code = failures-- > 0 ? one_case.code : ErrorCode::kNone;
      return FakeBroker::Frame(asked, Deleted(code));
    });
    const auto client = AdminClient::Connect(one.options());
    REQUIRE(client.ok());
    const auto deleted = DeleteGroup(**client, one_case.target);
    INFO(deleted.status().ToString());
    REQUIRE(deleted.ok());
    CHECK(deleted->results[0].error_code == ErrorCode::kNone);
    CHECK(one.broker().CountOf(ApiKey::kDeleteGroups) == 3);
    CHECK(one.broker().CountOf(one_case.asked_again) >= 3);
  }
}

TEST_CASE("An error that lasts is answered at once, one that passes when the time is over") {
  for (const auto code : {ErrorCode::kNonEmptyGroup, ErrorCode::kNotCoordinator}) {
    OneBroker one([&](const Asked& asked) { return FakeBroker::Frame(asked, Deleted(code)); });
    AdminOptions options = one.options();
    options.timeout = absl::Seconds(2);
    const auto client = AdminClient::Connect(options);
    REQUIRE(client.ok());
    const auto deleted = DeleteGroup(**client, Target::Coordinator("g"));
    INFO(deleted.status().ToString());
    REQUIRE(deleted.ok());
    CHECK(deleted->results[0].error_code == code);
    if (code == ErrorCode::kNonEmptyGroup) {
      CHECK(one.broker().CountOf(ApiKey::kDeleteGroups) == 1);
    }
  }
}

TEST_CASE("After a connection that ended the same is asked on a new one, but not for ever") {
  std::atomic<int> failures = 1;
  OneBroker one([&](const Asked& asked) -> std::optional<std::string> {
    if (failures-- > 0) return std::nullopt;
    return FakeBroker::Frame(asked, Deleted(ErrorCode::kNone));
  });
  const auto client = AdminClient::Connect(one.options());
  REQUIRE(client.ok());
  CHECK(DeleteGroup(**client, Target::AnyBroker()).ok());
  failures = 1'000;
  const auto status = DeleteGroup(**client, Target::AnyBroker()).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(one.broker().CountOf(ApiKey::kDeleteGroups) == 5);
}

TEST_CASE("Where a broker takes no connection, another may take over for some time") {
  std::atomic<int> coordinator_asks = 0;
  std::uint16_t port = 0;
  FakeBroker broker([&](const Asked& asked) -> std::optional<std::string> {
    if (asked.key == ApiKey::kApiVersions) {
      return FakeBroker::Frame(asked, FakeBroker::AllVersions());
    }
    if (asked.key == ApiKey::kMetadata) {
      wire::MetadataResponse response;
      response.brokers = {{7, "127.0.0.1", port, {}}, {9, "127.0.0.1", 1, {}}};
      return FakeBroker::Frame(asked, response);
    }
    if (asked.key == ApiKey::kFindCoordinator) {
      wire::FindCoordinatorResponse response;
      const bool is_over = ++coordinator_asks > 10;
      response.coordinators = {{"g", is_over ? 7 : 9, "127.0.0.1", port}};
      return FakeBroker::Frame(asked, response);
    }
    return FakeBroker::Frame(asked, Deleted(ErrorCode::kNone));
  });
  port = broker.port();
  AdminOptions options = {.bootstrap = {broker.address()}, .retry_backoff = absl::Milliseconds(1)};
  SECTION("and is asked then") {
    const auto client = AdminClient::Connect(options);
    REQUIRE(client.ok());
    CHECK(DeleteGroup(**client, Target::Coordinator("g")).ok());
    CHECK(coordinator_asks == 11);
  }
  SECTION("but not for ever") {
    options.broker_patience = absl::ZeroDuration();
    const auto client = AdminClient::Connect(options);
    REQUIRE(client.ok());
    const auto status = DeleteGroup(**client, Target::Coordinator("g")).status();
    CHECK(absl::IsUnavailable(status));
    CHECK(std::string(status.message()).find("broker 9") != std::string::npos);
    CHECK(coordinator_asks == 3);
  }
}

TEST_CASE("A broker that says nothing has the time of an operation, and no longer") {
  std::atomic<bool> is_silent = true;
  FakeBroker broker([&](const Asked& asked) -> std::optional<std::string> {
    while (is_silent && asked.key != ApiKey::kApiVersions) std::this_thread::yield();
    if (asked.key != ApiKey::kApiVersions) return std::nullopt;
    return FakeBroker::Frame(asked, FakeBroker::AllVersions());
  });
  const auto client =
      AdminClient::Connect({.bootstrap = {broker.address()}, .timeout = absl::Seconds(2)});
  REQUIRE(client.ok());
  const absl::Time begun = absl::Now();
  CHECK(absl::IsDeadlineExceeded((*client)->DescribeCluster().status()));
  CHECK(absl::Now() - begun < absl::Seconds(20));  // a request has 30 s otherwise
  is_silent = false;
}

TEST_CASE("A time that is longer than there is any is for ever") {
  std::atomic<int> failures = 2;
  OneBroker failing([&](const Asked& asked) {
    const bool fails = failures-- > 0;
    return FakeBroker::Frame(asked, Deleted(fails ? ErrorCode::kNotCoordinator : ErrorCode::kNone));
  });
  AdminOptions options = failing.options();
  options.timeout = absl::Milliseconds(INT64_MAX);
  const auto client = AdminClient::Connect(options);
  REQUIRE(client.ok());
  const auto deleted = DeleteGroup(**client, Target::Coordinator("g"));
  REQUIRE(deleted.ok());
  CHECK(deleted->results[0].error_code == ErrorCode::kNone);
}

TEST_CASE("A broker that the cluster does not have is waited for, then named") {
  OneBroker one([](const Asked&) { return std::nullopt; });
  AdminOptions options = one.options();
  options.timeout = absl::Seconds(2);
  const auto client = AdminClient::Connect(options);
  REQUIRE(client.ok());
  const auto status = DeleteGroup(**client, Target::Broker(3)).status();
  CHECK(GetErrorCode(status) == ErrorCode::kBrokerNotAvailable);
  CHECK(std::string(status.message()).find("no broker 3") != std::string::npos);
}

TEST_CASE("An error without a message is told in Kafka's words") {
  CHECK(ToStatus(ErrorCode::kNone).ok());
  const auto plain = ToStatus(ErrorCode::kNonEmptyGroup);
  CHECK(plain.message() == "The group is not empty.");
  CHECK(GetErrorCode(plain) == ErrorCode::kNonEmptyGroup);
  CHECK(ToStatus(ErrorCode::kInvalidConfig, "this config").message() == "this config");
  CHECK(absl::IsNotFound(ToStatus(ErrorCode::kUnknownTopicOrPartition)));
  CHECK(std::string(ExceptionName(ErrorCode::kGroupIdNotFound)) == "GroupIdNotFoundException");
  CHECK(std::string(ErrorText(ErrorCode::kSnapshotNotFound)) == "SNAPSHOT_NOT_FOUND");
}

}  // namespace
}  // namespace rill::remote
