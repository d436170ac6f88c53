#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rill::cli {

// Threads that can be asked for.
inline constexpr int kMaxServeThreads = 1024;

// What a server.properties of Kafka's says that means something to `rill serve`.
struct ServeConfig {
  std::map<std::string, std::string> engine;  // for Options::configs
  std::map<std::string, std::string> node;    // for NodeOptions::configs
  // Empty, or nothing, where the file does not say.
  std::string data_dir;
  std::string listen;     // NodeOptions' own, as Kafka's listeners
  std::string advertise;  // likewise
  std::optional<int> threads;
  // A line for each thing that is passed over, with its place in the file.
  std::vector<std::string> warnings;
};

// Reads the text of such a file; `path` is what messages call it. InvalidArgument names the line
// that cannot be meant: one that is malformed, or that sets a config to what it cannot be; and
// configs that cannot be together.
absl::StatusOr<ServeConfig> ReadServeConfig(std::string_view text, const std::string& path);

}  // namespace rill::cli
