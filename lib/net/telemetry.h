#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/local_engine.h"
#include "net/telemetry_instances.h"
#include "rill/node.h"
#include "wire/messages/push_telemetry.h"

namespace rill::net {

// Metrics that clients push (KIP-714), on their way to the application. Thread-safe.
class Telemetry {
 public:
  using Receiver = std::function<void(const ClientTelemetry&)>;

  // `max_bytes` is telemetry.max.bytes. What comes unpacked has ten times that at most.
  Telemetry(std::shared_ptr<engine::LocalEngine> engine, Receiver receiver, std::size_t max_bytes);

  // TelemetryInstances', with the subscriptions that the engine has now.
  absl::StatusOr<TelemetryPlan> Get(const base::Uuid& id, const TelemetryClient& client)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The same; then hands on what was pushed. INVALID_RECORD where it cannot be unpacked,
  // TELEMETRY_TOO_LARGE where it is too much then.
  absl::Status Push(const TelemetryClient& client, const wire::PushTelemetryRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t max_bytes() const { return max_bytes_; }

 private:
  void LookUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<engine::LocalEngine> engine_;
  const Receiver receiver_;
  const std::size_t max_bytes_;
  absl::Mutex mutex_;  // not while the receiver runs
  std::uint64_t seen_version_ ABSL_GUARDED_BY(mutex_) = UINT64_MAX;
  engine::ResourceConfigs seen_ ABSL_GUARDED_BY(mutex_);
  TelemetryInstances instances_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
