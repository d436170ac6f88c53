#pragma once

#include <chrono>
#include <vector>

#include "log/stored_batches.h"
#include "wire/encode.h"

namespace rill::net {

// What goes back for a request: a frame, with records that stay where they are.
struct Answer {
  wire::EncodedPieces frame;
  std::vector<log::StoredBatches> batches;  // that the records are, in their order
  bool is_silent = false;                   // nothing goes back (Produce with acks 0)
  std::chrono::nanoseconds waited{};        // of the time since the request came
  std::chrono::milliseconds throttle{};     // how long nothing more is read of the client
};

}  // namespace rill::net
