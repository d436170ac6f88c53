#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "cli/reset_plan.h"
#include "client/remote/admin_client.h"
#include "rill/records.h"

namespace rill::cli {

// Where --reset-offsets sets offsets to, by the option that says it: --to-earliest, --shift-by, ...
// What it is made with must outlive it.
class ResetTarget {
 public:
  // What Kafka's tool prints is told on `told`, what its log has on `err`.
  ResetTarget(const CommandContext& context, const CommandLine& line, remote::AdminClient& client,
              TextWriter& told, TextWriter& err)
      : context_(context), line_(line), client_(client), told_(told), err_(err) {}

  // The offsets that these partitions get, or with --from-file those that the file names for the
  // group. A failure's message is what Kafka's tool tells; InvalidArgument without a code of
  // Kafka's is told with its help.
  absl::StatusOr<PartitionOffsets> Find(const std::string& group,
                                        const std::vector<TopicPartition>& partitions) const;

 private:
  using Partitions = std::vector<TopicPartition>;
  using Offsets = PartitionOffsets;

  absl::StatusOr<Offsets> ToOffset(const Partitions& partitions) const;
  absl::StatusOr<Offsets> ShiftBy(const std::string& group, const Partitions& partitions) const;
  absl::StatusOr<Offsets> ToDateTime(const Partitions& partitions) const;
  absl::StatusOr<Offsets> ByDuration(const Partitions& partitions) const;
  absl::StatusOr<Offsets> FromFile(const std::string& group) const;
  absl::StatusOr<Offsets> ToCurrent(const std::string& group, const Partitions& partitions) const;
  absl::StatusOr<Offsets> AtTime(const Partitions& partitions, absl::Time time) const;
  // Offsets that a partition does not have become where it begins, or ends.
  absl::StatusOr<Offsets> InRange(const Offsets& wanted) const;

  const CommandContext& context_;
  const CommandLine& line_;
  remote::AdminClient& client_;
  TextWriter& told_;
  TextWriter& err_;
};

}  // namespace rill::cli
