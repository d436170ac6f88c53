// Fetch, versions 4 to 18.
//
// Whole batches, as they are stored, from the one that holds the offset on; the first one also when
// it is larger than what was asked for (KIP-74). Waits for `min_bytes`, at most `max_wait_ms`, and
// not at all where a partition has an error to tell, or where there is no partition to wait for.
//
// A client that asks for a session names all of its partitions once, and then those of which
// something changed; it is told of those with records, an error, another high watermark or another
// log start offset (KIP-227). It begins anew where the node has forgotten the session.
//
// Clients that ask for committed records are told of the transactions that were aborted in a topic
// that Kafka wrote, and that was imported; they leave these out.
//
// A client that had more than its quotas allow is answered without records, and told how long to
// wait; but for a first batch that is larger than what it may have at once.
//
// Deviations: no wait is longer than connections.max.idle.ms. A session that is in use never makes
// room for another, however small it is. There are no followers: requests of replicas are answered
// as a consumer's, and `last_fetched_epoch`, which only replicas send, is not looked at until there
// is replication.
#include "net/fetch.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "asio/this_coro.hpp"
#include "net/answer_room.h"
#include "net/encode_answer.h"
#include "net/fetch_read.h"
#include "net/fetch_sessions.h"
#include "net/go_on_in.h"
#include "net/patience.h"
#include "net/place_of.h"
#include "net/throttle.h"
#include "net/wake.h"
#include "wire/decode.h"
#include "wire/messages/fetch.h"

