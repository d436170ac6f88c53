#pragma once

#include <chrono>

namespace rill::net {

// How long a request waits for memory that others have, to come in or to be answered; then its
// connection is closed.
inline constexpr std::chrono::seconds kMemoryPatience(30);
// How long who has memory may let others wait for it. Who waits for memory is not asked for what it
// has itself, so that must be over sooner than the others' patience.
inline constexpr std::chrono::milliseconds kHolderPatience(10'000);
// How often it is looked whether others wait, after that.
inline constexpr std::chrono::milliseconds kLookInterval(1000);

static_assert(kHolderPatience + 2 * kLookInterval < kMemoryPatience);

}  // namespace rill::net
