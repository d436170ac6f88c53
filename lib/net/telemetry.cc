#include "net/telemetry.h"

#include <string_view>
#include <utility>

#include "base/buffer.h"
#include "fmt/format.h"
#include "net/refuse.h"
#include "record/codec.h"

namespace rill::net {
namespace {

constexpr std::size_t kMostUnpacked = 10;  // times what may come

// Of these alone: others may change without a client having to ask anew.
engine::ResourceConfigs OfClientMetrics(const engine::ResourceConfigs& all) {
  engine::ResourceConfigs some = all;
  std::erase_if(
      some, [](const auto& entry) { return !entry.first.starts_with(kClientMetricsResources); });
  return some;
}

absl::Time NowOf(engine::LocalEngine& engine) { return engine.clock()->Now(); }

}  // namespace

Telemetry::Telemetry(std::shared_ptr<engine::LocalEngine> engine, Receiver receiver,
                     std::size_t max_bytes)
    : engine_(std::move(engine)),
      receiver_(std::move(receiver)),
      max_bytes_(max_bytes),
      instances_({.max_bytes = max_bytes}) {}

void Telemetry::LookUp() {
  const std::uint64_t version = engine_->resource_configs_version();
  if (version == seen_version_) return;
  seen_version_ = version;
  auto now = OfClientMetrics(*engine_->resource_configs());
  if (now == seen_) return;
  seen_ = std::move(now);
  instances_.SetSubscriptions(TelemetrySubscriptions(seen_));
}

absl::StatusOr<TelemetryPlan> Telemetry::Get(const base::Uuid& id, const TelemetryClient& client) {
  absl::MutexLock lock(&mutex_);
  LookUp();
  return instances_.Get(id, client, NowOf(*engine_));
}

absl::Status Telemetry::Push(const TelemetryClient& client,
                             const wire::PushTelemetryRequest& request) {
  {
    absl::MutexLock lock(&mutex_);
    LookUp();
    const TelemetryInstances::Push push = {request.subscription_id, request.compression_type,
                                           request.metrics.size(), request.terminating};
    auto checked = instances_.CheckPush(request.client_instance_id, client, push, NowOf(*engine_));
    if (!checked.ok()) return checked;
  }
  if (request.metrics.empty()) return absl::OkStatus();
  std::string_view metrics = request.metrics;
  base::Buffer unpacked;
  if (request.compression_type != 0) {
    record::Codec codec;
    const auto done = codec.Decompress(static_cast<Compression>(request.compression_type), metrics,
                                       kMostUnpacked * max_bytes_, unpacked);
    if (absl::IsResourceExhausted(done)) {
      return Refuse(ErrorCode::kTelemetryTooLarge, std::string(done.message()));
    }
    if (!done.ok()) return Refuse(ErrorCode::kInvalidRecord, std::string(done.message()));
    metrics = {unpacked.data(), unpacked.size()};
  }
  receiver_({.client_instance_id = request.client_instance_id.ToString(),
             .client_id = client.client_id,
             .metrics = metrics,
             .is_terminating = request.terminating});
  return absl::OkStatus();
}

}  // namespace rill::net
