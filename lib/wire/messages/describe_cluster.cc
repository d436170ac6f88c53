#include "wire/messages/describe_cluster.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeClusterRequest> = {
    Member<&DescribeClusterRequest::include_cluster_authorized_operations>(
        "includeClusterAuthorizedOperations"),
    Member<&DescribeClusterRequest::endpoint_type>("endpointType").Since(1),
    Member<&DescribeClusterRequest::include_fenced_brokers>("includeFencedBrokers").Since(2)};

template <>
const Message& MessageOf<DescribeClusterRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeClusterRequest>("DescribeClusterRequest", 0, 2, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeClusterResponse::Broker> = {
    Member<&DescribeClusterResponse::Broker::broker_id>("brokerId"),
    Member<&DescribeClusterResponse::Broker::host>("host"),
    Member<&DescribeClusterResponse::Broker::port>("port"),
    Member<&DescribeClusterResponse::Broker::rack>("rack").Nullable(),
    Member<&DescribeClusterResponse::Broker::is_fenced>("isFenced").Since(2)};

template <>
inline constexpr std::array kFields<DescribeClusterResponse> = {
    Member<&DescribeClusterResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DescribeClusterResponse::error_code>("errorCode"),
    Member<&DescribeClusterResponse::error_message>("errorMessage").Nullable(),
    Member<&DescribeClusterResponse::endpoint_type>("endpointType").Since(1),
    Member<&DescribeClusterResponse::cluster_id>("clusterId"),
    Member<&DescribeClusterResponse::controller_id>("controllerId"),
    Member<&DescribeClusterResponse::brokers>("brokers"),
    Member<&DescribeClusterResponse::cluster_authorized_operations>("clusterAuthorizedOperations")};

template <>
const Message& MessageOf<DescribeClusterResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeClusterResponse>("DescribeClusterResponse", 0, 2, 0);
  return kMessage;
}

}  // namespace rill::wire
