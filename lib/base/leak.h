#pragma once

#include <utility>

namespace rill::base {

// Never destroys what it is given. For a child of fork: what belongs to the parent's threads and
// files is not to be closed here, and destructors may wait for locks whose holders are not here.
// What it takes stays until the process ends.
template <typename Pointer>
void Leak(Pointer pointer) {
  static_cast<void>(new Pointer(std::move(pointer)));
}

}  // namespace rill::base
