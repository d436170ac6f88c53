#include "client/remote/connection.h"

#include <atomic>
#include <functional>
#include <string>

#include "fake_broker.h"
#include "rill/error.h"
#include "wire/messages/metadata.h"

// What a connection makes of answers, right and wrong.
namespace rill::remote {
namespace {

using wire::ApiKey;

bool Contains(const absl::Status& status, const std::string& part) {
  return std::string(status.message()).find(part) != std::string::npos;
}

// Answers ApiVersions right, and all else as `wrong` says.
FakeBroker::Answer ButMetadata(FakeBroker::Answer wrong) {
  return [wrong = std::move(wrong)](const Asked& asked) -> std::optional<std::string> {
    if (asked.key == ApiKey::kApiVersions) {
      return FakeBroker::Frame(asked, FakeBroker::AllVersions());
    }
    return wrong(asked);
  };
}

// The status of asking such a broker for its metadata.
absl::Status AskMetadata(FakeBroker::Answer wrong, const ConnectionOptions& options = {}) {
  FakeBroker broker(ButMetadata(std::move(wrong)));
  auto connection = Connection::Open(broker.address(), options);
  REQUIRE(connection.ok());
  const auto asked =
      (*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
  CHECK((*connection)->is_broken() != asked.ok());
  return asked.status();
}

TEST_CASE("A connection speaks the newest version that both sides know") {
  FakeBroker broker([](const Asked& asked) {
    wire::ApiVersionsResponse response;
    response.api_keys = {{18, 0, 4}, {3, 0, 4}, {19, 90, 99}, {20, 0, 0}};
    return FakeBroker::Frame(asked, response);
  });
  auto connection = Connection::Open(broker.address(), {});
  REQUIRE(connection.ok());
  CHECK(*(*connection)->VersionOf(ApiKey::kMetadata) == 4);
  CHECK(*(*connection)->VersionOf(ApiKey::kMetadata, 2) == 2);

  const auto too_new = (*connection)->VersionOf(ApiKey::kCreateTopics).status();
  CHECK(GetErrorCode(too_new) == ErrorCode::kUnsupportedVersion);
  CHECK(Contains(too_new,
                 "The node does not support CREATE_TOPICS with version in range [2,7]. "
                 "The supported range is [90,99]."));
  CHECK_FALSE((*connection)->VersionOf(ApiKey::kDeleteTopics).ok());
  CHECK((*connection)->VersionOf(ApiKey::kIncrementalAlterConfigs).status().message() ==
        "The node does not support INCREMENTAL_ALTER_CONFIGS");
}

TEST_CASE("A broker that does not know our version of ApiVersions is asked in its own") {
  FakeBroker broker([](const Asked& asked) {
    wire::ApiVersionsResponse response;
    response.api_keys = {{18, 0, 2}, {3, 0, 5}};
    if (asked.version <= 2) return FakeBroker::Frame(asked, response);
    response.error_code = ErrorCode::kUnsupportedVersion;
    response.api_keys.resize(1);
    return FakeBroker::FrameOf(asked, 0, response);
  });
  auto connection = Connection::Open(broker.address(), {});
  REQUIRE(connection.ok());
  CHECK(*(*connection)->VersionOf(ApiKey::kMetadata) == 5);
  const auto asked = broker.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].version == 2);
}

TEST_CASE("A broker that refuses every version of ApiVersions is told of") {
  FakeBroker broker([](const Asked& asked) {
    wire::ApiVersionsResponse response;
    response.error_code = ErrorCode::kUnsupportedVersion;
    return FakeBroker::FrameOf(asked, 0, response);
  });
  const auto status = Connection::Open(broker.address(), {}).status();
  CHECK(GetErrorCode(status) == ErrorCode::kUnsupportedVersion);
  CHECK(broker.asked().size() == 2);
}

TEST_CASE("Where nobody listens, that is said with the place") {
  std::uint16_t port = 0;
  {
    const FakeBroker broker([](const Asked&) { return std::nullopt; });
    port = broker.port();
  }
  const auto status = Connection::Open({"127.0.0.1", port}, {}).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Contains(status, "connecting to 127.0.0.1:" + std::to_string(port) + ": "));
}

TEST_CASE("A host without an address is told of by name") {
  const auto status = Connection::Open({"no such host", 9092}, {}).status();
  CHECK(absl::IsNotFound(status));
  CHECK(Contains(status, "\"no such host\""));
}

