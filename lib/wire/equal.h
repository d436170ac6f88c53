#pragma once

#include "wire/schema.h"

namespace rill::wire {

// Whether two members that hold `field` hold the same.
bool IsEqual(const Field& field, const void* member, const void* other);

}  // namespace rill::wire
