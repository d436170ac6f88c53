#include "net/serve_api.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "asio/this_coro.hpp"
#include "fmt/format.h"
#include "net/answer_room.h"
#include "net/exchange.h"
#include "net/go_on_in.h"
#include "net/wake.h"

namespace rill::net {
namespace {

using Ask = std::function<void(ClientRequest)>;

// A request on its way through the application's handlers.
struct Passage {
  const NodeApis::Entry& api;
  const Call& call;
  Workers& workers;
};

// The bytes of an answer, records included.
std::string Flat(const Answer& answer) {
  std::string flat;
  std::size_t done = 0;
  for (const auto& records : answer.frame.records) {
    flat.append(answer.frame.bytes, done, records.position - done);
    flat.append(records.bytes);
    done = records.position;
  }
  return flat.append(answer.frame.bytes, done, std::string::npos);
}

absl::Status Put(Decision decision, const Call& call, Answer& answer) {
  switch (decision.kind) {
    case Decision::Kind::kAnswer:
      answer.frame.bytes += *decision.body;
      answer.memory.Hold(*call.node.answer_memory, answer.frame.bytes.capacity());
      return absl::OkStatus();
    case Decision::Kind::kNothing:
      answer.is_silent = true;
      return absl::OkStatus();
    case Decision::Kind::kPass:
      return absl::FailedPreconditionError("an answered request was passed on by a handler");
    case Decision::Kind::kClose:
      break;
  }
  return decision.why;
}

// What the application says to `request`. It may say it in any thread, at any time; nobody waits
// for it beyond the node's end, or that of the connection.
asio::awaitable<absl::StatusOr<Decision>> Decide(const Passage& passage, const ApiHandler& handler,
                                                 const Ask& ask,
                                                 std::shared_ptr<const HandedRequest> request,
                                                 Answer& answer) {
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto pending = std::make_shared<Exchange::Pending>(wake);
  const absl::Cleanup give_up = [&] { pending->GiveUp(); };
  const auto& ending = passage.call.node.ending;
  const auto observation = ending->Observe([wake] { wake->Notify(); });
  const auto hand = [&] { ask(Exchange::Hand(std::move(request), pending)); };
  if (handler.may_block) {
    co_await RunIn(passage.workers.for_answers(), answer.waited, hand);
  } else {
    hand();
  }
  std::optional<Decision> decision = pending->Take();
  PeerWatch* const peer = passage.call.peer;
  const auto watch = peer != nullptr && !decision.has_value() ? peer->Watch(wake) : nullptr;
  const auto asked = Wake::Clock::now();
  while (!decision.has_value() && !ending->has_begun() && !HasGone(peer)) {
    co_await wake->WaitUntil(Wake::Clock::time_point::max());
    decision = pending->Take();
  }
  answer.waited += Wake::Clock::now() - asked;
  if (decision.has_value()) co_return *std::move(decision);
  if (HasGone(peer)) co_return ClientHasGone();
  co_return absl::UnavailableError("the node stops, and a handler had not answered yet");
}

asio::awaitable<absl::Status> ServeFrom(const Passage& passage, std::size_t next,
                                        std::string_view body, Answer& answer);

// Gets the answer to `body`, and lets `then` say what becomes of it.
asio::awaitable<absl::Status> ServeThen(const Passage& passage, std::size_t next,
                                        std::string_view body, ClientRequest::Then then,
                                        std::shared_ptr<const HandedRequest> request,
                                        Answer& answer) {
  Answer passed;
  passed.waited = answer.waited;
  if (auto served = co_await ServeFrom(passage, next, body, passed); !served.ok()) {
    co_return served;
  }
  answer.is_silent = passed.is_silent;
  answer.waited = passed.waited;
  answer.throttle = passed.throttle;
  if (passed.is_silent) co_return absl::OkStatus();
  auto response =
      wire::AnyMessage::Read(static_cast<wire::ApiKey>(request->key),
                             wire::AnyMessage::Side::kResponse, request->version, Flat(passed));
  if (!response.ok()) co_return response.status();
  const Ask ask = [&](ClientRequest handed) { then(std::move(handed), *std::move(response)); };
  const ApiHandler& handler = passage.api.own[next - 1];
  auto decision = co_await Decide(passage, handler, ask, std::move(request), answer);
  if (!decision.ok()) co_return decision.status();
  co_return Put(*std::move(decision), passage.call, answer);
}

// Asks the handlers from `next` on.
asio::awaitable<absl::Status> ServeFrom(const Passage& passage, std::size_t next,
                                        std::string_view body, Answer& answer) {
  const NodeApis::Entry& api = passage.api;
  if (next == api.own.size()) {
    if (api.served == nullptr) {
      co_return absl::UnimplementedError(fmt::format(
          "a request with key {} was passed on, and there is no handler behind", api.key));
    }
    base::KafkaReader reader(body, "a request");
    co_return co_await api.served->serve(passage.call, reader, passage.workers, answer);
  }
  auto request = std::make_shared<const HandedRequest>(
      HandedRequest{api.key, passage.call.version, passage.call.client_id, passage.call.client_host,
                    std::string(body)});
  const ApiHandler& handler = api.own[next];
  auto decision = co_await Decide(passage, handler, handler.handle, request, answer);
  if (!decision.ok()) co_return decision.status();
  if (decision->kind != Decision::Kind::kPass)
    co_return Put(*std::move(decision), passage.call, answer);
  const std::string_view passed =
      decision->body.has_value() ? std::string_view(*decision->body) : body;
  if (decision->then == nullptr) {
    request.reset();  // whoever waits behind has no use for it
    co_return co_await ServeFrom(passage, next + 1, passed, answer);
  }
  co_return co_await ServeThen(passage, next + 1, passed, std::move(decision->then),
                               std::move(request), answer);
}

asio::awaitable<absl::Status> ServeOwn(const NodeApis::Entry& api, const Call& call,
                                       base::KafkaReader& body, Workers& workers, Answer& answer) {
  {
    AnswerRoom room(call, AnswerSize::kOfState);
    if (!room.IsThere()) {
      if (auto had = co_await room.Await(answer); !had.ok()) co_return had;
    }
  }
  const Passage passage{api, call, workers};
  co_return co_await ServeFrom(passage, 0, body.Rest(), answer);
}

}  // namespace

asio::awaitable<absl::Status> ServeApi(const NodeApis::Entry& api, const Call& call,
                                       base::KafkaReader& body, Workers& workers, Answer& answer) {
  if (api.own.empty()) return api.served->serve(call, body, workers, answer);
  return ServeOwn(api, call, body, workers, answer);
}

std::optional<absl::Status> ServeApiAtOnce(const NodeApis::Entry& api, const Call& call,
                                           base::KafkaReader& body, Answer& answer) {
  const bool may_wait = !api.own.empty() || api.served->serve_at_once == nullptr;
  return may_wait ? std::nullopt : api.served->serve_at_once(call, body, answer);
}

}  // namespace rill::net
