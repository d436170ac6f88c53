#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "wire/encode.h"

namespace rill::net {

// What goes back for a request: a frame, with records that stay where they are.
struct Answer {
  wire::EncodedPieces frame;
  std::vector<std::shared_ptr<const void>> pins;  // of the records
  bool is_silent = false;                         // nothing goes back (Produce with acks 0)
  std::chrono::nanoseconds waited{};              // of the time since the request came
  std::chrono::milliseconds throttle{};           // how long nothing more is read of the client
};

}  // namespace rill::net
