#include "net/node_apis.h"

#include <algorithm>

#include "fmt/format.h"

namespace rill::net {
namespace {

using Entry = NodeApis::Entry;

constexpr auto kApiVersionsKey = static_cast<std::int16_t>(wire::ApiKey::kApiVersions);

Entry EntryOf(const ServedApi& served) {
  const auto key = static_cast<std::int16_t>(served.key);
  const wire::Api& api = *wire::FindApi(key);
  const wire::Message& request = api.request();
  return {.key = key,
          .first_version = request.first_version,
          .last_version = request.last_version,
          .first_advertised = wire::FirstAdvertisedVersion(api),
          .flexible_since = request.flexible_since,
          .served = &served};
}

auto PlaceOf(std::vector<Entry>& entries, std::int16_t key) {
  return std::lower_bound(
      entries.begin(), entries.end(), key,
      [](const Entry& entry, std::int16_t wanted) { return entry.key < wanted; });
}

absl::Status Refuse(std::int16_t key, const char* why) {
  return absl::InvalidArgumentError(fmt::format("the handler of key {}: {}", key, why));
}

absl::Status Narrow(const ApiHandler::Versions& versions, Entry& entry) {
  if (!entry.Has(versions.first) || !entry.Has(versions.last) || versions.first > versions.last) {
    return absl::InvalidArgumentError(fmt::format(
        "the handler of key {}: versions {} to {} are none of the {} to {} that there are",
        entry.key, versions.first, versions.last, entry.first_version, entry.last_version));
  }
  entry.first_version = entry.first_advertised = versions.first;
  entry.last_version = versions.last;
  return absl::OkStatus();
}

absl::StatusOr<Entry> NewEntry(std::int16_t key,
                               const std::optional<ApiHandler::Versions>& versions) {
  if (key < 0) return Refuse(key, "keys are not negative");
  if (wire::FindApi(key) == nullptr && !versions.has_value()) {
    return Refuse(key, "rill does not know this request, so its versions have to be said");
  }
  Entry entry{.key = key};
  if (const wire::Api* const api = wire::FindApi(key)) {
    entry.first_version = entry.first_advertised = api->request().first_version;
    entry.last_version = api->request().last_version;
    entry.flexible_since = api->request().flexible_since;
    return entry;
  }
  constexpr int kMostVersions = 32767;
  if (versions->first < 0 || versions->first > versions->last || versions->last > kMostVersions) {
    return Refuse(key, "its versions are not in order, or out of range");
  }
  entry.first_version = entry.first_advertised = versions->first;
  entry.last_version = versions->last;
  entry.flexible_since = versions->flexible_since;
  return entry;
}

}  // namespace

int NodeApis::Entry::ResponseHeaderVersion(int version) const {
  return key != kApiVersionsKey && version >= flexible_since ? 1 : 0;
}

NodeApis::NodeApis() {
  for (const ServedApi& served : ServedApis()) entries_.push_back(EntryOf(served));
}

absl::StatusOr<NodeApis> NodeApis::Make(std::span<const ApiHandler> own,
                                        std::span<const wire::ApiKey> hidden) {
  NodeApis apis;
  for (const wire::ApiKey key : hidden) {
    if (auto done = apis.Hide(key); !done.ok()) return done;
  }
  for (const ApiHandler& handler : own) {
    if (auto done = apis.Add(handler); !done.ok()) return done;
  }
  return apis;
}

const NodeApis::Entry* NodeApis::Find(std::int16_t key) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), key,
                       [](const Entry& entry, std::int16_t wanted) { return entry.key < wanted; });
  return found != entries_.end() && found->key == key ? &*found : nullptr;
}

absl::Status NodeApis::Hide(wire::ApiKey api) {
  const auto key = static_cast<std::int16_t>(api);
  if (api == wire::ApiKey::kApiVersions) {
    return absl::InvalidArgumentError("ApiVersions cannot be hidden: clients begin with it");
  }
  if (Find(key) == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("the request with key {} cannot be hidden: it is not answered", key));
  }
  entries_.erase(PlaceOf(entries_, key));
  return absl::OkStatus();
}

absl::Status NodeApis::Add(const ApiHandler& handler) {
  const auto key = static_cast<std::int16_t>(handler.key);
  if (handler.handle == nullptr) return Refuse(key, "there is no function");
  if (handler.key == wire::ApiKey::kApiVersions) {
    return Refuse(key, "ApiVersions is the node's own: `versions` and hidden_apis change it");
  }
  auto place = PlaceOf(entries_, key);
  if (place == entries_.end() || place->key != key) {
    auto made = NewEntry(key, handler.versions);
    if (!made.ok()) return made.status();
    place = entries_.insert(place, *std::move(made));
  }
  if (handler.versions.has_value()) {
    if (auto narrowed = Narrow(*handler.versions, *place); !narrowed.ok()) return narrowed;
  }
  place->own.push_back(handler);
  return absl::OkStatus();
}

}  // namespace rill::net
