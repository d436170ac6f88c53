#include "net/quotas.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

namespace rill::net {
namespace {

// There is no authentication: all clients are who Kafka says that such clients are.
constexpr char kUser[] = "ANONYMOUS";
// Some 400 bytes each with eleven windows, and its name.
constexpr std::size_t kMostClients = 10000;
constexpr std::size_t kLongestClientId = 256;

// Of names that are no names, so that they take no more memory and time than others.
std::string Shortened(const std::string& client_id) {
  return fmt::format("{}-{:016x}", std::string_view(client_id).substr(0, kLongestClientId),
                     std::hash<std::string>()(client_id));
}

absl::Time TimeOf(Quotas::Clock::time_point now) {
  return absl::UnixEpoch() + absl::FromChrono(now.time_since_epoch());
}

}  // namespace

Quotas::Quotas(std::shared_ptr<engine::LocalEngine> engine, const NodeConfig& config)
    : engine_(std::move(engine)),
      windows_(config.quota_windows),
      longest_(std::min<std::chrono::milliseconds>(
          config.connections_max_idle,
          std::chrono::milliseconds(std::numeric_limits<std::int32_t>::max()))),
      use_(windows_, kMostClients) {}

std::optional<Quotas::Limit> Quotas::LimitOf(engine::QuotaKind kind, const std::string& client_id) {
  const std::uint64_t version = engine_->resource_configs_version();
  if (version != seen_version_.load()) {
    quotas_ = engine::ClientQuotas(*engine_->resource_configs());
    has_none_.store(quotas_.empty());
    seen_version_.store(version);
  }
  return quotas_.Find(kind, kUser,
                      client_id.size() <= kLongestClientId ? client_id : Shortened(client_id));
}

// Of time no more than a window, as Kafka does; of all no more than a client may be idle.
std::chrono::milliseconds Quotas::Told(engine::QuotaKind kind, absl::Duration time) const {
  const absl::Duration most =
      kind == engine::QuotaKind::kRequestTime ? windows_.length : absl::FromChrono(longest_);
  const double ms = absl::ToDoubleMilliseconds(std::min(time, most));
  return std::min(std::chrono::milliseconds(std::llround(ms)), longest_);
}

std::chrono::milliseconds Quotas::Record(engine::QuotaKind kind, const std::string& client_id,
                                         double amount, Clock::time_point now) {
  if (HasNone()) return {};
  absl::MutexLock lock(&mutex_);
  const auto limit = LimitOf(kind, client_id);
  if (!limit) return {};
  return Told(kind, use_.Record(kind, *limit, amount, TimeOf(now)));
}

bool Quotas::RecordOrHoldBack(const std::string& client_id, double bytes, Clock::time_point now,
                              std::chrono::milliseconds& throttle) {
  constexpr auto kKind = engine::QuotaKind::kConsumerBytes;
  if (HasNone()) return true;
  absl::MutexLock lock(&mutex_);
  const auto limit = LimitOf(kKind, client_id);
  if (!limit) return true;
  const absl::Time at = TimeOf(now);
  const bool has_had = use_.HasHad(kKind, *limit, at);
  const auto by_bytes = Told(kKind, use_.Record(kKind, *limit, bytes, at));
  throttle = std::max(throttle, by_bytes);
  if (throttle.count() == 0 || !has_had) return true;
  use_.Unrecord(kKind, *limit, bytes, at);
  return false;
}

std::size_t Quotas::MostAtOnce(const std::string& client_id) {
  constexpr auto kMost = std::numeric_limits<std::size_t>::max();
  if (HasNone()) return kMost;
  absl::MutexLock lock(&mutex_);
  const auto limit = LimitOf(engine::QuotaKind::kConsumerBytes, client_id);
  if (!limit) return kMost;
  const double most = use_.MostAtOnce(*limit);
  return most >= static_cast<double>(kMost) ? kMost : static_cast<std::size_t>(most);
}

}  // namespace rill::net
