#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace rill::base {

// As getrandom(2).
using RandomSource = ssize_t (*)(void* buffer, std::size_t size, unsigned flags);

// A number that nobody can foretell, from the system's source. Where that is refused (an old
// kernel, a sandbox), one that differs between calls, threads and processes, but could be guessed:
// nothing here fails or throws. Thread-safe.
std::uint64_t Random64();
std::uint64_t Random64(RandomSource source);

}  // namespace rill::base
