#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/kafka/client_opaque.h"
#include "client/kafka/environment.h"
#include "client/kafka/handles.h"

namespace rill::client {

// The properties of one librdkafka client while they are gathered. What is set later wins.
class ClientConfig {
 public:
  ClientConfig();

  // Where it connects to: the brokers of this cluster, or the socket that leads to them.
  absl::Status ConnectTo(const ClusterEnvironment& environment);

  // InvalidArgument (INVALID_CONFIG) in librdkafka's words.
  absl::Status Set(const std::string& name, const std::string& value);
  absl::Status SetAll(const std::map<std::string, std::string>& properties);

  // What holds of a property that there is.
  std::string ValueOf(const std::string& name) const;

  rd_kafka_conf_t* get() { return conf_.get(); }

  // The client, whose callbacks have a ClientOpaque of `owner`; it says what it logs to that one's
  // environment. Takes the properties. InvalidArgument (INVALID_CONFIG) where some do not go
  // together.
  absl::StatusOr<KafkaClient> Make(rd_kafka_type_t type, KafkaClientOwner* owner);

 private:
  KafkaHandle<rd_kafka_conf_t, rd_kafka_conf_destroy> conf_;
  bool may_look_often_ = false;  // for the node, after a connection ended
};

// Ends a client that nobody uses any more and whose callbacks have all run. librdkafka 2.0 can wait
// for itself for ever then (after a topic that was consumed is deleted, for one): such a client is
// left behind, and the environment told.
void EndClient(KafkaClient client, const ClusterEnvironment& environment);

}  // namespace rill::client
