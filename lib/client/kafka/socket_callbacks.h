#pragma once

#include <librdkafka/rdkafka.h>

namespace rill::client {

// Has a client connect to the socket of its ClientOpaque, whatever hosts and ports its brokers tell
// it; no name is looked up.
void ConnectBySocket(rd_kafka_conf_t* config);

}  // namespace rill::client
