#include "wire/messages/api_versions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ApiVersionsRequest> = {
    Member<&ApiVersionsRequest::client_software_name>("clientSoftwareName").Since(3).Ignorable(),
    Member<&ApiVersionsRequest::client_software_version>("clientSoftwareVersion")
        .Since(3)
        .Ignorable(),
    Member<&ApiVersionsRequest::cluster_id>("clusterId").Since(5).Nullable().Ignorable(),
    Member<&ApiVersionsRequest::node_id>("nodeId").Since(5).Ignorable()};

template <>
const Message& MessageOf<ApiVersionsRequest>() {
  static constexpr Message kMessage = Describe<ApiVersionsRequest>("ApiVersionsRequest", 0, 5, 3);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ApiVersionsResponse::ApiVersion> = {
    Member<&ApiVersionsResponse::ApiVersion::api_key>("apiKey"),
    Member<&ApiVersionsResponse::ApiVersion::min_version>("minVersion"),
    Member<&ApiVersionsResponse::ApiVersion::max_version>("maxVersion")};

template <>
inline constexpr std::array kFields<ApiVersionsResponse::SupportedFeatureKey> = {
    Member<&ApiVersionsResponse::SupportedFeatureKey::name>("name").Since(3),
    Member<&ApiVersionsResponse::SupportedFeatureKey::min_version>("minVersion").Since(3),
    Member<&ApiVersionsResponse::SupportedFeatureKey::max_version>("maxVersion").Since(3)};

template <>
inline constexpr std::array kFields<ApiVersionsResponse::FinalizedFeatureKey> = {
    Member<&ApiVersionsResponse::FinalizedFeatureKey::name>("name").Since(3),
    Member<&ApiVersionsResponse::FinalizedFeatureKey::max_version_level>("maxVersionLevel")
        .Since(3),
    Member<&ApiVersionsResponse::FinalizedFeatureKey::min_version_level>("minVersionLevel")
        .Since(3)};

template <>
inline constexpr std::array kFields<ApiVersionsResponse> = {
    Member<&ApiVersionsResponse::error_code>("errorCode"),
    Member<&ApiVersionsResponse::api_keys>("apiKeys"),
    Member<&ApiVersionsResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&ApiVersionsResponse::supported_features>("supportedFeatures")
        .Since(3)
        .Tagged(0)
        .Ignorable(),
    Member<&ApiVersionsResponse::finalized_features_epoch>("finalizedFeaturesEpoch")
        .Since(3)
        .Tagged(1)
        .Ignorable(),
    Member<&ApiVersionsResponse::finalized_features>("finalizedFeatures")
        .Since(3)
        .Tagged(2)
        .Ignorable(),
    Member<&ApiVersionsResponse::zk_migration_ready>("zkMigrationReady")
        .Since(3)
        .Tagged(3)
        .Ignorable()};

template <>
const Message& MessageOf<ApiVersionsResponse>() {
  static constexpr Message kMessage = Describe<ApiVersionsResponse>("ApiVersionsResponse", 0, 5, 3);
  return kMessage;
}

}  // namespace rill::wire
