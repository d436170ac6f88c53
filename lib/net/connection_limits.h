#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "asio/ip/address.hpp"

namespace rill::net {

inline constexpr char kConnectionsOfAll[] = "max.connections";
inline constexpr char kConnectionsOfAddress[] = "max.connections.per.ip";
inline constexpr char kConnectionsOfNamedAddresses[] = "max.connections.per.ip.overrides";

// An IPv4 address that is written as one of IPv6 is itself, as is any other.
asio::ip::address Plain(const asio::ip::address& address);

// The name that an address is counted by: that of the plain one, without the interface
// (fe80::1%eth0).
std::string CountedAs(const asio::ip::address& address);

// By CountedAs.
using AddressLimits = std::map<std::string, int, std::less<>>;

// "10.0.0.5:100,2001:db8::1:20". InvalidArgument (INVALID_CONFIG) for what is no list of addresses
// with a number of at least 0 each. (Kafka looks names of hosts up; a node does not.)
absl::StatusOr<AddressLimits> ParseAddressLimits(std::string_view text);

// How many connections a node takes, of all and of one address.
struct ConnectionLimits {
  int of_all = 0;
  int of_address = 0;
  AddressLimits of_named_addresses;

  int Of(std::string_view address) const;
};

// That 0 connections of an address are only where some have limits of their own. INVALID_CONFIG
// (InvalidArgument), as with Kafka.
absl::Status CheckLetsClientsIn(const ConnectionLimits& limits);

// How many connections each address has. Thread-safe.
class ConnectionCounts {
 public:
  // False where `address` has `most` already: nothing is counted then.
  bool Add(const std::string& address, int most) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const std::string& address) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, int> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
