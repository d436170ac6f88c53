#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rill/error.h"
#include "wire/schema.h"

namespace rill::wire {

// Asks which requests a broker takes, in which versions; from version 5 on of the node that the
// client means to be connected to, where it knows it (KIP-1242). It is the first that a client
// sends, and the only one that is answered when its version is not known: with a response of
// version 0 (KIP-511).
struct ApiVersionsRequest {
  std::string client_software_name;
  std::string client_software_version;
  std::optional<std::string> cluster_id = {};
  std::int32_t node_id = -1;

  bool operator==(const ApiVersionsRequest&) const = default;
};
template <>
const Message& MessageOf<ApiVersionsRequest>();

// Requests and versions; from version 3 on also the features of the cluster (KIP-584). Its header
// is always of version 0, for a client that does not know the broker's versions yet has to read
// it.
struct ApiVersionsResponse {
  struct ApiVersion {
    std::int16_t api_key = 0;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    bool operator==(const ApiVersion&) const = default;
  };

  struct SupportedFeatureKey {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    bool operator==(const SupportedFeatureKey&) const = default;
  };

  struct FinalizedFeatureKey {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;

    bool operator==(const FinalizedFeatureKey&) const = default;
  };

  ErrorCode error_code = ErrorCode::kNone;
  std::vector<ApiVersion> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features;
  std::int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features;
  bool zk_migration_ready = false;

  bool operator==(const ApiVersionsResponse&) const = default;
};
template <>
const Message& MessageOf<ApiVersionsResponse>();

}  // namespace rill::wire
