#include "net/api_table.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "asio/post.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "net/fetch.h"
#include "net/handlers.h"
#include "net/later_answer.h"
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

template <typename Response>
absl::Status Put(const Response& response, int version, Answer& answer) {
  return wire::Encode(response, version, answer.frame);
}
template <typename Response>
absl::Status Put(const std::optional<Response>& response, int version, Answer& answer) {
  answer.is_silent = !response.has_value();
  return answer.is_silent ? absl::OkStatus() : Put(*response, version, answer);
}
template <typename Response>
absl::Status Put(const absl::StatusOr<Response>& response, int version, Answer& answer) {
  return response.ok() ? Put(*response, version, answer) : response.status();
}

template <auto kHandle>
absl::Status Handle(const Call& call, base::KafkaReader& body, Answer& answer) {
  using Request = typename Signature<decltype(kHandle)>::RequestType;
  const auto request = wire::Decode<Request>(call.version, body);
  if (!request.ok()) return request.status();
  return Put(kHandle(call, *request), call.version, answer);
}

// For what only looks into memory, or appends to it.
template <auto kHandle>
asio::awaitable<absl::Status> Here(const Call& call, base::KafkaReader& body, asio::thread_pool&,
                                   Answer& answer) {
  co_return Handle<kHandle>(call, body, answer);
}

// For what writes and syncs files: connections of the same thread go on meanwhile.
template <auto kHandle>
asio::awaitable<absl::Status> OnWorker(const Call& call, base::KafkaReader& body,
                                       asio::thread_pool& workers, Answer& answer) {
  const auto own_thread = co_await asio::this_coro::executor;
  co_await asio::post(workers.get_executor(), asio::use_awaitable);
  absl::Status status = Handle<kHandle>(call, body, answer);
  co_await asio::post(own_thread, asio::use_awaitable);
  co_return status;
}

template <typename Function>
struct LaterSignature;
template <typename Request, typename Response>
struct LaterSignature<void (*)(const Call&, const Request&, std::function<void(Response)>)> {
  using RequestType = Request;
  using ResponseType = Response;
};

// For what is answered by others, in whichever thread. A client that goes away meanwhile is noticed
// when its answer comes: the group's timeouts see to that.
template <auto kHandle>
asio::awaitable<absl::Status> Later(const Call& call, base::KafkaReader& body, asio::thread_pool&,
                                    Answer& answer) {
  using Types = LaterSignature<decltype(kHandle)>;
  const auto request = wire::Decode<typename Types::RequestType>(call.version, body);
  if (!request.ok()) co_return request.status();
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto later = std::make_shared<LaterAnswer<typename Types::ResponseType>>(wake.get());
  const absl::Cleanup abandon = [&] { later->Abandon(); };
  kHandle(call, *request,
          [later](typename Types::ResponseType response) { later->Give(std::move(response)); });
  const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
  for (;;) {
    if (const auto given = later->Take(); given.has_value()) {
      co_return Put(*given, call.version, answer);
    }
    if (call.node.stopping->has_begun()) co_return absl::CancelledError("the node stops");
    co_await wake->WaitUntil(Wake::Clock::time_point::max());
  }
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
    {wire::ApiKey::kDescribeCluster, Here<HandleDescribeCluster>},
    {wire::ApiKey::kDescribeProducers, Here<HandleDescribeProducers>},
    {wire::ApiKey::kListConfigResources, Here<HandleListConfigResources>},
    {wire::ApiKey::kDescribeTopicPartitions, Here<HandleDescribeTopicPartitions>},
};

}  // namespace

std::span<const ServedApi> ServedApis() { return kServed; }

const ServedApi* FindServedApi(std::int16_t key) {
  const auto found = std::lower_bound(std::begin(kServed), std::end(kServed), key,
                                      [](const ServedApi& api, std::int16_t wanted) {
                                        return static_cast<std::int16_t>(api.key) < wanted;
                                      });
  const bool is_served = found != std::end(kServed) && static_cast<std::int16_t>(found->key) == key;
  return is_served ? found : nullptr;
}

}  // namespace rill::net
