#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "base/budget.h"
#include "record/batch_walker.h"

namespace rill::log {

// How much memory decompressing may take under a budget of buffers, and the refusal in the budget's
// name.
class BufferCap {
 public:
  // For records that will be held: what the budget has left.
  static BufferCap Left(base::Budget& budget) {
    return {budget, budget.cap() - std::min(budget.used(), budget.cap())};
  }
  // For memory that is let go before the call returns: what the budget allows at all.
  static BufferCap Whole(base::Budget& budget) { return {budget, budget.cap()}; }

  std::size_t bytes() const { return bytes_; }

  // `status`; where this cap was what records did not fit into, the budget's refusal, which names
  // the option.
  absl::Status Named(const absl::Status& status) const {
    if (!absl::IsResourceExhausted(status) || bytes_ == record::kMaxRecordsSize) return status;
    const absl::Status refused = budget_->Reserve(std::uint64_t{bytes_} + 1).status();
    return refused.ok() ? status : refused;  // some was given back meanwhile
  }

 private:
  BufferCap(base::Budget& budget, std::uint64_t bytes)
      : budget_(&budget), bytes_(std::min<std::uint64_t>(bytes, record::kMaxRecordsSize)) {}

  base::Budget* budget_;
  std::size_t bytes_;
};

}  // namespace rill::log
