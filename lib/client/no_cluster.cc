#include "client/cluster.h"

namespace rill::client {

absl::StatusOr<std::shared_ptr<ClusterEngine>> OpenCluster(const std::string& where,
                                                           const Options&) {
  return absl::UnimplementedError(
      "cannot open \"" + where +
      "\": this rill was built without librdkafka; build it with RILL_BUILD_KAFKA=ON");
}

}  // namespace rill::client
