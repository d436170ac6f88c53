#include "cli/group_reset.h"

#include <utility>

#include "cli/group_describe.h"
#include "cli/json_lines.h"
#include "cli/reset_plan.h"
#include "cli/reset_printer.h"
#include "cli/reset_scope.h"
#include "cli/reset_target.h"
#include "client/remote/groups.h"
#include "client/remote/offsets.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

// Whether the group has nobody who would commit meanwhile; told where it has.
absl::StatusOr<bool> IsInactive(const std::string& group, remote::AdminClient& client,
                                TextWriter& told) {
  const auto described = remote::DescribeGroup(client, group);
  if (GetErrorCode(described.status()) == ErrorCode::kGroupIdNotFound) return true;
  if (!described.ok()) return AsRuntime(described.status());
  if (described->state == "Empty" || described->state == "Dead") return true;
  told.Print(
      "\nError: Assignments can only be reset if the group '{}' is inactive, but the current "
      "state is {}.\n",
      group, described->state);
  return false;
}

// What was, or would be set; nothing where the group cannot be reset, which is told.
absl::StatusOr<PartitionOffsets> Reset(const CommandLine& line, const std::string& group,
                                       const ResetTarget& target, remote::AdminClient& client,
                                       TextWriter& told) {
  const auto is_inactive = IsInactive(group, client, told);
  if (!is_inactive.ok()) return is_inactive.status();
  if (!*is_inactive) return PartitionOffsets();
  const auto partitions = PartitionsToReset(line, group, client);
  if (!partitions.ok()) return partitions.status();
  auto offsets = target.Find(group, *partitions);
  if (!offsets.ok() || !line.Has("execute") || offsets->empty()) return offsets;
  auto committed = remote::CommitOffsets(client, group, *offsets);
  if (!committed.ok()) return committed;
  return offsets;
}

}  // namespace

absl::Status ResetOffsets(const CommandContext& context, const CommandLine& line,
                          const std::vector<std::string>& groups, remote::AdminClient& client,
                          TextWriter& out, TextWriter& err) {
  TextWriter& told = Told(line, out, err);
  const ResetTarget target(context, line, client, told, err);
  ResetPlan reset;
  for (const std::string& group : groups) {
    auto offsets = Reset(line, group, target, client, told);
    if (!offsets.ok()) return offsets.status();
    reset[group] = *std::move(offsets);
  }
  PrintReset(line, reset, out);
  return absl::OkStatus();
}

}  // namespace rill::cli
