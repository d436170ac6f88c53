#pragma once

#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "client/producer_context.h"
#include "client/route.h"
#include "engine/local_engine.h"

namespace rill::client {

// Sends the batches of one producer whose linger is over, in the engine's maintenance.
class LingerTask final : public engine::MaintenanceTask {
 public:
  // Holding on to `routes` must keep `context`, too. Weak, for a run may go on when the producer
  // has closed, and must not find it gone; nor is it to keep a producer that nobody has any more.
  LingerTask(ProducerContext* context, std::weak_ptr<const RouteTable> routes)
      : context_(context), routes_(std::move(routes)) {}

  absl::Time Run(absl::Time now) override;
  // Sends what still lingers, for no linger ends any more.
  void OnEngineClose(base::Deadline deadline) override;

 private:
  ProducerContext* const context_;
  const std::weak_ptr<const RouteTable> routes_;
};

}  // namespace rill::client
