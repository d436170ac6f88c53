#pragma once

#include <chrono>
#include <string_view>

#include "appends.h"

namespace rill::bench {

// What is measured. In all of them a second thread keeps the other core busy.
enum class Side {
  kCopy,    // a copy of the record into memory, over and over: what the scheduler does
  kPwrite,  // pwrite, and by plain calls what rill does in the background (PlainLog)
  kQuiet,   // rill, one long segment, nothing else to do
  kBusy,    // rill: rolls, retention, flushes, and another topic that is compacted
};
inline constexpr Side kSides[] = {Side::kCopy, Side::kPwrite, Side::kQuiet, Side::kBusy};

std::string_view NameOf(Side side);
std::string_view WordFor(Side side);  // for the command line

// A turn, with files of its own, which are gone when it returns.
Appends TakeTurn(Side side, Pace pace, std::chrono::milliseconds length);

}  // namespace rill::bench