namespace rill::net {
namespace {

using Lease = FetchSessions::Lease;

// Epochs of requests that name all they want (KIP-227): outside of sessions, and to begin one.
constexpr std::int32_t kFinalEpoch = -1;
constexpr std::int32_t kInitialEpoch = 0;
// Answers to so many are no larger than what each connection has for itself, or little more.
constexpr std::size_t kFewPlaces = 256;
// A client that goes is noticed soon enough when its answer is written.
constexpr std::chrono::seconds kWaitUnwatched(5);

// A partition in a request: its index, the offset and the most bytes, and what came later.
constexpr std::size_t LeastOfPartition(int version) {
  if (version >= 12) return 33;
  if (version >= 9) return 28;
  return version >= 5 ? 24 : 16;
}

bool NamesAll(const wire::FetchRequest& request) {
  return request.session_epoch == kFinalEpoch || request.session_epoch == kInitialEpoch;
}

absl::StatusOr<std::optional<Lease>> SessionOf(const Call& call,
                                               const wire::FetchRequest& request) {
  FetchSessions& sessions = *call.node.fetch_sessions;
  const bool by_id = call.version >= kFirstFetchById;
  const auto now = FetchSessions::Clock::now();
  if (!NamesAll(request)) return sessions.Resume(request, by_id, now);
  if (request.session_id != 0) sessions.End(request.session_id);
  if (request.session_epoch == kFinalEpoch) return std::nullopt;
  return sessions.Begin(request, by_id, now);
}

FetchRead ReadOf(const Call& call, const wire::FetchRequest& request, std::optional<Lease>& lease) {
  if (!lease.has_value()) return {call, request, nullptr};
  if (NamesAll(request)) return {call, request, &**lease};
  return {call, request, **lease};
}

// As Kafka answers who had too much. A session that the request was to begin ends, for it was not
// told of its partitions.
absl::Status AnswerNothing(const Call& call, const wire::FetchRequest& request,
                           std::optional<Lease>& session, Answer& answer) {
  wire::FetchResponse response;
  response.throttle_time_ms = static_cast<std::int32_t>(answer.throttle.count());
  if (session.has_value()) {
    const std::int32_t id = (*session)->id();
    if (NamesAll(request)) {
      session.reset();
      call.node.fetch_sessions->End(id);
    } else {
      response.session_id = id;
    }
  }
  return EncodeAnswer(response, call, answer);
}

// Topics count as a partition each, for they need not have any.
std::size_t CountPlaces(const wire::FetchRequest& request, std::optional<Lease>& session) {
  std::size_t count = request.topics.size() + request.forgotten_topics_data.size();
  if (session.has_value() && !NamesAll(request)) return count + (**session).size();
  for (const auto& topic : request.topics) count += topic.partitions.size();
  return count;
}

// What the partitions take until they are answered is the answer's, also while it waits: before
// there is room for them the request is not even decoded.
asio::awaitable<absl::Status> TakeRoom(const Call& call, std::size_t places, Answer& answer) {
  // Nobody waits for what it has itself.
  answer.memory.Hold(*call.node.answer_memory, 0);
  AnswerRoom room(call, places <= kFewPlaces ? AnswerSize::kOfRequest : AnswerSize::kOfState);
  if (!room.IsThere()) {
    if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
  }
  answer.memory.Hold(*call.node.answer_memory, FetchRead::MemoryOf(places));
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> OpenLogs(const Call& call, Workers& workers, FetchRead& read,
                                       Answer& answer) {
  if (read.OpensSoon()) read.OpenSome(kLogsOpenedAtOnce);
  while (read.HasUnopened()) {
    co_await RunIn(workers.for_changes(), answer.waited,
                   [&read] { read.OpenSome(kLogsOpenedAtOnce); });
    if (call.node.stopping->has_begun()) co_return absl::UnavailableError("the node stops");
  }
  co_return absl::OkStatus();
}

// Until there is enough, or the request has waited as long as it wants to; or others want the
// memory that it waits in.
asio::awaitable<void> AwaitRecords(const Call& call, std::chrono::milliseconds longest,
                                   FetchRead& read, Answer& answer) {
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto begun = Wake::Clock::now();
  const auto deadline = begun + longest;
  const auto patient_until = begun + call.node.holder_patience;
  const bool holds_memory = answer.memory.bytes() > 0;
  const auto observations = read.Observe([wake] { wake->Notify(); });
  const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
  const bool is_long = call.peer != nullptr && longest > kWaitUnwatched;
  const auto watch = is_long ? call.peer->Watch(wake) : nullptr;
  const UnderWay waits(call.metrics, NodeCount::kFetchWaits, NodeCount::kFetchWaitsEnded);
  read.Read();  // what came before there was anybody to tell
  while (!read.is_due() && !call.node.stopping->has_begun() && !HasGone(call.peer)) {
    const auto now = Wake::Clock::now();
    const bool is_patient = now < patient_until;
    if (now >= deadline) break;
    if (holds_memory && !is_patient && call.node.answer_memory->waiting() > 0) break;
    const auto look = is_patient ? patient_until : now + kLookInterval;
    const bool is_woken =
        co_await wake->WaitUntil(holds_memory ? std::min(deadline, look) : deadline);
    answer.waited += Wake::Clock::now() - now;
    if (is_woken && read.MayBeDue()) read.Read();
  }
  if (!read.is_due()) read.Read();
}

// Reads until there is something to answer.
asio::awaitable<absl::Status> ReadAll(const Call& call, const wire::FetchRequest& request,
                                      Workers& workers, FetchRead& read, Answer& answer) {
  if (read.HasUnopened()) {
    if (auto opened = co_await OpenLogs(call, workers, read, answer); !opened.ok()) {
      co_return opened;
    }
  }
  read.Read();
  if (read.is_due() || request.max_wait_ms <= 0 || read.empty()) co_return absl::OkStatus();
  const auto longest = std::min<std::chrono::milliseconds>(
      std::chrono::milliseconds(request.max_wait_ms), call.node.config.connections_max_idle);
  call.LetGoOfBody();
  co_await AwaitRecords(call, longest, read, answer);
  co_return HasGone(call.peer) ? ClientHasGone() : absl::OkStatus();
}

}  // namespace

asio::awaitable<absl::Status> ServeFetch(const Call& call, base::KafkaReader& body,
                                         Workers& workers, Answer& answer) {
  const std::size_t named = body.remaining() / LeastOfPartition(call.version);
  if (auto room = co_await TakeRoom(call, named, answer); !room.ok()) co_return room;
  const auto request = wire::Decode<wire::FetchRequest>(call.version, body);
  if (!request.ok()) co_return request.status();
  auto session = SessionOf(call, *request);
  if (!session.ok()) {
    wire::FetchResponse response;
    response.error_code = CodeOf(session.status());
    Throttle(call, response, answer);
    co_return EncodeAnswer(response, call, answer);
  }
  const std::size_t places = CountPlaces(*request, *session);
  if (places > named) {
    if (auto room = co_await TakeRoom(call, places, answer); !room.ok()) co_return room;
  }
  // What it says stays while it waits, when its bytes are gone: names, and topics without
  // partitions.
  answer.memory.Hold(*call.node.answer_memory, FetchRead::MemoryOf(places) + call.request_bytes);
  FetchRead read = ReadOf(call, *request, *session);
  if (auto all = co_await ReadAll(call, *request, workers, read, answer); !all.ok()) co_return all;
  if (IsHeldBack(call, read.size(), answer)) {
    co_return AnswerNothing(call, *request, *session, answer);
  }
  co_return std::move(read).Finish(answer);
}

}  // namespace rill::net
