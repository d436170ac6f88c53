#pragma once

#include <cstddef>

#include "wire/schema.h"

namespace rill::wire {

// Bytes that an element of the array `field` takes at the least: what a count from outside is held
// against before anything is allocated.
std::size_t MinElementSize(const Field& field, int version, bool is_flexible);

}  // namespace rill::wire
