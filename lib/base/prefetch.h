#pragma once

namespace rill::base {

// Asks for the cache line at `address`, to be read. Any address will do: it is not looked at.
inline void PrefetchToRead(const void* address) { __builtin_prefetch(address, 0); }

// The same, to be written: other processors let go of the line meanwhile. (For plain x86-64,
// compilers make a read of it. Processors that do not know the instruction pass over it.)
inline void PrefetchToWrite(const void* address) {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

}  // namespace rill::base
