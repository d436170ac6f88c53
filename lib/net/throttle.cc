#include "net/throttle.h"

#include <algorithm>
#include <chrono>

namespace rill::net {
namespace {

using engine::QuotaKind;

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
      quotas.Record(QuotaKind::kRequestTime, call.client_id, TimeOf(call, answer, now), now);
  if (is_produce) {
    const auto by_bytes = quotas.Record(QuotaKind::kProducerBytes, call.client_id,
                                        static_cast<double>(call.request_bytes), now);
    answer.throttle = std::max(answer.throttle, by_bytes);
  }
  if (answer.throttle.count() > 0) quotas.CountThrottled();
}

bool IsHeldBack(const Call& call, std::size_t bytes, Answer& answer) {
  Quotas& quotas = *call.node.quotas;
  const auto now = Quotas::Clock::now();
  answer.throttle =
      quotas.Record(QuotaKind::kRequestTime, call.client_id, TimeOf(call, answer, now), now);
  const bool may_have =
      quotas.RecordOrHoldBack(call.client_id, static_cast<double>(bytes), now, answer.throttle);
  if (answer.throttle.count() > 0) quotas.CountThrottled();
  return !may_have;
}

}  // namespace rill::net
