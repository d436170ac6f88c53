#include "cli/serve_listeners.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "absl/strings/ascii.h"
#include "engine/config_spec.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/listeners.h"

namespace rill::cli {
namespace {

using net::NamedPlace;

constexpr std::string_view kProtocols[] = {net::kPlaintext, "SSL", "SASL_PLAINTEXT", "SASL_SSL"};

std::string Upper(std::string_view text) { return absl::AsciiStrToUpper(std::string(text)); }

bool Has(std::span<const NamedPlace> places, std::string_view name) {
  return std::any_of(places.begin(), places.end(),
                     [&](const NamedPlace& place) { return place.name == name; });
}

bool IsProtocol(std::string_view name) {
  return std::find(std::begin(kProtocols), std::end(kProtocols), name) != std::end(kProtocols);
}

class Reader {
 public:
  Reader(const ListenerLines& lines, const std::string& path) : lines_(lines), path_(path) {}

  absl::StatusOr<ServedListeners> Read() {
    ReadControllers();
    if (auto read = ReadProtocols(); !read.ok()) return read;
    if (auto read = ReadPlaces(); !read.ok()) return read;
    if (auto read = ReadAdvertised(); !read.ok()) return read;
    return std::move(served_);
  }

 private:
  absl::Status Refuse(const base::Property& at, std::string_view why) const {
    return absl::InvalidArgumentError(fmt::format("{}: line {}: {}", path_, at.line, why));
  }

  void ReadControllers() {
    if (!lines_.controllers) return;
    for (const std::string_view name : engine::ConfigListItems(lines_.controllers->value)) {
      controllers_.insert(Upper(name));
    }
  }

  // Without a map each protocol is a listener's name, and the controller's speak plaintext.
  absl::Status ReadProtocols() {
    if (!lines_.protocols) {
      for (const std::string_view protocol : kProtocols) {
        protocols_.emplace(protocol, protocol);
      }
      for (const std::string& name : controllers_) protocols_.emplace(name, net::kPlaintext);
      return absl::OkStatus();
    }
    for (const std::string_view item : engine::ConfigListItems(lines_.protocols->value)) {
      const auto colon = item.find(':');
      const std::string protocol =
          colon == std::string_view::npos ? "" : Upper(item.substr(colon + 1));
      if (!IsProtocol(protocol)) {
        return Refuse(*lines_.protocols,
                      fmt::format("\"{}\" in {} is not a listener's name, a colon and one of {}",
                                  item, lines_.protocols->name, fmt::join(kProtocols, ", ")));
      }
      protocols_[Upper(item.substr(0, colon))] = protocol;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<NamedPlace>> Parse(const base::Property& property) const {
    auto places = net::ParseNamedPlaces(property.value, /*needs_names=*/true);
    if (places.ok()) return places;
    return Refuse(property,
                  fmt::format("{}: {}", property.name, std::string(places.status().message())));
  }

  absl::Status CheckProtocol(const NamedPlace& place) const {
    const auto found = protocols_.find(place.name);
    if (found == protocols_.end()) {
      return Refuse(*lines_.listeners, fmt::format("what {} in listeners speaks is not said: "
                                                   "listener.security.protocol.map has no {}",
                                                   ToString(place), place.name));
    }
    if (place.name != net::kPlaintext && IsProtocol(place.name)) {
      return Refuse(*lines_.listeners,
                    fmt::format("{} in listeners is named for a protocol, and there is no TLS and "
                                "no SASL yet: leave it out, or, where the network is trusted, give "
                                "it another name, which listener.security.protocol.map has as "
                                "PLAINTEXT",
                                ToString(place)));
    }
    if (found->second == net::kPlaintext) return absl::OkStatus();
    return Refuse(*lines_.listeners,
                  fmt::format("{} in listeners is to speak {}, and there is no TLS and no SASL "
                              "yet: leave it out, or map {} to PLAINTEXT where the network is "
                              "trusted",
                              ToString(place), found->second, place.name));
  }

  absl::Status ReadPlaces() {
    if (!lines_.listeners) return absl::OkStatus();
    auto places = Parse(*lines_.listeners);
    if (!places.ok()) return places.status();
    for (const NamedPlace& place : *places) {
      if (controllers_.contains(place.name)) {
        served_.warnings.push_back(
            {lines_.listeners->line,
             fmt::format("{} in listeners is left out: it is the controller's "
                         "(controller.listener.names), and the node is its own",
                         ToString(place))});
        continue;
      }
      if (auto sound = CheckProtocol(place); !sound.ok()) return sound;
      places_.push_back(place);
    }
    if (places_.empty()) return Refuse(*lines_.listeners, "listeners has none for clients");
    served_.listen = net::ToString(places_);
    return absl::OkStatus();
  }

  absl::Status CheckAdvertised(const NamedPlace& place) const {
    const bool is_any = !place.place.host.empty() && net::IsAnyAddress(place.place.host);
    if (is_any || place.place.port == 0) {
      return Refuse(*lines_.advertised, fmt::format("clients cannot connect to {} in {}",
                                                    ToString(place), lines_.advertised->name));
    }
    const bool is_known =
        lines_.listeners ? Has(places_, place.name) : place.name == net::kPlaintext;
    if (is_known) return absl::OkStatus();
    return Refuse(*lines_.advertised, fmt::format("{} in {} is of no listener that clients have",
                                                  ToString(place), lines_.advertised->name));
  }

  absl::Status ReadAdvertised() {
    if (!lines_.advertised) return absl::OkStatus();
    auto advertised = Parse(*lines_.advertised);
    if (!advertised.ok()) return advertised.status();
    std::erase_if(*advertised,
                  [&](const NamedPlace& place) { return controllers_.contains(place.name); });
    for (const NamedPlace& place : *advertised) {
      if (auto sound = CheckAdvertised(place); !sound.ok()) return sound;
    }
    served_.advertise = net::ToString(*advertised);
    return absl::OkStatus();
  }

  const ListenerLines& lines_;
  const std::string& path_;
  std::set<std::string> controllers_;
  std::map<std::string, std::string, std::less<>> protocols_;  // of listeners
  std::vector<NamedPlace> places_;
  ServedListeners served_;
};

}  // namespace

absl::StatusOr<ServedListeners> ReadListeners(const ListenerLines& lines, const std::string& path) {
  return Reader(lines, path).Read();
}

}  // namespace rill::cli
