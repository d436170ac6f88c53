// DescribeCluster, versions 0 to 2.
//
// This node, which is the controller, and the id of its cluster. Who asks for controllers
// (`endpoint_type` 2, version 1) is at the wrong place: MISMATCHED_ENDPOINT_TYPE, as with Kafka.
#include <string>

#include "fmt/format.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/operations.h"

namespace rill::net {
namespace {

constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

}  // namespace

wire::DescribeClusterResponse HandleDescribeCluster(const Call& call,
                                                    const wire::DescribeClusterRequest& request) {
  wire::DescribeClusterResponse response;
  if (request.endpoint_type != kBrokers) {
    response.error_code = request.endpoint_type == kControllers
                              ? ErrorCode::kMismatchedEndpointType
                              : ErrorCode::kUnsupportedEndpointType;
    response.error_message = fmt::format("this is an endpoint of type {} (brokers), not of type {}",
                                         kBrokers, request.endpoint_type);
    return response;
  }
  response.cluster_id = call.node.cluster_id;
  response.controller_id = NodeId(call);
  auto& broker = response.brokers.emplace_back();
  broker.broker_id = NodeId(call);
  broker.host = call.advertised.host;
  broker.port = call.advertised.port;
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = ClusterOperations(call);
  }
  return response;
}

}  // namespace rill::net
