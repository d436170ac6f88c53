#pragma once

#include "net/call.h"
#include "net/telemetry_subscriptions.h"

namespace rill::net {

// What subscriptions may look at of the client that calls.
inline TelemetryClient TelemetryClientOf(const Call& call) {
  TelemetryClient client;
  client.client_id = call.client_id;
  client.address = call.client_host.substr(1);  // without Java's slash
  client.port = call.client_port;
  if (call.software != nullptr) {
    client.software_name = call.software->name;
    client.software_version = call.software->version;
  }
  return client;
}

}  // namespace rill::net
