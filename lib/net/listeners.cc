#include "net/listeners.h"

#include <algorithm>
#include <cctype>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "engine/config_spec.h"
#include "fmt/format.h"

namespace rill::net {
namespace {

constexpr std::string_view kAfterName = "://";
// Kafka's names for listeners that speak something else, unless it is told otherwise.
constexpr std::string_view kOtherProtocols[] = {"SSL", "SASL_PLAINTEXT", "SASL_SSL"};

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
}

absl::StatusOr<NamedPlace> ParseNamedPlace(std::string_view item, bool needs_name) {
  NamedPlace named{std::string(kPlaintext), {}};
  std::string_view rest = item;
  const auto colon = item.find(kAfterName);
  if (colon != std::string_view::npos) {
    named.name = absl::AsciiStrToUpper(std::string(item.substr(0, colon)));
    rest.remove_prefix(colon + kAfterName.size());
  }
  if (!IsName(named.name) || (needs_name && colon == std::string_view::npos)) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no listener, as PLAINTEXT://127.0.0.1:9092 is", item));
  }
  auto place = ParseHostPort(rest);
  if (!place.ok()) return place.status();
  named.place = *std::move(place);
  return named;
}

const NamedPlace* Find(std::span<const NamedPlace> places, std::string_view name) {
  const auto found = std::find_if(places.begin(), places.end(),
                                  [&](const NamedPlace& place) { return place.name == name; });
  return found == places.end() ? nullptr : &*found;
}

absl::Status CheckPorts(std::span<const NamedPlace> places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i && places[i].place.port != 0; ++j) {
      if (places[i].place != places[j].place) continue;
      return absl::InvalidArgumentError(
          fmt::format("{} and {} are one place; each listener has a port of its own",
                      ToString(places[j]), ToString(places[i])));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSpeaksPlaintext(const NamedPlace& place) {
  const bool is_other = std::find(std::begin(kOtherProtocols), std::end(kOtherProtocols),
                                  place.name) != std::end(kOtherProtocols);
  if (!is_other) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} would speak {}, and there is no TLS and no SASL yet: give it another name, "
                  "and it speaks plaintext",
                  ToString(place), place.name));
}

absl::Status CheckAdvertised(const NamedPlace& advertised) {
  const bool is_any = !advertised.place.host.empty() && IsAnyAddress(advertised.place.host);
  if (!is_any && advertised.place.port != 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("clients cannot connect to \"{}\"", ToString(advertised)));
}

// What is said of the only listener need not name it.
void NameAfter(std::span<const NamedPlace> places, std::string_view text,
               std::vector<NamedPlace>& advertised) {
  const bool is_unnamed = text.find(kAfterName) == std::string_view::npos;
  if (places.size() == 1 && advertised.size() == 1 && is_unnamed) {
    advertised[0].name = places[0].name;
  }
}

absl::StatusOr<std::vector<NamedPlace>> ParseAdvertised(std::span<const NamedPlace> places,
                                                        std::string_view text) {
  auto advertised = ParseNamedPlaces(text);
  if (!advertised.ok()) return advertised;
  NameAfter(places, text, *advertised);
  for (const NamedPlace& place : *advertised) {
    if (auto sound = CheckAdvertised(place); !sound.ok()) return sound;
    if (Find(places, place.name) != nullptr) continue;
    return absl::InvalidArgumentError(
        fmt::format("{} says where clients find the listener {}, which there is not: there is {}",
                    ToString(place), place.name, ToString(places)));
  }
  return advertised;
}

}  // namespace

absl::StatusOr<std::vector<NamedPlace>> ParseNamedPlaces(std::string_view text, bool needs_names) {
  std::vector<NamedPlace> places;
  for (const std::string_view item : engine::ConfigListItems(text)) {
    auto place = ParseNamedPlace(item, needs_names);
    if (!place.ok()) return place.status();
    if (Find(places, place->name) != nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("{} is there twice; each listener has a name of its own", place->name));
    }
    places.push_back(*std::move(place));
  }
  return places;
}

std::string ToString(const NamedPlace& place) {
  return fmt::format("{}{}{}", place.name, kAfterName, ToString(place.place));
}

std::string ToString(std::span<const NamedPlace> places) {
  std::string text;
  for (const NamedPlace& place : places) {
    if (!text.empty()) text += ',';
    text += ToString(place);
  }
  return text;
}

absl::StatusOr<std::vector<Listener>> ParseListeners(std::string_view listen,
                                                     std::string_view advertise) {
  const auto places = ParseNamedPlaces(listen);
  if (!places.ok()) return places.status();
  if (places->empty()) return std::vector<Listener>();
  if (auto sound = CheckPorts(*places); !sound.ok()) return sound;
  const auto advertised = ParseAdvertised(*places, advertise);
  if (!advertised.ok()) return advertised.status();
  std::vector<Listener> listeners;
  for (const NamedPlace& place : *places) {
    if (auto sound = CheckSpeaksPlaintext(place); !sound.ok()) return sound;
    const NamedPlace* const told = Find(*advertised, place.name);
    listeners.push_back(
        {place.name, place.place, told != nullptr ? told->place : HostPort{place.place.host, 0}});
  }
  return listeners;
}

std::string ListenersText(std::span<const Listener> listeners) {
  std::vector<NamedPlace> places;
  for (const Listener& listener : listeners) places.push_back({listener.name, listener.at});
  return ToString(places);
}

std::string AdvertisedText(std::span<const Listener> listeners) {
  std::vector<NamedPlace> places;
  for (const Listener& listener : listeners) places.push_back({listener.name, listener.advertised});
  return ToString(places);
}

const Listener* FindUnreachable(std::span<const Listener> listeners) {
  const auto found = std::find_if(listeners.begin(), listeners.end(), [](const Listener& listener) {
    return !listener.advertised.host.empty() && IsAnyAddress(listener.advertised.host);
  });
  return found == listeners.end() ? nullptr : &*found;
}

}  // namespace rill::net
