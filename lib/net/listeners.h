#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "net/host_port.h"

namespace rill::net {

inline constexpr std::string_view kPlaintext = "PLAINTEXT";

// An item of Kafka's configs "listeners" and "advertised.listeners".
struct NamedPlace {
  std::string name;  // in capitals
  HostPort place;

  friend bool operator==(const NamedPlace&, const NamedPlace&) = default;
};

// "INTERNAL://10.0.0.5:9092,EXTERNAL://:19092". One without a name is PLAINTEXT, or InvalidArgument
// with `needs_names`, as is what is no such list, and a name that is there twice.
absl::StatusOr<std::vector<NamedPlace>> ParseNamedPlaces(std::string_view text,
                                                         bool needs_names = false);
// "INTERNAL://10.0.0.5:9092"; several with commas.
std::string ToString(const NamedPlace& place);
std::string ToString(std::span<const NamedPlace> places);

// Where clients connect, and where they are told to.
struct Listener {
  std::string name;
  HostPort at;          // without a host all addresses of the machine; port 0 is one that is free
  HostPort advertised;  // without a host the machine's name; port 0 is the one of `at`
};

// NodeOptions' `listen` and `advertise`. InvalidArgument for what they may not be, but for a
// listener that clients are told to find at all addresses: FindUnreachable.
absl::StatusOr<std::vector<Listener>> ParseListeners(std::string_view listen,
                                                     std::string_view advertise);
// Kafka's configs "listeners" and "advertised.listeners" of them.
std::string ListenersText(std::span<const Listener> listeners);
std::string AdvertisedText(std::span<const Listener> listeners);
// The first whose clients would be told an address that names none; null where each can be found.
const Listener* FindUnreachable(std::span<const Listener> listeners);

}  // namespace rill::net
