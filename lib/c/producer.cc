#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/wakeup.h"
#include "c/call.h"
#include "c/convert.h"
#include "c/handles.h"
#include "c/options_of.h"

using rill::c::Call;
using rill::c::Cleared;

namespace {

rill_delivery DeliveryOf(const absl::StatusOr<rill::RecordMetadata>& at) {
  if (at.ok()) {
    return {.offset = at->offset,
            .timestamp_ms = at->timestamp_ms,
            .partition = at->partition,
            .status = RILL_OK,
            .kafka_code = 0,
            .reserved = 0};
  }
  return {.offset = -1,
          .timestamp_ms = -1,
          .partition = -1,
          .status = static_cast<rill_status>(at.status().raw_code()),
          .kafka_code = static_cast<std::int32_t>(rill::GetErrorCode(at.status())),
          .reserved = 0};
}

void Tell(rill_delivery_callback callback, void* context,
          const absl::StatusOr<rill::RecordMetadata>& at) {
  const rill_delivery delivery = DeliveryOf(at);
  if (at.ok()) return callback(context, &delivery, nullptr);
  const rill_error error = rill::c::Describe(at.status());
  callback(context, &delivery, &error);
}

rill::DeliveryCallback Teller(rill_delivery_callback callback, void* context) {
  if (callback == nullptr) return nullptr;
  return [callback, context](const absl::StatusOr<rill::RecordMetadata>& at) {
    Tell(callback, context, at);
  };
}

// Before it is known what becomes of them.
void FillUnknown(rill_delivery* deliveries, std::size_t count, rill_status status) {
  if (deliveries == nullptr) return;
  std::fill_n(
      deliveries, count,
      rill_delivery{.offset = -1,
                    .timestamp_ms = -1,
                    .partition = -1,
                    .status = status,
                    .kafka_code = static_cast<std::int32_t>(rill::ErrorCode::kUnknownServerError),
                    .reserved = 0});
}

// How long it is until then, on the clock that nobody sets.
absl::Duration Until(rill::base::Deadline end) {
  if (end == rill::base::Deadline::max()) return absl::InfiniteDuration();
  return std::max(absl::FromChrono(end - std::chrono::steady_clock::now()), absl::ZeroDuration());
}

// Waits for all of them, at most `timeout` in all. The first failure.
absl::Status WaitForAll(const std::vector<rill::PendingSend>& pending, absl::Duration timeout,
                        rill_delivery* deliveries) {
  const rill::base::Deadline end = rill::base::DeadlineAfter(timeout);
  absl::Status first;
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const auto at = pending[i].Wait(Until(end));
    if (deliveries != nullptr) deliveries[i] = DeliveryOf(at);
    if (first.ok()) first = at.status();
  }
  return first;
}

}  // namespace

extern "C" {

rill_status rill_engine_new_producer(rill_engine* engine, const rill_options* options,
                                     rill_producer** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}}, [&]() -> absl::Status {
    auto producer_options = rill::c::ProducerOptionsOf(options);
    if (!producer_options.ok()) return producer_options.status();
    auto producer = engine->engine.NewProducer(*producer_options);
    if (!producer.ok()) return producer.status();
    *out = new rill_producer{*std::move(producer)};
    return absl::OkStatus();
  });
}

rill_status rill_producer_send(rill_producer* producer, const rill_topic* topic,
                               const rill_producer_record* record, rill_delivery_callback callback,
                               void* context, rill_error* error) {
  return Call(error, {{"producer", producer}, {"topic", topic}, {"record", record}},
              [&]() -> absl::Status {
                if (auto status = rill::c::CheckRecords(record, 1); !status.ok()) return status;
                std::vector<rill::Header> headers;
                producer->producer.Send(topic->topic, rill::c::RecordOf(*record, headers),
                                        Teller(callback, context));
                return absl::OkStatus();
              });
}

rill_status rill_producer_send_wait(rill_producer* producer, const rill_topic* topic,
                                    const rill_producer_record* record, int64_t timeout_ms,
                                    rill_delivery* delivery, rill_error* error) {
  return Call(
      error, {{"producer", producer}, {"topic", topic}, {"record", record}}, [&]() -> absl::Status {
        if (auto status = rill::c::CheckRecords(record, 1); !status.ok()) return status;
        std::vector<rill::Header> headers;
        const auto at = producer->producer.Send(topic->topic, rill::c::RecordOf(*record, headers))
                            .Wait(rill::c::Timeout(timeout_ms));
        if (delivery != nullptr) *delivery = DeliveryOf(at);
        return at.status();
      });
}

rill_status rill_producer_send_batch(rill_producer* producer, const rill_topic* topic,
                                     const rill_producer_record* records, size_t count,
                                     rill_delivery_callback callback, void* context,
                                     rill_error* error) {
  return Call(error, {{"producer", producer}, {"topic", topic}}, [&]() -> absl::Status {
    if (auto status = rill::c::CheckRecords(records, count); !status.ok()) return status;
    std::vector<rill::Header> headers;
    for (std::size_t i = 0; i < count; ++i) {
      producer->producer.Send(topic->topic, rill::c::RecordOf(records[i], headers),
                              Teller(callback, context));
    }
    return absl::OkStatus();
  });
}

rill_status rill_producer_send_batch_wait(rill_producer* producer, const rill_topic* topic,
                                          const rill_producer_record* records, size_t count,
                                          int64_t timeout_ms, rill_delivery* deliveries,
                                          rill_error* error) {
  FillUnknown(deliveries, count, RILL_INVALID_ARGUMENT);
  return Call(error, {{"producer", producer}, {"topic", topic}}, [&]() -> absl::Status {
    if (auto status = rill::c::CheckRecords(records, count); !status.ok()) return status;
    std::vector<rill::Header> headers;
    std::vector<rill::PendingSend> pending;
    pending.reserve(count);
    FillUnknown(deliveries, count, RILL_UNKNOWN);  // should memory run out on the way
    for (std::size_t i = 0; i < count; ++i) {
      pending.push_back(
          producer->producer.Send(topic->topic, rill::c::RecordOf(records[i], headers)));
    }
    return WaitForAll(pending, rill::c::Timeout(timeout_ms), deliveries);
  });
}

rill_status rill_producer_flush(rill_producer* producer, int64_t timeout_ms, rill_error* error) {
  return Call(error, {{"producer", producer}},
              [&] { return producer->producer.Flush(rill::c::Timeout(timeout_ms)); });
}

rill_status rill_producer_close(rill_producer* producer, int64_t timeout_ms, rill_error* error) {
  return Call(error, {{"producer", producer}},
              [&] { return producer->producer.Close(rill::c::Timeout(timeout_ms)); });
}

void rill_producer_free(rill_producer* producer) { delete producer; }

}  // extern "C"
