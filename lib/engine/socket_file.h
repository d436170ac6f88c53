#pragma once

namespace rill::engine {

// Where a node listens in its data folder, for other processes of the machine.
inline constexpr char kSocketFile[] = "rill.sock";

}  // namespace rill::engine
