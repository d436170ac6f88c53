#include "net/alter_resources.h"

#include "fmt/format.h"
#include "net/config_resource.h"

namespace rill::net {

absl::Status CheckMayAlter(std::int8_t resource_type, const std::string& name) {
  switch (static_cast<ConfigResource>(resource_type)) {
    case ConfigResource::kTopic:
      return name.empty() ? RefuseRequest("topics have no default resource") : absl::OkStatus();
    case ConfigResource::kBroker:
      return RefuseRequest("the configs of a broker cannot be changed while it runs");
    default:
      return RefuseRequest(fmt::format("resources of type {} have no configs here", resource_type));
  }
}

}  // namespace rill::net
