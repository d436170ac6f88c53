#include <optional>
#include <string>

#include "catch.h"
#include "client/remote/fake_broker.h"
#include "fmt/format.h"
#include "run_command.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_delete.h"

// `rill consumer-groups --delete-offsets`, where the broker answers as none should.
namespace rill::cli {
namespace {

using remote::Asked;
using remote::FakeBroker;
using wire::ApiKey;

// The coordinator of the group "billing", which has deleted the offset of orders-0, and says no
// word of others.
class ForgetfulBroker {
 public:
  ForgetfulBroker() : broker_([this](const Asked& asked) { return Answer(asked); }) {}

  Ran Run(const std::string& words) {
    return RunRillLine(
        fmt::format("consumer-groups --bootstrap-server 127.0.0.1:{} {}", broker_.port(), words));
  }

 private:
  std::optional<std::string> Answer(const Asked& asked) {
    if (asked.key == ApiKey::kApiVersions) {
      return FakeBroker::Frame(asked, FakeBroker::AllVersions());
    }
    if (asked.key == ApiKey::kFindCoordinator) {
      wire::FindCoordinatorResponse response;
      response.coordinators = {{"billing", 7, "127.0.0.1", broker_.port()}};
      return FakeBroker::Frame(asked, response);
    }
    if (asked.key == ApiKey::kOffsetDelete) {
      wire::OffsetDeleteResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = "orders";
      topic.partitions.emplace_back();
      return FakeBroker::Frame(asked, response);
    }
    wire::MetadataResponse response;
    response.controller_id = 7;
    response.brokers = {{7, "127.0.0.1", broker_.port(), {}}};
    return FakeBroker::Frame(asked, response);
  }

  FakeBroker broker_;
};

TEST_CASE("An offset of which the coordinator says nothing is not told to be deleted") {
  ForgetfulBroker broker;
  const Ran ran = broker.Run("--delete-offsets --group billing --topic orders:0,1");
  INFO(ran.err);
  CHECK(ran.out ==
        "\nError: Encountered some unknown error: UNKNOWN_SERVER_ERROR\n"
        "\nTOPIC           PARTITION  STATUS         "
        "\norders          0          Successful     "
        "\norders          1          Error: the coordinator left orders-1 out of its answer\n");
}

}  // namespace
}  // namespace rill::cli
