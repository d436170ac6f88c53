#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/consumer.h"
#include "rill/engine.h"
#include "rill/records.h"

namespace rill::cli {

// Keeps a consumer without a group on all partitions of some topics of a folder, also of those that
// are made while it reads. Not thread-safe.
class TopicFollower {
 public:
  // Follows one topic, which need not be there yet, or all whose whole names match; the engine must
  // outlive the result.
  TopicFollower(Engine& engine, std::string topic) : engine_(engine), topic_(std::move(topic)) {}
  TopicFollower(Engine& engine, std::regex pattern)
      : engine_(engine), pattern_(std::move(pattern)) {}

  // Assigns what there is now, if that is not what the consumer has. Partitions that were not there
  // at the first call are read from their beginning: all that is in them is new.
  absl::Status Update(Consumer& consumer);

  // Whether there is anything to read.
  bool has_partitions() const { return !assigned_.empty(); }

 private:
  std::vector<TopicPartition> Wanted() const;

  Engine& engine_;
  std::string topic_;
  std::optional<std::regex> pattern_;  // else topic_
  std::vector<TopicPartition> assigned_;
  bool is_begun_ = false;
};

}  // namespace rill::cli
