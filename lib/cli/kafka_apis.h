#pragma once

#include <span>

namespace rill::cli {

// A request of Kafka's protocol as Kafka's own client of 4.4.0 knows it.
struct KafkaApi {
  int key;
  const char* name;
  int oldest;  // versions
  int latest;
  bool is_for_clients;  // brokers answer it to clients
};

// All of them, by ascending key.
std::span<const KafkaApi> KafkaApis();

}  // namespace rill::cli
