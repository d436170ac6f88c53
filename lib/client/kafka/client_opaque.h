#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>

#include "client/kafka/environment.h"

namespace rill::client {

// What has a librdkafka client.
struct KafkaClientOwner {
  explicit KafkaClientOwner(std::shared_ptr<ClusterEnvironment> of) : environment(std::move(of)) {}
  const std::shared_ptr<ClusterEnvironment> environment;
};

// What the callbacks of a librdkafka client are given. It is the client's, and goes when that one's
// last thread has ended: with a client that is left behind it stays.
struct ClientOpaque {
  // For callbacks that run within calls of the owner's, or that it waits for before it goes.
  KafkaClientOwner* const owner;
  // For those that run when they like.
  const std::weak_ptr<const ClusterEnvironment> environment;
  const std::string socket;  // the path of the one that it connects to; empty: over TCP

  static ClientOpaque& Of(void* opaque) { return *static_cast<ClientOpaque*>(opaque); }
};

// Ends a client, and then its opaque.
struct ClientEnd {
  void operator()(rd_kafka_t* client) const {
    const std::unique_ptr<ClientOpaque> opaque(static_cast<ClientOpaque*>(rd_kafka_opaque(client)));
    rd_kafka_destroy(client);
  }
};
using KafkaClient = std::unique_ptr<rd_kafka_t, ClientEnd>;

}  // namespace rill::client
