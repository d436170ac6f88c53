#include "net/host_name.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "fmt/format.h"

namespace rill::net {
namespace {

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

constexpr std::size_t kMostOfName = NI_MAXHOST;

// Null where the name has none; then `error` says why.
Addresses AddressesOf(const char* name, int* error) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  *error = getaddrinfo(name, nullptr, &hints, &found);
  return {*error == 0 ? found : nullptr, freeaddrinfo};
}

// Java's choice.
const addrinfo* FirstOf(const addrinfo* addresses) {
  for (const addrinfo* at = addresses; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET) return at;
  }
  return addresses;
}

std::string Text(const addrinfo& address, int flags) {
  std::array<char, kMostOfName> text = {};
  const int error =
      getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0, flags);
  return error == 0 ? std::string(text.data()) : std::string();
}

bool Has(const addrinfo* addresses, const std::string& numeric) {
  for (const addrinfo* at = addresses; at != nullptr; at = at->ai_next) {
    if (Text(*at, NI_NUMERICHOST) == numeric) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> MachineName() {
  std::array<char, kMostOfName> own = {};
  gethostname(own.data(), own.size() - 1);
  int error = 0;
  const Addresses addresses = AddressesOf(own.data(), &error);
  if (addresses == nullptr) {
    return absl::UnavailableError(
        fmt::format("this machine is called \"{}\", which has no address "
                    "({})",
                    own.data(), gai_strerror(error)));
  }
  const addrinfo& address = *FirstOf(addresses.get());
  std::string numeric = Text(address, NI_NUMERICHOST);
  std::string name = Text(address, NI_NAMEREQD);
  if (name.empty()) return numeric;
  // Who names an address may name any.
  const Addresses back = AddressesOf(name.c_str(), &error);
  return Has(back.get(), numeric) ? name : numeric;
}

}  // namespace rill::net
