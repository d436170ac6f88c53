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
// An application's that is less is as good as nothing, and can be divided by.
constexpr double kLeastBound = 1e-9;

// Of names that are no names, so that they take no more memory and time than others.
std::string Shortened(const std::string& client_id) {
  return fmt::format("{}-{:016x}", std::string_view(client_id).substr(0, kLongestClientId),
                     std::hash<std::string>()(client_id));
}

absl::Time TimeOf(Quotas::Clock::time_point now) {
  return absl::UnixEpoch() + absl::FromChrono(now.time_since_epoch());
}

}  // namespace

Quotas::Quotas(std::shared_ptr<engine::LocalEngine> engine, const NodeConfig& config,
               std::shared_ptr<ClientQuotaCallback> callback)
    : engine_(std::move(engine)),
      callback_(std::move(callback)),
      windows_(config.quota_windows),
      longest_(std::min<std::chrono::milliseconds>(
          config.connections_max_idle,
          std::chrono::milliseconds(std::numeric_limits<std::int32_t>::max()))),
      use_(windows_, kMostClients) {}

std::optional<ClientQuota> Quotas::QuotaOf(ClientQuotaType type, const Client& client) {
  if (callback_ == nullptr) return KeptQuotaOf(type, client.id);
  auto quota = callback_->QuotaOf(type, {client.id, client.host});
  const bool is_above = quota && quota->bound > kLeastBound;  // not so for what is not a number
  if (quota && !is_above) quota->bound = kLeastBound;
  return quota;
}

std::optional<ClientQuota> Quotas::KeptQuotaOf(ClientQuotaType type, const std::string& client_id) {
  absl::MutexLock lock(&mutex_);
  const std::uint64_t version = engine_->resource_configs_version();
  if (version != seen_version_.load()) {
    quotas_ = engine::ClientQuotas(*engine_->resource_configs());
    has_none_.store(quotas_.empty());
    seen_version_.store(version);
  }
  return quotas_.Find(type, kUser,
                      client_id.size() <= kLongestClientId ? client_id : Shortened(client_id));
}

// Of time no more than a window, as Kafka does; of all no more than a client may be idle.
std::chrono::milliseconds Quotas::Told(ClientQuotaType type, absl::Duration time) const {
  const absl::Duration most =
      type == ClientQuotaType::kRequest ? windows_.length : absl::FromChrono(longest_);
  const double ms = absl::ToDoubleMilliseconds(std::min(time, most));
  return std::min(std::chrono::milliseconds(std::llround(ms)), longest_);
}

std::chrono::milliseconds Quotas::Record(ClientQuotaType type, const Client& client, double amount,
                                         Clock::time_point now) {
  if (HasNone()) return {};
  const auto quota = QuotaOf(type, client);
  if (!quota) return {};
  absl::MutexLock lock(&mutex_);
  return Told(type, use_.Record(type, *quota, amount, TimeOf(now)));
}

bool Quotas::RecordOrHoldBack(const Client& client, double bytes, Clock::time_point now,
                              std::chrono::milliseconds& throttle) {
  constexpr auto kType = ClientQuotaType::kFetch;
  if (HasNone()) return true;
  const auto quota = QuotaOf(kType, client);
  if (!quota) return true;
  absl::MutexLock lock(&mutex_);
  const absl::Time at = TimeOf(now);
  const bool has_had = use_.HasHad(kType, *quota, at);
  const auto by_bytes = Told(kType, use_.Record(kType, *quota, bytes, at));
  throttle = std::max(throttle, by_bytes);
  if (throttle.count() == 0 || !has_had) return true;
  use_.Unrecord(kType, *quota, bytes, at);
  return false;
}

std::size_t Quotas::MostAtOnce(const Client& client) {
  constexpr auto kMost = std::numeric_limits<std::size_t>::max();
  if (HasNone()) return kMost;
  const auto quota = QuotaOf(ClientQuotaType::kFetch, client);
  if (!quota) return kMost;
  absl::MutexLock lock(&mutex_);
  // A Fetch for nothing would not wait for records.
  const double most = std::max(use_.MostAtOnce(*quota), 1.0);
  return most >= static_cast<double>(kMost) ? kMost : static_cast<std::size_t>(most);
}

}  // namespace rill::net
