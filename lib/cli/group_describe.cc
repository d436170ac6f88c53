#include "cli/group_describe.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "cli/group_printer.h"
#include "cli/group_rows.h"
#include "cli/json_lines.h"
#include "client/remote/error_text.h"
#include "client/remote/groups.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

using remote::GroupDescription;

// Says what a user should know of the state; whether the group is there.
absl::StatusOr<bool> TellState(const GroupDescription& group, TextWriter& told, TextWriter& err) {
  constexpr const char* kRebalancing[] = {"PreparingRebalance", "CompletingRebalance", "Assigning",
                                          "Reconciling"};
  if (group.state == "Dead") {
    told.Print("\nError: Consumer group '{}' does not exist.\n", group.id);
    return false;
  }
  if (group.state == "Empty") {
    err.Print("\nConsumer group '{}' has no active members.\n", group.id);
  } else if (std::find(std::begin(kRebalancing), std::end(kRebalancing), group.state) !=
             std::end(kRebalancing)) {
    err.Print("\nWarning: Consumer group '{}' is rebalancing.\n", group.id);
  } else if (group.state != "Stable") {
    return absl::FailedPreconditionError(
        fmt::format("Expected a valid consumer group state, but found '{}'.", group.state));
  }
  return true;
}

}  // namespace

absl::Status AsExecution(const absl::Status& status) {
  if (GetErrorCode(status) == ErrorCode::kUnknownServerError) return status;
  return MakeError(status.code(), GetErrorCode(status), remote::JavaError(status));
}

absl::Status AsRuntime(const absl::Status& status) {
  if (GetErrorCode(status) == ErrorCode::kUnknownServerError) return status;
  return MakeError(status.code(), GetErrorCode(status),
                   "java.util.concurrent.ExecutionException: " + remote::JavaError(status));
}

absl::Status DescribeGroups(const CommandLine& line, const std::vector<std::string>& groups,
                            remote::AdminClient& client, TextWriter& out, TextWriter& err) {
  std::map<std::string, GroupDescription> described;
  for (const std::string& group : groups) {
    auto one = remote::DescribeGroup(client, group);
    if (!one.ok()) return AsExecution(one.status());
    described[group] = *std::move(one);
  }
  std::map<std::string, std::vector<GroupRow>> rows;
  const bool is_of_offsets = !line.Has("members") && !line.Has("state");
  for (const auto& [id, group] : described) {
    if (!is_of_offsets) break;
    auto of_group = RowsOf(group, client);
    if (!of_group.ok()) return of_group.status();
    rows[id] = *std::move(of_group);
  }
  const auto printer =
      line.Has("json") ? NewGroupObjects(out) : NewGroupTables(line.Has("verbose"), out);
  for (const auto& [id, group] : described) {
    const auto is_there = TellState(group, Told(line, out, err), err);
    if (!is_there.ok()) return is_there.status();
    if (line.Has("members")) {
      printer->PrintMembers(group, *is_there);
    } else if (*is_there && is_of_offsets) {
      printer->PrintOffsets(group, rows[id]);
    } else if (*is_there) {
      printer->PrintState(group);
    }
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
