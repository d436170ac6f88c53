#pragma once

#include <memory>
#include <string>

#include "engine/resource_configs.h"
#include "net/call.h"
#include "net/connection_limits.h"

namespace rill::net {

// Who is let in of those that connect to a node.
class Admission {
 public:
  enum class Limits { kOfConfigs, kNone };

  // `node` outlives it.
  Admission(const NodeContext* node, Limits limits) : node_(node), limits_of_(limits) {}

  // Whether there is room for one more of `address` (as CountedAs; of none where it is empty)
  // beside `connections` that there are; it is counted then. In one thread.
  bool Admit(const std::string& address, int connections);
  // One that was admitted has gone. Thread-safe.
  void Leave(const std::string& address);

 private:
  void Learn();

  const NodeContext* const node_;
  const Limits limits_of_;
  // Those of limits_: it takes longer to learn them than to let somebody in.
  std::shared_ptr<const engine::ResourceConfigs> configs_;
  ConnectionLimits limits_;
  bool has_told_ = false;                    // that they would let nobody in
  RequestMetrics::Part* metrics_ = nullptr;  // of the thread, once there is something to count
  ConnectionCounts by_address_;
};

}  // namespace rill::net
