#pragma once

#include <cstdint>
#include <string>

namespace rill {

// What somebody wants to do, by Kafka's numbers (AclOperation).
enum class AclOperation : std::int8_t {
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
};

// What it is done to, by Kafka's numbers (ResourceType).
enum class AclResourceType : std::int8_t {
  kTopic = 2,
  kGroup = 3,
  kCluster = 4,
};

// The name of the resource of type kCluster, of which there is one.
inline constexpr char kClusterResource[] = "kafka-cluster";

// What is known of who asks. Nobody has shown who they are: there is no TLS and no SASL yet.
struct AclClient {
  std::string client_id;    // as the client says
  std::string client_host;  // as Kafka shows it: "/127.0.0.1"
};

// Who may do what, of those that connect to a node (NodeOptions::authorizer). Handlers ask it
// before they look at a resource or change it, as Kafka's do, and tell clients so with
// TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED or CLUSTER_AUTHORIZATION_FAILED;
// docs/guide/brokers.md has what each request asks. The program's own producers and consumers are
// not asked.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // Called from the node's threads, several at a time, for each topic of a request: it should be
  // quick, and must not throw. What is answered may change at any time.
  virtual bool Allows(const AclClient& client, AclOperation operation, AclResourceType type,
                      const std::string& name) = 0;
};

}  // namespace rill
