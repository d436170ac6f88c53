#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/uuid.h"
#include "net/telemetry_subscriptions.h"
#include "rill/error.h"

namespace rill::net {

// What is remembered of those who push metrics: when they asked and pushed last, so that they keep
// to their interval. Times are given. Not thread-safe.
class TelemetryInstances {
 public:
  struct Limits {
    std::size_t most = 16384;  // those that were seen longest ago are forgotten then
    std::size_t max_bytes = 0;
  };
  struct Push {
    std::int32_t subscription_id = 0;
    std::int8_t compression_type = 0;
    std::size_t bytes = 0;
    bool is_terminating = false;
  };

  explicit TelemetryInstances(const Limits& limits) : limits_(limits) {}

  // From now on these hold; whoever is known may ask for them at once.
  void SetSubscriptions(TelemetrySubscriptions subscriptions);

  // What `id` is to push. THROTTLING_QUOTA_EXCEEDED where it asked or pushed less than its interval
  // ago, but for one whose last push was refused for its subscription or its compression.
  absl::StatusOr<TelemetryPlan> Get(const base::Uuid& id, const TelemetryClient& client,
                                    absl::Time now);

  // Whether what `id` pushes is taken. INVALID_REQUEST after it said that it ends, or without an
  // id; THROTTLING_QUOTA_EXCEEDED before its interval is over, but for the first one after a Get,
  // and the last one; UNKNOWN_SUBSCRIPTION_ID where others hold by now;
  // UNSUPPORTED_COMPRESSION_TYPE; TELEMETRY_TOO_LARGE.
  absl::Status CheckPush(const base::Uuid& id, const TelemetryClient& client, const Push& push,
                         absl::Time now);

  std::size_t size() const { return instances_.size(); }

 private:
  struct Instance {
    std::uint64_t version = 0;  // of the subscriptions; 0 before any was looked at
    std::int32_t plan_id = 0;
    absl::Duration interval;
    absl::Time last_get = absl::InfinitePast();
    absl::Time last_push = absl::InfinitePast();
    absl::Time seen = absl::InfinitePast();
    bool is_terminating = false;
    ErrorCode last_error = ErrorCode::kNone;
  };

  Instance& Find(const base::Uuid& id, const TelemetryClient& client, absl::Time now);
  absl::Status Check(Instance& instance, const base::Uuid& id, const Push& push,
                     absl::Time now) const;
  void MakeRoom(absl::Time now);

  const Limits limits_;
  TelemetrySubscriptions subscriptions_;
  std::uint64_t version_ = 1;
  absl::flat_hash_map<base::Uuid, Instance> instances_;
};

}  // namespace rill::net
