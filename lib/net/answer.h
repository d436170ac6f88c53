#pragma once

#include <memory>
#include <vector>

#include "wire/encode.h"

namespace rill::net {

// What goes back for a request: a frame, with records that stay where they are.
struct Answer {
  wire::EncodedPieces frame;
  std::vector<std::shared_ptr<const void>> pins;  // of the records
  bool is_silent = false;                         // nothing goes back (Produce with acks 0)
};

}  // namespace rill::net
