#include "net/request_metrics.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "catch.h"
#include "net/answer_errors.h"
#include "net/metrics_window.h"
#include "net/node_under_test.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

// What is counted of requests, and how it is summed up.
namespace rill::net {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

template <typename Response>
std::map<ErrorCode, std::uint32_t> ErrorsOf(const Response& response) {
  AnswerErrors errors;
  CountErrors(response, errors);
  std::map<ErrorCode, std::uint32_t> counts;
  for (const auto& count : errors.counts()) counts[count.code] += count.times;
  return counts;
}

AnswerErrors One(ErrorCode code) {
  AnswerErrors errors;
  errors.Add(code);
  return errors;
}

TEST_CASE("The errors of an answer are counted wherever they stand in it") {
  wire::ProduceResponse produced;
  for (const ErrorCode code : {ErrorCode::kNone, ErrorCode::kMessageTooLarge, ErrorCode::kNone}) {
    auto& topic = produced.responses.emplace_back();
    topic.partition_responses.resize(2);
    topic.partition_responses[1].error_code = code;
  }
  CHECK(ErrorsOf(produced) == std::map<ErrorCode, std::uint32_t>{{ErrorCode::kNone, 5},
                                                                 {ErrorCode::kMessageTooLarge, 1}});
  wire::ApiVersionsResponse versions;
  versions.error_code = ErrorCode::kUnsupportedVersion;
  CHECK(ErrorsOf(versions).at(ErrorCode::kUnsupportedVersion) == 1);
  wire::MetadataResponse metadata;
  metadata.topics.resize(1);
  metadata.topics[0].partitions.resize(3);
  CHECK(ErrorsOf(metadata).at(ErrorCode::kNone) >= 4);
}

TEST_CASE("An answer may have more kinds of errors than have a place of their own") {
  AnswerErrors errors;
  for (int times = 0; times < 3; ++times) {
    for (int code = -1; code < 20; ++code) errors.Add(static_cast<ErrorCode>(code));
  }
  CHECK(errors.counts().size() == 21);
  for (const auto& count : errors.counts()) CHECK(count.times == 3);
}

TEST_CASE("What several threads count of a request is summed up") {
  NodeUnderTest node;
  const NodeApis apis;
  RequestMetrics metrics(apis, node.engine());
  const NodeApis::Entry& produce = *apis.Find(0);
  const NodeApis::Entry& metadata = *apis.Find(3);
  const auto count = [&](int version, ErrorCode error) {
    RequestMetrics::Part& part = metrics.OfThisThread();
    CHECK(&part == &metrics.OfThisThread());
    part.Count(produce, version, One(error),
               {.local = microseconds(10), .remote = microseconds(20), .send = microseconds(30)});
    part.Count(NodeCount::kFailedProduces, 2);
  };
  count(9, ErrorCode::kNone);
  std::thread([&] { count(9, ErrorCode::kInvalidRecord); }).join();
  count(produce.last_version, static_cast<ErrorCode>(30'000));
  metrics.OfThisThread().Count(metadata, 0, AnswerErrors(), {});
  const auto requests = metrics.Requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].api == &produce);
  CHECK(requests[0].versions == std::map<int, std::uint64_t>{{9, 2}, {produce.last_version, 1}});
  CHECK(requests[0].errors ==
        std::map<ErrorCode, std::uint64_t>{{ErrorCode::kNone, 1},
                                           {ErrorCode::kInvalidRecord, 1},
                                           {ErrorCode::kUnknownServerError, 1}});
  CHECK(requests[0].total.count() == 3);
  CHECK(requests[0].total.sum() == absl::Microseconds(180));
  CHECK(requests[0].local.sum() == absl::Microseconds(30));
  CHECK(requests[0].remote.sum() == absl::Microseconds(60));
  CHECK(requests[0].send.sum() == absl::Microseconds(90));
  CHECK(requests[1].api == &metadata);
  CHECK(requests[1].errors.empty());
  CHECK(metrics.Counts()[static_cast<std::size_t>(NodeCount::kFailedProduces)] == 6);
}

TEST_CASE("What is under way is what began and has not ended") {
  NodeUnderTest node;
  const NodeApis apis;
  RequestMetrics metrics(apis, node.engine());
  RequestMetrics::Part& part = metrics.OfThisThread();
  const auto of = [&](NodeCount what) { return metrics.Counts()[static_cast<std::size_t>(what)]; };
  {
    const UnderWay waits(&part, NodeCount::kFetchWaits, NodeCount::kFetchWaitsEnded);
    CHECK(of(NodeCount::kFetchWaits) == 1);
    CHECK(of(NodeCount::kFetchWaitsEnded) == 0);
  }
  CHECK(of(NodeCount::kFetchWaitsEnded) == 1);
  const UnderWay nobody_counts(nullptr, NodeCount::kFetchWaits, NodeCount::kFetchWaitsEnded);
  CHECK(of(NodeCount::kFetchWaits) == 1);
}

TEST_CASE("Topics that were deleted are forgotten, and one made anew begins with nothing") {
  NodeUnderTest node;
  TopicRequests counted(node.engine());
  const auto count = [&](const std::string& name) {
    counted.Of(*node.engine().FindTopic(name).value()).produced.Add(1);
  };
  node.MakeTopic("stays", 1);
  count("stays");
  for (int i = 0; i < 1000; ++i) {
    node.MakeTopic("passes", 1);
    count("passes");
    REQUIRE(node.engine().DeleteTopic("passes").ok());
  }
  node.MakeTopic("passes", 1);
  count("passes");
  std::map<std::string, PartitionRequests> topics;
  counted.AddTo(topics);
  CHECK(topics.size() == 2);
  CHECK(topics.at("passes").produced == 1);
  CHECK(topics.at("stays").produced == 1);
  CHECK(counted.remembered() < 200);
}

TEST_CASE("A page compares with what was 5 to 10 minutes before, however often it is asked for") {
  const auto begun = std::chrono::steady_clock::now();
  MetricsWindow window(begun);
  const auto turn = [&](seconds at) {
    auto moment = std::make_shared<MetricsMoment>();
    moment->at = begun + at;
    return std::chrono::duration_cast<seconds>(window.Turn(std::move(moment))->at - begun).count();
  };
  CHECK(turn(seconds(1)) == 0);
  CHECK(turn(seconds(299)) == 0);
  CHECK(turn(seconds(310)) == 0);
  CHECK(turn(seconds(320)) == 0);
  CHECK(turn(seconds(609)) == 0);
  CHECK(turn(seconds(610)) == 310);
  CHECK(turn(seconds(611)) == 310);
  CHECK(turn(seconds(2000)) == 610);
}

TEST_CASE("Threads rest for the part of their time that they had no processor") {
  const auto thread = std::this_thread::get_id();
  MetricsMoment before{.at = {}, .requests = {}, .cpu_times = {{thread, seconds(5)}}};
  MetricsMoment now{.at = before.at + seconds(10), .requests = {}, .cpu_times = before.cpu_times};
  CHECK(now.IdleSince(before) == 1);
  now.cpu_times[thread] = seconds(12);
  CHECK(now.IdleSince(before) == Approx(0.3));
  now.cpu_times[thread] = seconds(50);
  CHECK(now.IdleSince(before) == 0);
  CHECK(now.IdleSince(now) == 1);
}

}  // namespace
}  // namespace rill::net