TEST_CASE("A right answer is read whole, and more can be asked") {
  FakeBroker broker(ButMetadata([](const Asked& asked) {
    wire::MetadataResponse response;
    response.cluster_id = std::string(30'000, 'c');
    for (int id = 0; id < 5'000; ++id) response.brokers.push_back({id, "host", 9092, {}});
    return FakeBroker::Frame(asked, response);
  }));
  auto connection = Connection::Open(broker.address(), {});
  REQUIRE(connection.ok());
  for (int i = 0; i < 2; ++i) {
    const auto response =
        (*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
    REQUIRE(response.ok());
    CHECK(response->brokers.size() == 5'000);
    CHECK_FALSE((*connection)->is_broken());
  }
}

TEST_CASE("Answers that are none end the connection, and say what was wrong") {
  wire::MetadataResponse right;
  right.brokers.push_back({1, "host", 9092, {}});
  const struct {
    const char* told;
    FakeBroker::Answer wrong;
  } cases[] = {
      {"bytes, and up to", [](const Asked&) { return std::string("\xff\xff\xff\xff", 4); }},
      {"an answer of 2147483647 bytes",
       [](const Asked&) { return std::string("\x7f\xff\xff\xff", 4); }},
      {"answered request",
       [&](const Asked& asked) {
         return FakeBroker::Frame({asked.key, asked.version, asked.id + 1}, right);
       }},
      {"bytes are left behind",
       [&](const Asked& asked) {
         return FakeBroker::Framed(FakeBroker::Frame(asked, right).substr(4) + "xyz");
       }},
      {"the answer", [](const Asked&) { return FakeBroker::Framed(""); }},
      {"the answer",
       [&](const Asked& asked) {
         const std::string body = FakeBroker::Frame(asked, right).substr(4);
         return FakeBroker::Framed(body.substr(0, body.size() / 2));
       }},
      {"the answer",
       [](const Asked& asked) {  // an array of 2^31 brokers
         std::string body = FakeBroker::Frame(asked, wire::MetadataResponse()).substr(4, 9);
         return FakeBroker::Framed(body + std::string("\xff\xff\xff\xff\x07", 5));
       }},
  };
  for (const auto& one : cases) {
    CAPTURE(one.told);
    const absl::Status status = AskMetadata(one.wrong);
    CAPTURE(status.ToString());
    CHECK(absl::IsInvalidArgument(status));
    CHECK(Contains(status, "MetadataRequest to 127.0.0.1:"));
    CHECK(Contains(status, one.told));
    CHECK(Contains(status, "is it a broker of Kafka's protocol, without TLS?"));
  }
}

TEST_CASE("A connection that is closed in the middle of an answer is no answer") {
  std::atomic<bool> has_sent = false;
  FakeBroker broker(ButMetadata([&](const Asked& asked) -> std::optional<std::string> {
    if (has_sent.exchange(true)) return std::nullopt;
    std::string frame = FakeBroker::Frame(asked, wire::MetadataResponse());
    return frame.substr(0, frame.size() - 1);
  }));
  auto connection = Connection::Open(broker.address(), {.request_timeout = absl::Seconds(1)});
  REQUIRE(connection.ok());
  const auto first =
      (*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
  CHECK(absl::IsDeadlineExceeded(first.status()));
  const auto second =
      (*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
  CHECK(absl::IsUnavailable(second.status()));
  CHECK(Contains(second.status(), "the connection ended before"));
  CHECK(absl::IsUnavailable(AskMetadata([](const Asked&) { return std::nullopt; })));
}

TEST_CASE("A broker that says nothing is waited for no longer than the request timeout") {
  const auto status = AskMetadata([](const Asked&) { return std::string(); },
                                  {.request_timeout = absl::Milliseconds(20)});
  CHECK(absl::IsDeadlineExceeded(status));
  CHECK(Contains(status, "MetadataRequest to 127.0.0.1:"));
}

TEST_CASE("An answer larger than what is taken is refused by its length") {
  const auto status =
      AskMetadata([](const Asked&) { return std::string("\0\1\0\1", 4); },  // and nothing behind it
                  {.max_answer_size = 0x10000});
  CHECK(Contains(status, "an answer of 65537 bytes, and up to 65536 are taken"));
}

TEST_CASE("A request that its version cannot say breaks nothing") {
  FakeBroker broker(ButMetadata(
      [](const Asked& asked) { return FakeBroker::Frame(asked, wire::MetadataResponse()); }));
  auto connection = Connection::Open(broker.address(), {});
  REQUIRE(connection.ok());
  wire::MetadataRequest request;
  request.topics = std::nullopt;  // of all, which version 0 says in another way
  const auto refused = (*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 0, request);
  CHECK(absl::IsInvalidArgument(refused.status()));
  CHECK_FALSE((*connection)->is_broken());
  CHECK((*connection)->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 1, request).ok());
}

}  // namespace
}  // namespace rill::remote
