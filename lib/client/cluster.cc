#include "client/cluster.h"

namespace rill::client {

absl::Status OfOneProcess::WhyInChild() {
  return absl::FailedPreconditionError(
      "this is the parent's, of which this process is a child by fork: open the cluster here");
}

}  // namespace rill::client
