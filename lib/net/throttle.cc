#include "net/throttle.h"

#include <algorithm>
#include <chrono>

namespace rill::net {
namespace {

Quotas::Client ClientOf(const Call& call) { return {call.client_id, call.client_host}; }

// In percent of a second of one thread.
double TimeOf(const Call& call, const Answer& answer, Quotas::Clock::time_point now) {
  const std::chrono::duration<double> busy = now - call.begun - answer.waited;
  return 100 * std::max(busy.count(), 0.0);
}

}  // namespace

void CountRequest(const Call& call, bool is_produce, Answer& answer) {
  Quotas& quotas = *call.node.quotas;
  const auto now = Quotas::Clock::now();
  answer.throttle =
      quotas.Record(ClientQuotaType::kRequest, ClientOf(call), TimeOf(call, answer, now), now);
  if (is_produce) {
    const auto by_bytes = quotas.Record(ClientQuotaType::kProduce, ClientOf(call),
                                        static_cast<double>(call.request_bytes), now);
    answer.throttle = std::max(answer.throttle, by_bytes);
  }
  if (answer.throttle.count() > 0) quotas.CountThrottled();
}

bool IsHeldBack(const Call& call, std::size_t bytes, Answer& answer) {
  Quotas& quotas = *call.node.quotas;
  const auto now = Quotas::Clock::now();
  answer.throttle =
      quotas.Record(ClientQuotaType::kRequest, ClientOf(call), TimeOf(call, answer, now), now);
  const bool may_have =
      quotas.RecordOrHoldBack(ClientOf(call), static_cast<double>(bytes), now, answer.throttle);
  if (answer.throttle.count() > 0) quotas.CountThrottled();
  return !may_have;
}

}  // namespace rill::net
