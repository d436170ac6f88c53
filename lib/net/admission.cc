#include "net/admission.h"

#include <limits>
#include <utility>

#include "fmt/format.h"
#include "net/broker_configs.h"
#include "net/node_config.h"

namespace rill::net {

void Admission::Learn() {
  auto configs = node_->engine->resource_configs();
  if (configs == configs_) return;
  configs_ = std::move(configs);
  limits_ = ConnectionLimitsIn(BrokerLayersOf(*node_));
  // The overrides were in a file that the node was started with before.
  const auto some = CheckLetsClientsIn(limits_);
  if (!some.ok()) limits_.of_address = std::numeric_limits<int>::max();
  if (!std::exchange(has_told_, !some.ok()) && !some.ok()) {
    node_->engine->Say(LogLevel::kWarning,
                       fmt::format("{} It is left out until then.", std::string(some.message())));
  }
}

bool Admission::Admit(const std::string& address, int connections) {
  if (limits_of_ == Limits::kNone) return true;
  Learn();
  const bool is_admitted = connections < limits_.of_all &&
                           (address.empty() || by_address_.Add(address, limits_.Of(address)));
  if (is_admitted) return true;
  if (metrics_ == nullptr) metrics_ = &node_->request_metrics->OfThisThread();
  metrics_->Count(NodeCount::kRefusedConnections);
  return false;
}

void Admission::Leave(const std::string& address) {
  if (limits_of_ == Limits::kOfConfigs && !address.empty()) by_address_.Remove(address);
}

}  // namespace rill::net
