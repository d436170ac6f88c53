#include "net/connection_limits.h"

#include "base/parse_number.h"
#include "engine/config_spec.h"
#include "fmt/format.h"

namespace rill::net {

asio::ip::address Plain(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

std::string CountedAs(const asio::ip::address& address) {
  const asio::ip::address plain = Plain(address);
  if (plain.is_v4()) return plain.to_string();
  asio::ip::address_v6 without_interface = plain.to_v6();
  without_interface.scope_id(0);
  return without_interface.to_string();
}

absl::StatusOr<AddressLimits> ParseAddressLimits(std::string_view text) {
  AddressLimits limits;
  for (const std::string_view item : engine::ConfigListItems(text)) {
    const auto colon = item.rfind(':');
    asio::error_code bad;
    const auto address = asio::ip::make_address(std::string(item.substr(0, colon)), bad);
    const auto most = base::ParseNumber<int>(colon < item.size() ? item.substr(colon + 1) : "");
    const bool has_nul = item.find('\0') != std::string_view::npos;  // where Asio stops to read
    if (bad || has_nul || most.value_or(-1) < 0) {
      return engine::ConfigError(
          fmt::format("config {} has \"{}\", which is no IP address with a colon and a number of "
                      "connections behind it, such as 127.0.0.1:100",
                      kConnectionsOfNamedAddresses, item));
    }
    limits.insert_or_assign(CountedAs(address), *most);
  }
  return limits;
}

int ConnectionLimits::Of(std::string_view address) const {
  const auto named = of_named_addresses.find(address);
  return named != of_named_addresses.end() ? named->second : of_address;
}

absl::Status CheckLetsClientsIn(const ConnectionLimits& limits) {
  if (limits.of_address != 0 || !limits.of_named_addresses.empty()) return absl::OkStatus();
  return engine::ConfigError(fmt::format("{} can be set to 0 only if {} property is set.",
                                         kConnectionsOfAddress, kConnectionsOfNamedAddresses));
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
