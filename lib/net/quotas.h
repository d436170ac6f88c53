#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/local_engine.h"
#include "engine/quota/client_quotas.h"
#include "engine/quota/quota_use.h"
#include "net/node_config.h"
#include "rill/client_quota.h"

namespace rill::net {

// What the clients of a node have had of their quotas: those that the engine keeps, or the
// application's. Costs two loads while there are none. Thread-safe.
class Quotas {
 public:
  using Clock = std::chrono::steady_clock;

  struct Client {
    const std::string& id;
    const std::string& host;
  };

  // `callback` may be null.
  Quotas(std::shared_ptr<engine::LocalEngine> engine, const NodeConfig& config,
         std::shared_ptr<ClientQuotaCallback> callback);

  // Notes what the client had, and says how long it is to be quiet.
  std::chrono::milliseconds Record(ClientQuotaType type, const Client& client, double amount,
                                   Clock::time_point now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Of bytes for a consumer, which may have to go without: then nothing is noted, and false given.
  // Who had nothing lately may have any amount once.
  bool RecordOrHoldBack(const Client& client, double bytes, Clock::time_point now,
                        std::chrono::milliseconds& throttle) ABSL_LOCKS_EXCLUDED(mutex_);
  // The most bytes for a consumer at once, so that who waits as long as it is told gets some.
  std::size_t MostAtOnce(const Client& client) ABSL_LOCKS_EXCLUDED(mutex_);

  // Answers after which a client was to be quiet.
  std::uint64_t throttled() const { return throttled_.load(std::memory_order_relaxed); }
  void CountThrottled() { throttled_.fetch_add(1, std::memory_order_relaxed); }

 private:
  bool HasNone() const {
    return callback_ == nullptr && has_none_.load() &&
           seen_version_.load() == engine_->resource_configs_version();
  }
  std::optional<ClientQuota> QuotaOf(ClientQuotaType type, const Client& client)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<ClientQuota> KeptQuotaOf(ClientQuotaType type, const std::string& client_id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::chrono::milliseconds Told(ClientQuotaType type, absl::Duration time) const;

  const std::shared_ptr<engine::LocalEngine> engine_;
  const std::shared_ptr<ClientQuotaCallback> callback_;
  const engine::QuotaWindows windows_;
  const std::chrono::milliseconds longest_;
  std::atomic<std::uint64_t> seen_version_ = UINT64_MAX;
  std::atomic<bool> has_none_ = false;
  std::atomic<std::uint64_t> throttled_ = 0;
  absl::Mutex mutex_;
  engine::ClientQuotas quotas_ ABSL_GUARDED_BY(mutex_);
  engine::QuotaUse use_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
