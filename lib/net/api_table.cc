#include "net/api_table.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "asio/this_coro.hpp"
#include "asio/thread_pool.hpp"
#include "net/answer_room.h"
#include "net/encode_answer.h"
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
  return EncodeAnswer(response, call, answer);
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

using enum AnswerSize;

template <auto kHandle, AnswerSize kSize>
asio::awaitable<absl::Status> OnceThereIsRoom(const Call& call, base::KafkaReader& body, Workers&,
                                              Answer& answer) {
  AnswerRoom room(call, kSize);
  if (!room.IsThere()) {
    if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
  }
  co_return Handle<kHandle>(call, body, answer);
}

template <auto kHandle, AnswerSize kSize>
std::optional<absl::Status> AtOnce(const Call& call, base::KafkaReader& body, Answer& answer) {
  if (!AnswerRoom(call, kSize).IsThere()) return std::nullopt;
  return Handle<kHandle>(call, body, answer);
}

// For what only looks into memory, or appends to it.
template <auto kHandle, AnswerSize kSize = kOfRequest>
constexpr ServedApi Here(wire::ApiKey key) {
  return {key, OnceThereIsRoom<kHandle, kSize>, AtOnce<kHandle, kSize>};
}

// Does `work`, which makes the answer, in a thread of `worker`'s.
template <typename Work>
asio::awaitable<absl::Status> DoIn(asio::thread_pool::executor_type worker, AnswerRoom& room,
                                   Answer& answer, Work work) {
  std::optional<absl::Status> done;
  while (!done.has_value()) {
    if (!room.IsThere()) {
      if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
    }
    room.LeaveLine();
    // Many may have seen the same room, and come here one after the other.
    co_await RunIn(worker, answer.waited, [&] {
      if (room.IsThere()) done = work();
    });
  }
  co_return *std::move(done);
}

template <auto kHandle>
asio::awaitable<absl::Status> HandleIn(asio::thread_pool::executor_type worker, AnswerSize size,
                                       const Call& call, base::KafkaReader& body, Answer& answer) {
  AnswerRoom room(call, size);
  co_return co_await DoIn(worker, room, answer,
                          [&] { return Handle<kHandle>(call, body, answer); });
}

// For what may take long, as it goes through all that there is of something, or all that is asked
// for: connections of the same thread go on meanwhile.
template <auto kHandle, AnswerSize kSize = kOfRequest>
asio::awaitable<absl::Status> OnWorker(const Call& call, base::KafkaReader& body, Workers& workers,
                                       Answer& answer) {
  return HandleIn<kHandle>(workers.for_answers(), kSize, call, body, answer);
}

// For what writes and syncs files, or waits for who does.
template <auto kHandle, AnswerSize kSize = kOfRequest>
asio::awaitable<absl::Status> Changing(const Call& call, base::KafkaReader& body, Workers& workers,
                                       Answer& answer) {
  return HandleIn<kHandle>(workers.for_changes(), kSize, call, body, answer);
}

// Topics are made where all changes are, or others would wait with it for those under way.
asio::awaitable<absl::Status> ServeMetadata(const Call& call, base::KafkaReader& body,
                                            Workers& workers, Answer& answer) {
  AnswerRoom room(call, kOfState);
  absl::StatusOr<wire::MetadataRequest> request;
  bool makes_topics = false;
  const auto tell = [&] { return Put(HandleMetadata(call, *request), call, answer); };
  auto told = co_await DoIn(workers.for_answers(), room, answer, [&] {
    request = wire::Decode<wire::MetadataRequest>(call.version, body);
    makes_topics = request.ok() && MakesTopics(call, *request);
    return request.ok() && !makes_topics ? tell() : request.status();
  });
  if (!makes_topics) co_return told;
  co_return co_await DoIn(workers.for_changes(), room, answer, tell);
}

using WorkerOf = asio::thread_pool::executor_type (Workers::*)();

template <auto kHandle, auto kTakesLong, WorkerOf kWorker, AnswerSize kSize>
asio::awaitable<absl::Status> HereOrIn(const Call& call, base::KafkaReader& body, Workers& workers,
                                       Answer& answer) {
  AnswerRoom room(call, kSize);
  if (!room.IsThere()) {
    if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
  }
  const auto request =
      wire::Decode<typename Signature<decltype(kHandle)>::RequestType>(call.version, body);
  if (!request.ok()) co_return request.status();
  const auto handle = [&] { return Put(kHandle(call, *request), call, answer); };
  if (!kTakesLong(call, *request)) co_return handle();
  co_return co_await DoIn((workers.*kWorker)(), room, answer, handle);
}

