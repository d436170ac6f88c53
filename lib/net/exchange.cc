#include "net/exchange.h"

#include <utility>

namespace rill {

using net::Decision;
using wire::AnyMessage;

namespace {

// A message that cannot be written is nobody's answer.
Decision WithBody(Decision::Kind kind, const AnyMessage& message) {
  auto body = message.Write();
  if (!body.ok()) return {.kind = Decision::Kind::kClose, .why = body.status()};
  return {.kind = kind, .body = *std::move(body)};
}

}  // namespace

namespace net {

Exchange::~Exchange() {
  Decide({.kind = Decision::Kind::kClose,
          .why = absl::InternalError("the application's handler let the request go unanswered")});
}

ClientRequest Exchange::Hand(std::shared_ptr<const HandedRequest> request,
                             std::shared_ptr<Pending> pending) {
  return ClientRequest(std::make_shared<Exchange>(std::move(request), std::move(pending)));
}

void Exchange::Decide(Decision decision) {
  if (!is_decided_.exchange(true)) pending_->Deliver(std::move(decision));
}

}  // namespace net

ClientRequest::ClientRequest(std::shared_ptr<net::Exchange> exchange)
    : exchange_(std::move(exchange)) {}

wire::ApiKey ClientRequest::api_key() const {
  return static_cast<wire::ApiKey>(exchange_->request().key);
}
int ClientRequest::version() const { return exchange_->request().version; }
const std::string& ClientRequest::client_id() const { return exchange_->request().client_id; }
const std::string& ClientRequest::client_host() const { return exchange_->request().client_host; }
std::string_view ClientRequest::body() const { return exchange_->request().body; }

absl::StatusOr<AnyMessage> ClientRequest::Read() const {
  return AnyMessage::Read(api_key(), AnyMessage::Side::kRequest, version(), std::string(body()));
}

absl::StatusOr<AnyMessage> ClientRequest::NewResponse() const {
  return AnyMessage::Make(api_key(), AnyMessage::Side::kResponse, version());
}

void ClientRequest::Answer(const AnyMessage& response) const {
  exchange_->Decide(WithBody(Decision::Kind::kAnswer, response));
}

void ClientRequest::AnswerBytes(std::string body) const {
  exchange_->Decide({.kind = Decision::Kind::kAnswer, .body = std::move(body)});
}

void ClientRequest::AnswerNothing() const { exchange_->Decide({.kind = Decision::Kind::kNothing}); }

void ClientRequest::Pass() const { Pass(Then()); }

void ClientRequest::Pass(Then then) const {
  exchange_->Decide({.kind = Decision::Kind::kPass, .then = std::move(then)});
}

void ClientRequest::Pass(const AnyMessage& changed, Then then) const {
  Decision decision = WithBody(Decision::Kind::kPass, changed);
  decision.then = std::move(then);
  exchange_->Decide(std::move(decision));
}

void ClientRequest::Close(const absl::Status& why) const {
  exchange_->Decide({.kind = Decision::Kind::kClose,
                     .why = why.ok() ? absl::CancelledError("the application closed it") : why});
}

}  // namespace rill
