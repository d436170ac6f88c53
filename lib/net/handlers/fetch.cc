// Fetch, versions 4 to 18.
//
// Whole batches, as they are stored, from the one that holds the offset on; the first one also when
// it is larger than what was asked for (KIP-74). Waits for `min_bytes`, at most `max_wait_ms`, and
// not at all where a partition has an error to tell.
//
// Deviations: what an aborted transaction left in a topic that Kafka wrote, and that was imported,
// is shown with `isolation_level` 1, too: no list of aborted transactions is made. No sessions are
// made (the answer's session is 0, as Kafka's where its cache is full); whoever names one is told
// FETCH_SESSION_ID_NOT_FOUND and begins anew. There are no followers: requests of replicas are
// answered as a consumer's.
#include "net/fetch.h"

#include <chrono>
#include <memory>

#include "asio/this_coro.hpp"
#include "net/fetch_read.h"
#include "net/wake.h"
#include "wire/decode.h"
#include "wire/messages/fetch.h"

namespace rill::net {
namespace {

constexpr std::int32_t kFinalEpoch = -1;  // of a request outside of sessions (KIP-227)

// What to say to a request of a session; none was made. Epoch 0 asks for one, in a request that is
// whole; -1 ends one and is whole, too.
ErrorCode CheckSession(const wire::FetchRequest& request) {
  const bool is_whole = request.session_epoch == kFinalEpoch || request.session_epoch == 0;
  return is_whole ? ErrorCode::kNone : ErrorCode::kFetchSessionIdNotFound;
}

}  // namespace

asio::awaitable<absl::Status> ServeFetch(const Call& call, base::KafkaReader& body,
                                         asio::thread_pool&, Answer& answer) {
  const auto request = wire::Decode<wire::FetchRequest>(call.version, body);
  if (!request.ok()) co_return request.status();
  if (const ErrorCode error = CheckSession(*request); error != ErrorCode::kNone) {
    wire::FetchResponse response;
    response.error_code = error;
    co_return wire::Encode(response, call.version, answer.frame);
  }
  FetchRead read(call, *request);
  read.Read();
  if (!read.is_due() && request->max_wait_ms > 0) {
    const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
    const auto deadline = Wake::Clock::now() + std::chrono::milliseconds(request->max_wait_ms);
    const auto observations = read.Observe([wake] { wake->Notify(); });
    const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
    read.Read();  // what came before there was anybody to tell
    while (!read.is_due() && !call.node.stopping->has_begun()) {
      if (!co_await wake->WaitUntil(deadline)) break;
      if (read.MayBeDue()) read.Read();
    }
    if (!read.is_due()) read.Read();
  }
  co_return std::move(read).Finish(answer);
}

}  // namespace rill::net
