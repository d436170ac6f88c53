#include "client/linger_task.h"

#include <algorithm>
#include <cstdint>

namespace rill::client {
namespace {

// Batches that were begun since `now` was read are due a little later than a linger from `now`;
// those of before the clock was set back, much later.
constexpr std::int64_t kGraceNanos = 1'000'000'000;

}  // namespace

absl::Time LingerTask::Run(absl::Time now) {
  const auto routes = routes_.lock();
  if (routes == nullptr) return absl::InfiniteFuture();
  // Before the due times are looked at: see ProducerContext::NoteDue.
  context_->next_visit_nanos.store(INT64_MAX);
  const std::int64_t now_nanos = absl::ToUnixNanos(now);
  const std::int64_t linger = absl::ToInt64Nanoseconds(context_->options.linger);
  std::int64_t earliest = INT64_MAX;
  for (const auto& queue : routes->Queues()) {
    std::int64_t due = queue->due_nanos();
    if (due == INT64_MAX) continue;
    // A clock that was set back does not make records wait for it to catch up.
    if (due <= now_nanos || due - now_nanos - linger > kGraceNanos) {
      queue->SendOpen();
      due = queue->due_nanos();
    }
    earliest = std::min(earliest, due);
  }
  if (earliest == INT64_MAX) return absl::InfiniteFuture();
  std::int64_t next = context_->next_visit_nanos.load();
  while (earliest < next && !context_->next_visit_nanos.compare_exchange_weak(next, earliest)) {
  }
  return absl::FromUnixNanos(earliest);
}

void LingerTask::OnEngineClose(base::Deadline deadline) {
  const auto routes = routes_.lock();
  if (routes == nullptr) return;
  const auto queues = routes->Queues();
  for (const auto& queue : queues) queue->SendOpen();
  // In a callback, the batches of another thread may be waiting for this one to return.
  if (InDeliveryCallback()) return;
  for (const auto& queue : queues) queue->SendAll(deadline);
}

}  // namespace rill::client
