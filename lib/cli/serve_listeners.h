#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/java_properties.h"

namespace rill::cli {

// The lines of a server.properties that say together where a node listens.
struct ListenerLines {
  std::optional<base::Property> listeners;
  std::optional<base::Property> advertised;   // advertised.listeners
  std::optional<base::Property> protocols;    // listener.security.protocol.map
  std::optional<base::Property> controllers;  // controller.listener.names
};

// What is said of a line.
struct LineRemark {
  int line = 0;
  std::string text;
};

// What they come to for NodeOptions; empty where they do not say.
struct ServedListeners {
  std::string listen;
  std::string advertise;
  std::vector<LineRemark> warnings;
};

// The clients' listeners. The controller's are left out: a node that is alone has nobody to hear
// there. InvalidArgument names the line of `path` that cannot be meant, as one of a listener that
// is to speak TLS or SASL.
absl::StatusOr<ServedListeners> ReadListeners(const ListenerLines& lines, const std::string& path);

}  // namespace rill::cli
