#include "net/connection_limits.h"

#include <optional>

#include "asio/ip/address.hpp"
#include "base/parse_number.h"
#include "engine/config_spec.h"
#include "fmt/format.h"

namespace rill::net {
namespace {

// "::1" has as many spellings as one likes.
std::optional<std::string> SpelledAsShown(std::string_view address) {
  asio::error_code none;
  const auto parsed = asio::ip::make_address(std::string(address), none);
  if (none) return std::nullopt;
  return parsed.to_string();
}

}  // namespace

absl::StatusOr<AddressLimits> ParseAddressLimits(std::string_view text) {
  AddressLimits limits;
  for (const std::string_view item : engine::ConfigListItems(text)) {
    const auto colon = item.rfind(':');
    const bool has_both = colon != std::string_view::npos;
    const auto address = has_both ? SpelledAsShown(item.substr(0, colon)) : std::nullopt;
    const auto most = has_both ? base::ParseNumber<int>(item.substr(colon + 1)) : std::nullopt;
    if (!address || most.value_or(-1) < 0) {
      return engine::ConfigError(
          fmt::format("config {} has \"{}\", which is no IP address with a colon and a number of "
                      "connections behind it, such as 127.0.0.1:100",
                      kConnectionsOfNamedAddresses, item));
    }
    limits.insert_or_assign(*address, *most);
  }
  return limits;
}

int ConnectionLimits::Of(std::string_view address) const {
  const auto named = of_named_addresses.find(address);
  return named != of_named_addresses.end() ? named->second : of_address;
}

bool ConnectionCounts::Add(const std::string& address, int most) {
  absl::MutexLock lock(&mutex_);
  const auto counted = counts_.find(address);
  const int had = counted != counts_.end() ? counted->second : 0;
  if (had >= most) return false;
  counts_[address] = had + 1;
  return true;
}

void ConnectionCounts::Remove(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  const auto counted = counts_.find(address);
  if (counted == counts_.end()) return;
  if (--counted->second == 0) counts_.erase(counted);
}

}  // namespace rill::net
