#pragma once

#include <memory>

#include "rill/engine.h"

namespace rill {

namespace engine {
class LocalEngine;
}

// Between the public engine and what it stands for.
struct EngineAccess {
  // Null where the engine was moved from, or is over a cluster.
  static const std::shared_ptr<engine::LocalEngine>& Local(const Engine& engine) {
    return engine.engine_;
  }
};

}  // namespace rill
