#pragma once

#include "absl/time/time.h"
#include "client/producer_context.h"
#include "client/route.h"
#include "engine/local_engine.h"

namespace rill::client {

// Sends the batches of one producer whose linger is over, in the engine's maintenance.
class LingerTask final : public engine::MaintenanceTask {
 public:
  // Both outlive the task's stay with the engine.
  LingerTask(ProducerContext* context, const RouteTable* routes)
      : context_(context), routes_(routes) {}

  absl::Time Run(absl::Time now) override;

 private:
  ProducerContext* const context_;
  const RouteTable* const routes_;
};

}  // namespace rill::client
