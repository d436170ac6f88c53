#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/engine.h"

namespace rill::net {

class Server;

// Serves an engine to a tool of the same process: on a free port of 127.0.0.1, whatever limits
// there are for clients' connections. Thread-safe.
class ToolNode {
 public:
  // The engine must outlive it. The statuses of Node::Start.
  static absl::StatusOr<ToolNode> Start(const Engine& engine);

  // Of an engine that was opened with Options::read_only: tells what Kafka's admin requests ask for
  // that change nothing, topics, where their logs begin and end, and groups and their offsets as
  // they were written down when it began. Other requests are not answered, those for records
  // neither: what reads them has a mapping. The engine has one at a time or after another.
  // FailedPrecondition where it is closed, writes its folder, is over a cluster or had one before;
  // what keeps the groups or meta.properties from being read.
  static absl::StatusOr<ToolNode> StartReading(const Engine& engine);

  ToolNode(ToolNode&&) noexcept;
  ~ToolNode();

  std::uint16_t port() const;
  absl::Status Stop();

 private:
  explicit ToolNode(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace rill::net
