#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "log/partition_log.h"
#include "log/stored_batches.h"
#include "net/answer_errors.h"
#include "net/answer_memory.h"
#include "wire/encode.h"

namespace rill::net {

// What goes back for a request: a frame, with records that stay where they are.
struct Answer {
  wire::EncodedPieces frame;
  std::vector<log::StoredBatches> batches;  // that the records are, in their order
  // Theirs, where they are in memory alone: it stays while it is shown, whatever retention takes.
  std::vector<std::shared_ptr<const log::PartitionLog>> logs;
  AnswerErrors errors;                   // that stand in it
  AnswerMemory::Share memory;            // what the frame takes, once it is made
  bool is_silent = false;                // nothing goes back (Produce with acks 0)
  std::chrono::nanoseconds waited{};     // of the time since the request came
  std::chrono::milliseconds throttle{};  // how long nothing more is read of the client
};

}  // namespace rill::net
