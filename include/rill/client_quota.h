#pragma once

#include <optional>
#include <string>

#include "rill/authorizer.h"

namespace rill {

// What a quota limits, by Kafka's names (ClientQuotaType).
enum class ClientQuotaType {
  kProduce,  // bytes of Produce requests: producer_byte_rate
  kFetch,    // bytes of records in answers to Fetch: consumer_byte_rate
  kRequest,  // time of the node's threads: request_percentage
};

// How much somebody may have.
struct ClientQuota {
  // A second: bytes; of kRequest percent of one thread's time. Above 0; what is not is nothing at
  // all, that is: the client is told to wait after every request.
  double bound = 0;
  // Whose it is: all clients with the same text have it together. Nodes remember it for some time,
  // so it should be short.
  std::string shared_by = {};
};

// How much clients of a node may have, where the application knows
// (NodeOptions::client_quota_callback; Kafka's interface of that name is KIP-257). It is asked in
// place of the quotas that Kafka's tools set: those are kept and shown, and bind nobody then. Who
// had too much is answered at once, with throttle_time_ms, and nothing more is read of the
// connection for that long (KIP-219). The program's own producers and consumers have no quotas.
class ClientQuotaCallback {
 public:
  virtual ~ClientQuotaCallback() = default;

  // Nothing: as much as the client likes. Called from the node's threads, several at a time, up to
  // three times for a request: it should be quick, and must not throw. What is answered may change
  // at any time.
  virtual std::optional<ClientQuota> QuotaOf(ClientQuotaType type, const AclClient& client) = 0;
};

}  // namespace rill
