#pragma once

#include <cstdint>

// A quote as it travels: the bytes of this, from one process to the other on the same machine.
struct Quote {
  std::int64_t number;
  std::int64_t sent_ns;  // by the clock that both processes read
  std::int64_t price;
};
