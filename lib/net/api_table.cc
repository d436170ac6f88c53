#include "net/api_table.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "asio/this_coro.hpp"
#include "net/fetch.h"
#include "net/go_on_in.h"
#include "net/handlers.h"
#include "net/pending_answer.h"
#include "net/throttle.h"
#include "net/wake.h"
#include "wire/decode.h"

namespace rill::net {
namespace {

template <typename Function>
struct Signature;
template <typename Result, typename Request>
struct Signature<Result (*)(const Call&, const Request&)> {
  using RequestType = Request;
};

template <typename Request, typename Response>
struct Signature<void (*)(const Call&, const Request&, std::function<void(Response)>)> {
  using RequestType = Request;
  using ResponseType = Response;
};

template <typename Response>
absl::Status Put(Response response, const Call& call, Answer& answer) {
  Throttle(call, response, answer);
  return wire::Encode(response, call.version, answer.frame);
}
template <typename Response>
absl::Status Put(std::optional<Response> response, const Call& call, Answer& answer) {
  if (response.has_value()) return Put(*std::move(response), call, answer);
  answer.is_silent = true;
  Response nothing;
  Throttle(call, nothing, answer);
  return absl::OkStatus();
}
template <typename Response>
absl::Status Put(absl::StatusOr<Response> response, const Call& call, Answer& answer) {
  return response.ok() ? Put(*std::move(response), call, answer) : response.status();
}

template <auto kHandle>
absl::Status Handle(const Call& call, base::KafkaReader& body, Answer& answer) {
  using Request = typename Signature<decltype(kHandle)>::RequestType;
  const auto request = wire::Decode<Request>(call.version, body);
  if (!request.ok()) return request.status();
  return Put(kHandle(call, *request), call, answer);
}

// For what only looks into memory, or appends to it.
template <auto kHandle>
asio::awaitable<absl::Status> Here(const Call& call, base::KafkaReader& body, asio::thread_pool&,
                                   Answer& answer) {
  co_return Handle<kHandle>(call, body, answer);
}

// For what writes and syncs files, or divides partitions among many members: connections of the
// same thread go on meanwhile.
template <auto kHandle>
asio::awaitable<absl::Status> OnWorker(const Call& call, base::KafkaReader& body,
                                       asio::thread_pool& workers, Answer& answer) {
  const auto own_thread = co_await asio::this_coro::executor;
  co_await GoOnIn(workers.get_executor());
  absl::Status status = Handle<kHandle>(call, body, answer);
  co_await GoOnIn(own_thread);
  co_return status;
}

// For what is answered by somebody else's request, in whichever thread. Nothing reads the socket
// meanwhile, so a client that is gone is noticed when the answer is written; what it asked for
// stays with whoever would have answered.
template <auto kHandle>
asio::awaitable<absl::Status> Later(const Call& call, base::KafkaReader& body, asio::thread_pool&,
                                    Answer& answer) {
  using Types = Signature<decltype(kHandle)>;
  using Response = typename Types::ResponseType;
  const auto request = wire::Decode<typename Types::RequestType>(call.version, body);
  if (!request.ok()) co_return request.status();
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto pending = std::make_shared<PendingAnswer<Response>>(wake);
  const absl::Cleanup give_up = [&] { pending->GiveUp(); };
  const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
  kHandle(call, *request, [pending](Response response) { pending->Deliver(std::move(response)); });
  std::optional<Response> response = pending->Take();
  while (!response.has_value() && !call.node.stopping->has_begun()) {
    co_await wake->WaitUntil(Wake::Clock::time_point::max());
    response = pending->Take();
  }
  answer.waited = std::chrono::steady_clock::now() - call.begun;
  if (response.has_value()) co_return Put(*std::move(response), call, answer);
  co_return absl::UnavailableError("the node stops, and the request was still waiting");
}

constexpr ServedApi kServed[] = {
    {wire::ApiKey::kProduce, Here<HandleProduce>},
    {wire::ApiKey::kFetch, ServeFetch},
    {wire::ApiKey::kListOffsets, Here<HandleListOffsets>},
    {wire::ApiKey::kMetadata, OnWorker<HandleMetadata>},
    {wire::ApiKey::kOffsetCommit, Here<HandleOffsetCommit>},
    {wire::ApiKey::kOffsetFetch, Here<HandleOffsetFetch>},
    {wire::ApiKey::kFindCoordinator, Here<HandleFindCoordinator>},
    {wire::ApiKey::kJoinGroup, Later<HandleJoinGroup>},
    {wire::ApiKey::kHeartbeat, Here<HandleHeartbeat>},
    {wire::ApiKey::kLeaveGroup, Here<HandleLeaveGroup>},
    {wire::ApiKey::kSyncGroup, Later<HandleSyncGroup>},
    {wire::ApiKey::kDescribeGroups, Here<HandleDescribeGroups>},
    {wire::ApiKey::kListGroups, Here<HandleListGroups>},
    {wire::ApiKey::kApiVersions, Here<HandleApiVersions>},
    {wire::ApiKey::kCreateTopics, OnWorker<HandleCreateTopics>},
    {wire::ApiKey::kDeleteTopics, OnWorker<HandleDeleteTopics>},
    {wire::ApiKey::kDeleteRecords, OnWorker<HandleDeleteRecords>},
    {wire::ApiKey::kInitProducerId, OnWorker<HandleInitProducerId>},
    {wire::ApiKey::kOffsetForLeaderEpoch, Here<HandleOffsetForLeaderEpoch>},
    {wire::ApiKey::kDescribeConfigs, OnWorker<HandleDescribeConfigs>},
    {wire::ApiKey::kAlterConfigs, OnWorker<HandleAlterConfigs>},
    {wire::ApiKey::kDescribeLogDirs, OnWorker<HandleDescribeLogDirs>},
    {wire::ApiKey::kCreatePartitions, OnWorker<HandleCreatePartitions>},
    {wire::ApiKey::kDeleteGroups, Here<HandleDeleteGroups>},
    {wire::ApiKey::kIncrementalAlterConfigs, OnWorker<HandleIncrementalAlterConfigs>},
    {wire::ApiKey::kOffsetDelete, Here<HandleOffsetDelete>},
    {wire::ApiKey::kDescribeClientQuotas, Here<HandleDescribeClientQuotas>},
    {wire::ApiKey::kAlterClientQuotas, OnWorker<HandleAlterClientQuotas>},
    {wire::ApiKey::kDescribeCluster, Here<HandleDescribeCluster>},
    {wire::ApiKey::kDescribeProducers, Here<HandleDescribeProducers>},
    {wire::ApiKey::kConsumerGroupHeartbeat, OnWorker<HandleConsumerGroupHeartbeat>},
    {wire::ApiKey::kConsumerGroupDescribe, Here<HandleConsumerGroupDescribe>},
    {wire::ApiKey::kGetTelemetrySubscriptions, Here<HandleGetTelemetrySubscriptions>},
    {wire::ApiKey::kPushTelemetry, OnWorker<HandlePushTelemetry>},
    {wire::ApiKey::kListConfigResources, Here<HandleListConfigResources>},
    {wire::ApiKey::kDescribeTopicPartitions, Here<HandleDescribeTopicPartitions>},
};

}  // namespace

std::span<const ServedApi> ServedApis() { return kServed; }

}  // namespace rill::net
