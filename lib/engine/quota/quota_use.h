#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "engine/quota/client_quotas.h"
#include "engine/quota/quota_rate.h"

namespace rill::engine {

// What clients have had of their quotas. Times are given, and do not go back. Not thread-safe.
class QuotaUse {
 public:
  // `most` is how many may be remembered of a kind and those who share a quota: with more of them
  // those that were seen longest ago are forgotten, which lets them begin anew.
  QuotaUse(const QuotaWindows& windows, std::size_t most) : windows_(windows), most_(most) {}

  // Notes that so much was had, and says how long nothing more may be.
  absl::Duration Record(ClientQuotaType kind, const ClientQuota& limit, double amount,
                        absl::Time now);
  // Whether anything was had lately.
  bool HasHad(ClientQuotaType kind, const ClientQuota& limit, absl::Time now);
  // Takes back what was recorded at `now`.
  void Unrecord(ClientQuotaType kind, const ClientQuota& limit, double amount, absl::Time now);

  // The most that may be had at once by who had nothing lately, and then has to wait for nothing.
  double MostAtOnce(const ClientQuota& limit) const;

  std::size_t size() const { return by_client_.size(); }

 private:
  struct Client {
    QuotaRate rate;
    absl::Time seen = absl::InfinitePast();
  };
  void MakeRoom(absl::Time now);

  const QuotaWindows windows_;
  const std::size_t most_;
  std::map<std::pair<ClientQuotaType, std::string>, Client> by_client_;
};

}  // namespace rill::engine