template <auto kHandle, auto kTakesLong, AnswerSize kSize>
std::optional<absl::Status> AtOnceUnlessLong(const Call& call, base::KafkaReader& body,
                                             Answer& answer) {
  if (!AnswerRoom(call, kSize).IsThere()) return std::nullopt;
  base::KafkaReader ahead = body;
  const auto request =
      wire::Decode<typename Signature<decltype(kHandle)>::RequestType>(call.version, ahead);
  if (!request.ok()) return request.status();
  if (kTakesLong(call, *request)) return std::nullopt;
  return Put(kHandle(call, *request), call, answer);
}

// For what takes long with some requests alone, which are handled in a thread of `kWorker`'s.
template <auto kHandle, auto kTakesLong, WorkerOf kWorker, AnswerSize kSize = kOfRequest>
constexpr ServedApi HereUnlessLong(wire::ApiKey key) {
  return {key, HereOrIn<kHandle, kTakesLong, kWorker, kSize>,
          AtOnceUnlessLong<kHandle, kTakesLong, kSize>};
}

// Logs are opened where all changes are, some at a time, and not the counters of this thread used
// there.
asio::awaitable<absl::Status> OpenLogs(const Call& call, const wire::ProduceRequest& request,
                                       Workers& workers, Answer& answer) {
  const std::vector<UnopenedLog> unopened = UnopenedLogsOf(call, request);
  for (std::size_t next = 0; next < unopened.size(); next += kLogsOpenedAtOnce) {
    co_await RunIn(workers.for_changes(), answer.waited, [&] {
      const std::size_t end = std::min(next + kLogsOpenedAtOnce, unopened.size());
      for (std::size_t i = next; i < end; ++i) {
        // What keeps it from being opened is told where it is appended to.
        unopened[i].topic->OpenPartition(unopened[i].partition).status().IgnoreError();
      }
    });
    if (call.node.stopping->has_begun()) co_return absl::UnavailableError("the node stops");
  }
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> ServeProduce(const Call& call, base::KafkaReader& body,
                                           Workers& workers, Answer& answer) {
  AnswerRoom room(call, kOfRequest);
  if (!room.IsThere()) {
    if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
  }
  const auto request = wire::Decode<wire::ProduceRequest>(call.version, body);
  if (!request.ok()) co_return request.status();
  if (OpensLogs(call, *request)) {
    room.LeaveLine();
    if (auto opened = co_await OpenLogs(call, *request, workers, answer); !opened.ok()) {
      co_return opened;
    }
  }
  co_return Put(HandleProduce(call, *request), call, answer);
}

template <typename Request>
bool AsksApplicationsStore(const Call& call, const Request&) {
  const engine::GroupService* const groups = call.node.engine->groups();
  return groups != nullptr && groups->has_the_applications_offset_store();
}

// Gives the request to `kHandle`, which may keep a copy of what it wants.
template <auto kHandle, typename Pending>
absl::Status Hand(const Call& call, base::KafkaReader& body, std::shared_ptr<Pending> pending) {
  using Types = Signature<decltype(kHandle)>;
  const auto request = wire::Decode<typename Types::RequestType>(call.version, body);
  if (!request.ok()) return request.status();
  kHandle(call, *request, [pending = std::move(pending)](typename Types::ResponseType response) {
    pending->Deliver(std::move(response));
  });
  return absl::OkStatus();
}

// For what is answered by somebody else's request, in whichever thread. Where the client goes
// meanwhile the connection ends; what it asked for stays with whoever would have answered.
template <auto kHandle, AnswerSize kSize = kOfRequest>
asio::awaitable<absl::Status> Later(const Call& call, base::KafkaReader& body, Workers&,
                                    Answer& answer) {
  using Response = typename Signature<decltype(kHandle)>::ResponseType;
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto pending = std::make_shared<PendingAnswer<Response>>(wake);
  const absl::Cleanup give_up = [&] { pending->GiveUp(); };
  const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
  if (auto handed = Hand<kHandle>(call, body, pending); !handed.ok()) co_return handed;
  const auto handed_at = std::chrono::steady_clock::now();
  std::optional<Response> response = pending->Take();
  if (!response.has_value()) {
    call.LetGoOfBody();
    const UnderWay waits(call.metrics, NodeCount::kGroupWaits, NodeCount::kGroupWaitsEnded);
    const auto watch = call.peer != nullptr ? call.peer->Watch(wake) : nullptr;
    while (!response.has_value() && !call.node.stopping->has_begun() && !HasGone(call.peer)) {
      co_await wake->WaitUntil(Wake::Clock::time_point::max());
      response = pending->Take();
    }
  }
  answer.waited += std::chrono::steady_clock::now() - handed_at;
  if (HasGone(call.peer)) co_return ClientHasGone();
  if (!response.has_value()) {
    co_return absl::UnavailableError("the node stops, and the request was still waiting");
  }
  AnswerRoom room(call, kSize);
  if (!room.IsThere()) {
    if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
  }
  co_return Put(*std::move(response), call, answer);
}

constexpr ServedApi kServed[] = {
    {wire::ApiKey::kProduce, ServeProduce, AtOnceUnlessLong<HandleProduce, OpensLogs, kOfRequest>},
    {wire::ApiKey::kFetch, ServeFetch},
    {wire::ApiKey::kListOffsets, OnWorker<HandleListOffsets>},
    {wire::ApiKey::kMetadata, ServeMetadata},
    HereUnlessLong<HandleOffsetCommit, AsksApplicationsStore<wire::OffsetCommitRequest>,
                   &Workers::for_groups>(wire::ApiKey::kOffsetCommit),
    HereUnlessLong<HandleOffsetFetch, AsksApplicationsStore<wire::OffsetFetchRequest>,
                   &Workers::for_groups, kOfState>(wire::ApiKey::kOffsetFetch),
    {wire::ApiKey::kFindCoordinator, OnWorker<HandleFindCoordinator>},
    {wire::ApiKey::kJoinGroup, Later<HandleJoinGroup, kOfState>},
    Here<HandleHeartbeat>(wire::ApiKey::kHeartbeat),
    Here<HandleLeaveGroup>(wire::ApiKey::kLeaveGroup),
    {wire::ApiKey::kSyncGroup, Later<HandleSyncGroup>},
    {wire::ApiKey::kDescribeGroups, OnWorker<HandleDescribeGroups, kOfState>},
    {wire::ApiKey::kListGroups, OnWorker<HandleListGroups, kOfState>},
    Here<HandleApiVersions>(wire::ApiKey::kApiVersions),
    {wire::ApiKey::kCreateTopics, Changing<HandleCreateTopics>},
    {wire::ApiKey::kDeleteTopics, Changing<HandleDeleteTopics>},
    {wire::ApiKey::kDeleteRecords, Changing<HandleDeleteRecords>},
    {wire::ApiKey::kInitProducerId, Changing<HandleInitProducerId>},
    {wire::ApiKey::kOffsetForLeaderEpoch, OnWorker<HandleOffsetForLeaderEpoch>},
    {wire::ApiKey::kDescribeConfigs, Changing<HandleDescribeConfigs, kOfState>},
    {wire::ApiKey::kAlterConfigs, Changing<HandleAlterConfigs>},
    {wire::ApiKey::kDescribeLogDirs, OnWorker<HandleDescribeLogDirs, kOfState>},
    {wire::ApiKey::kCreatePartitions, Changing<HandleCreatePartitions>},
    {wire::ApiKey::kDeleteGroups, OnWorker<HandleDeleteGroups>},
    {wire::ApiKey::kIncrementalAlterConfigs, Changing<HandleIncrementalAlterConfigs>},
    {wire::ApiKey::kOffsetDelete, OnWorker<HandleOffsetDelete>},
    {wire::ApiKey::kDescribeClientQuotas, OnWorker<HandleDescribeClientQuotas, kOfState>},
    {wire::ApiKey::kAlterClientQuotas, Changing<HandleAlterClientQuotas>},
    Here<HandleDescribeCluster>(wire::ApiKey::kDescribeCluster),
    {wire::ApiKey::kDescribeProducers, OnWorker<HandleDescribeProducers, kOfState>},
    HereUnlessLong<HandleConsumerGroupHeartbeat, ResolvesRegexes, &Workers::for_groups>(
        wire::ApiKey::kConsumerGroupHeartbeat),
    {wire::ApiKey::kConsumerGroupDescribe, OnWorker<HandleConsumerGroupDescribe, kOfState>},
    {wire::ApiKey::kGetTelemetrySubscriptions, OnWorker<HandleGetTelemetrySubscriptions>},
    {wire::ApiKey::kPushTelemetry, OnWorker<HandlePushTelemetry>},
    {wire::ApiKey::kListConfigResources, OnWorker<HandleListConfigResources, kOfState>},
    {wire::ApiKey::kDescribeTopicPartitions, OnWorker<HandleDescribeTopicPartitions, kOfState>},
};

}  // namespace

std::span<const ServedApi> ServedApis() { return kServed; }

}  // namespace rill::net
