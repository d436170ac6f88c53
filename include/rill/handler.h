#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/export.h"
#include "rill/wire/any_message.h"
#include "rill/wire/api_key.h"

namespace rill {

namespace net {
class Exchange;
}

// A client's request, and the right to answer it, once: the first of Answer, AnswerBytes,
// AnswerNothing, Pass and Close counts, and the others do nothing. It may be answered at any time,
// from any thread; whatever the client asks meanwhile on the same connection waits, for answers
// come in order. A handle that can be copied; when the last copy goes without an answer, the
// connection is closed. It outlives the connection and the node: then answers go nowhere.
// Thread-safe.
class RILL_EXPORT ClientRequest {
 public:
  // `response`: what came back for the request that was passed on.
  using Then = std::function<void(ClientRequest request, wire::AnyMessage response)>;

  wire::ApiKey api_key() const;
  int version() const;
  const std::string& client_id() const;
  // As Kafka shows it: "/127.0.0.1".
  const std::string& client_host() const;
  // What stands behind the header, for as long as this handle is there.
  std::string_view body() const;
  // The body as a message; the errors of AnyMessage::Read.
  absl::StatusOr<wire::AnyMessage> Read() const;
  // A response to it, with nothing in it; the errors of AnyMessage::Make.
  absl::StatusOr<wire::AnyMessage> NewResponse() const;

  // Where the message cannot be written, the connection is closed, and the engine's log says why.
  void Answer(const wire::AnyMessage& response) const;
  // What stands behind the response's header.
  void AnswerBytes(std::string body) const;
  // For what wants no answer: Produce with acks 0.
  void AnswerNothing() const;
  // To the next handler of the key, at last to rill's own, whose answer goes to the client. With
  // `changed` instead of what came. With `then`: its answer comes there, and goes to the client
  // when `then` answers the request (which cannot be passed on again). Where nothing goes back, as
  // with acks 0, or the connection is closed, `then` is not called.
  void Pass() const;
  void Pass(Then then) const;
  void Pass(const wire::AnyMessage& changed, Then then = {}) const;
  // Closes the connection, as for what is no request. The engine's log says `why`, at kInfo.
  void Close(const absl::Status& why) const;

 private:
  friend class net::Exchange;
  explicit ClientRequest(std::shared_ptr<net::Exchange> exchange);
  std::shared_ptr<net::Exchange> exchange_;
};

// What an application answers itself, of what clients ask of its node (NodeOptions::handlers): a
// filter before rill's own handler, something in its place, or a request that rill does not know.
struct ApiHandler {
  // The versions of a request. From `flexible_since` on its headers have tagged fields (KIP-482).
  struct Versions {
    int first = 0;
    int last = 0;
    int flexible_since = 32767;
  };

  // Any but ApiVersions is possible, also one that rill does not know:
  // static_cast<wire::ApiKey>(n).
  wire::ApiKey key = {};
  // Called in the connection's thread, which serves others, too: it should be quick, or answer
  // later from a thread of its own. Several calls at a time with NodeOptions::threads. It must not
  // throw.
  std::function<void(ClientRequest)> handle = {};
  // Whether `handle`, and `then`, may take long: then they run in a thread of the node's for such
  // things, of which there are two. Node::Stop waits until they return.
  bool may_block = false;
  // What clients are told. Needed where rill does not know the request. Where it does: some of the
  // versions that it has, for whoever does not want to answer all; `flexible_since` is rill's then.
  std::optional<Versions> versions = {};
};

}  // namespace rill
