#include "engine/quota/quota_use.h"

#include <algorithm>
#include <vector>

namespace rill::engine {

absl::Duration QuotaUse::Record(ClientQuotaType kind, const ClientQuota& limit, double amount,
                                absl::Time now) {
  const std::pair<ClientQuotaType, std::string> key = {kind, limit.shared_by};
  if (by_client_.size() >= most_ && !by_client_.contains(key)) MakeRoom(now);
  Client& client = by_client_[key];
  client.seen = now;
  client.rate.Record(amount, now, windows_);
  return client.rate.TimeAbove(limit.bound, now, windows_);
}

bool QuotaUse::HasHad(ClientQuotaType kind, const ClientQuota& limit, absl::Time now) {
  const auto found = by_client_.find({kind, limit.shared_by});
  return found != by_client_.end() && found->second.rate.Amount(now, windows_) > 0;
}

void QuotaUse::Unrecord(ClientQuotaType kind, const ClientQuota& limit, double amount,
                        absl::Time now) {
  const auto found = by_client_.find({kind, limit.shared_by});
  if (found != by_client_.end()) found->second.rate.Unrecord(amount, now, windows_);
}

double QuotaUse::MostAtOnce(const ClientQuota& limit) const {
  const int windows = std::max(windows_.count - 1, 1);
  return limit.bound * windows * absl::ToDoubleSeconds(windows_.length);
}

// Many at a time, so that it is not done for each that comes.
void QuotaUse::MakeRoom(absl::Time now) {
  std::erase_if(by_client_,
                [&](const auto& entry) { return entry.second.rate.IsOver(now, windows_); });
  if (by_client_.size() < most_ - most_ / 4) return;
  std::vector<absl::Time> seen;
  seen.reserve(by_client_.size());
  for (const auto& [key, client] : by_client_) seen.push_back(client.seen);
  const auto quarter = seen.begin() + static_cast<std::ptrdiff_t>(seen.size() / 4);
  std::nth_element(seen.begin(), quarter, seen.end());
  const absl::Time oldest_kept = *quarter;
  std::erase_if(by_client_, [&](const auto& entry) { return entry.second.seen <= oldest_kept; });
}

}  // namespace rill::engine
