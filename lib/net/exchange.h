#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "net/pending_answer.h"
#include "rill/handler.h"

namespace rill::net {

// A request as an application's handler has it. It is a copy: a handler may keep it for longer than
// the connection lasts.
struct HandedRequest {
  std::int16_t key = 0;
  int version = 0;
  std::string client_id;
  std::string client_host;
  std::string body;
};

// What a handler has said.
struct Decision {
  enum class Kind { kAnswer, kNothing, kPass, kClose };

  Kind kind = Kind::kClose;
  // Of an answer; or of what is passed on, where it is not what came.
  std::optional<std::string> body = {};
  ClientRequest::Then then = {};  // may be empty
  absl::Status why = {};          // to close
};

// Behind the copies of a ClientRequest: hands the first decision to the coroutine that waits for
// it, for as long as it does. Thread-safe.
class Exchange {
 public:
  using Pending = PendingAnswer<Decision>;

  Exchange(std::shared_ptr<const HandedRequest> request, std::shared_ptr<Pending> pending)
      : request_(std::move(request)), pending_(std::move(pending)) {}
  // Nobody can answer any more.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  static ClientRequest Hand(std::shared_ptr<const HandedRequest> request,
                            std::shared_ptr<Pending> pending);

  const HandedRequest& request() const { return *request_; }
  void Decide(Decision decision);

 private:
  const std::shared_ptr<const HandedRequest> request_;
  const std::shared_ptr<Pending> pending_;
  std::atomic<bool> is_decided_ = false;
};

}  // namespace rill::net
