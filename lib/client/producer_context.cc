#include "client/producer_context.h"

#include "absl/time/time.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

BatchOptions BatchOptionsOf(const ProducerOptions& options) {
  BatchOptions batch;
  batch.compression = options.compression;
  batch.compression_level = options.compression_level;
  return batch;
}

}  // namespace

absl::Status ProducerClosed() { return absl::FailedPreconditionError("this producer is closed"); }

absl::Status BufferMemory::TryTake(std::size_t amount, const TopicPartition& where) {
  std::size_t used = used_.load();
  do {
    if (used + amount > cap_) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
                       fmt::format("{}-{}: ProducerOptions::buffer_memory={} is full: {} bytes "
                                   "wait to be sent and {} more were asked for; raise it or "
                                   "max_block={}, or send less",
                                   where.topic, where.partition, cap_, used, amount,
                                   absl::FormatDuration(max_block_)));
    }
  } while (!used_.compare_exchange_weak(used, used + amount));
  if (auto status = engine_budget_->TryReserve(amount); !status.ok()) {
    used_.fetch_sub(amount);
    freed_.Notify();
    return status;
  }
  return absl::OkStatus();
}

void BufferMemory::GiveBack(std::size_t amount) {
  engine_budget_->Release(amount);
  used_.fetch_sub(amount);  // sequentially consistent, as Wakeup demands
  freed_.Notify();
}

bool BufferMemory::WaitFor(std::size_t amount, base::Deadline deadline, base::SleepTimer& timer) {
  while (!Fits(amount)) {
    const auto ticket = freed_.Prepare();
    if (Fits(amount)) return true;
    timer.FallAsleep();
    if (!freed_.Wait(ticket, deadline)) return Fits(amount);
  }
  return true;
}

ProducerContext::ProducerContext(std::shared_ptr<engine::LocalEngine> owner,
                                 const ProducerOptions& given)
    : engine(std::move(owner)),
      options(given),
      clock(engine->clock()),
      pool(std::make_shared<BatchPool>(BatchOptionsOf(given), engine->fork_mark())),
      memory(given, engine->buffers()) {}

// Together with LingerTask::Run no due time is missed. The queue has stored its due time, and then
// looks at next_visit_nanos here; Run sets that to "not asked", and then looks at the due times.
// All four are sequentially consistent, so either Run sees the due time, or this sees "not asked"
// (or an earlier due time) and asks.
void ProducerContext::NoteDue(std::int64_t due_nanos) {
  std::int64_t next = next_visit_nanos.load();
  while (due_nanos < next) {
    if (next_visit_nanos.compare_exchange_weak(next, due_nanos)) {
      engine->ScheduleMaintenance(absl::FromUnixNanos(due_nanos));
      return;
    }
  }
}

}  // namespace rill::client
