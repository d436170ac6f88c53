#include "net/alter_resources.h"

#include "fmt/format.h"
#include "net/authorize.h"
#include "net/config_resource.h"

namespace rill::net {

absl::Status CheckMayAlter(const Call& call, std::int8_t resource_type, const std::string& name) {
  switch (static_cast<ConfigResource>(resource_type)) {
    case ConfigResource::kTopic:
      if (name.empty()) return RefuseRequest("topics have no default resource");
      return CheckTopic(call, AclOperation::kAlterConfigs, name);
    case ConfigResource::kBroker:
      if (auto may = CheckCluster(call, AclOperation::kAlterConfigs); !may.ok()) return may;
      return RefuseRequest("the configs of a broker cannot be changed while it runs");
    default:
      return RefuseRequest(fmt::format("resources of type {} have no configs here", resource_type));
  }
}

}  // namespace rill::net
