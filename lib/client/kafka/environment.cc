#include "client/kafka/environment.h"

#include "client/cluster.h"

namespace rill::client {

absl::Status ClusterEnvironment::CheckOpen() const {
  if (is_in_child()) return OfOneProcess::WhyInChild();
  if (closed()) return absl::FailedPreconditionError("the engine is closed");
  return absl::OkStatus();
}

}  // namespace rill::client
