#include "cli/group_describe.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cli/group_rows.h"
#include "client/remote/error_text.h"
#include "client/remote/groups.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

using remote::GroupDescription;
using remote::GroupMember;

constexpr std::size_t kColumn = 15;  // the least width of most columns
constexpr std::size_t kInstanceColumn = 17;
constexpr std::size_t kAssignmentColumn = 20;
constexpr std::size_t kCoordinatorColumn = 25;

template <typename T>
std::string OrDash(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

void Widen(std::size_t& width, const std::string& text) { width = std::max(width, text.size()); }

// "orders:0,1;bills:2", sorted; "-" for nothing.
std::string AssignmentText(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::set<std::int32_t>> topics;
  for (const TopicPartition& one : partitions) topics[one.topic].insert(one.partition);
  std::set<std::string> texts;
  for (const auto& [topic, indexes] : topics) {
    texts.insert(fmt::format("{}:{}", topic, fmt::join(indexes, ",")));
  }
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ";"));
}

class GroupPrinter {
 public:
  GroupPrinter(bool is_verbose, TextWriter& out, TextWriter& err)
      : is_verbose_(is_verbose), out_(out), err_(err) {}

  absl::Status PrintOffsets(const GroupDescription& group, const std::vector<GroupRow>& rows) {
    const auto shown = TellState(group, rows.size());
    if (!shown.ok()) return shown.status();
    if (!*shown) return absl::OkStatus();
    widths_ = {.group = std::max(kColumn, group.id.size())};
    for (const GroupRow& row : rows) {
      Widen(widths_.topic, row.partition.topic);
      Widen(widths_.consumer, row.consumer);
      Widen(widths_.host, row.host);
    }
    OffsetLine("GROUP", "TOPIC", "PARTITION", "LEADER-EPOCH", "CURRENT-OFFSET", "LOG-END-OFFSET",
               "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID");
    for (const GroupRow& row : rows) {
      std::optional<std::int64_t> lag;
      if (row.offset && row.end) lag = *row.end - *row.offset;
      OffsetLine(group.id, row.partition.topic, fmt::format("{}", row.partition.partition),
                 OrDash(row.leader_epoch), OrDash(row.offset), OrDash(row.end), OrDash(lag),
                 row.consumer, row.host, row.client);
    }
    out_.Print("\n");
    return absl::OkStatus();
  }

  absl::Status PrintMembers(const GroupDescription& group) {
    widths_ = {};
    bool has_instances = false;
    const auto shown = TellState(group, group.members.size());
    if (!shown.ok()) return shown.status();
    if (*shown) has_instances = WidenFor(group);
    const bool is_mixed = *shown && IsMixed(group);
    out_.Print("\n");
    MemberLine("GROUP", "CONSUMER-ID", has_instances ? "GROUP-INSTANCE-ID" : nullptr, "HOST",
               "CLIENT-ID", "#PARTITIONS");
    if (is_verbose_) {
      AssignmentLine("CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT",
                     is_mixed ? "UPGRADED" : nullptr);
    }
    out_.Print("\n");
    for (const GroupMember& member : group.members) {
      const std::string instance = member.instance_id.value_or("");
      MemberLine(group.id, member.id, has_instances ? instance.c_str() : nullptr, member.host,
                 member.client_id, fmt::format("{}", member.assigned.size()));
      if (is_verbose_) {
        const std::string upgraded = OrDash(member.is_upgraded);
        AssignmentLine(OrDash(member.epoch), AssignmentText(member.assigned),
                       OrDash(group.assignment_epoch), AssignmentText(member.to_be_assigned),
                       is_mixed ? upgraded.c_str() : nullptr);
      }
      out_.Print("\n");
    }
    return absl::OkStatus();
  }

  absl::Status PrintState(const GroupDescription& group) {
    const auto shown = TellState(group, 1);
    if (!shown.ok()) return shown.status();
    if (!*shown) return absl::OkStatus();
    const std::string coordinator =
        fmt::format("{}:{}  ({})", group.coordinator.address.host, group.coordinator.address.port,
                    group.coordinator.id);
    const std::size_t group_width = std::max(kColumn, group.id.size());
    const std::size_t width = std::max(kCoordinatorColumn, coordinator.size());
    const std::string assignor = group.assignor.empty() ? "-" : group.assignor;
    const auto line = [&](const std::string& id, const std::string& where,
                          const std::string& strategy, const std::string& state,
                          const std::string& epoch, const std::string& target,
                          const std::string& members) {
      out_.Print("\n{:<{}} {:<{}} {:<20} {:<20} ", id, group_width, where, width, strategy, state);
      if (is_verbose_) out_.Print("{:<15} {:<25} ", epoch, target);
      out_.Print("{}", members);
    };
    line("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "GROUP-EPOCH",
         "TARGET-ASSIGNMENT-EPOCH", "#MEMBERS");
    line(group.id, coordinator, assignor, group.state, OrDash(group.epoch),
         OrDash(group.assignment_epoch), fmt::format("{}", group.members.size()));
    out_.Print("\n");
    return absl::OkStatus();
  }

 private:
  struct Widths {
    std::size_t group = kColumn;
    std::size_t topic = kColumn;
    std::size_t consumer = kColumn;
    std::size_t instance = kInstanceColumn;
    std::size_t host = kColumn;
    std::size_t client = kColumn;
    std::size_t assignment = kAssignmentColumn;
    std::size_t target = kAssignmentColumn;
  };

  // Says what a user should know of the state; whether there is something to show.
  absl::StatusOr<bool> TellState(const GroupDescription& group, std::size_t rows) {
    constexpr const char* kRebalancing[] = {"PreparingRebalance", "CompletingRebalance",
                                            "Assigning", "Reconciling"};
    if (group.state == "Dead") {
      out_.Print("\nError: Consumer group '{}' does not exist.\n", group.id);
      return false;
    }
    if (group.state == "Empty") {
      err_.Print("\nConsumer group '{}' has no active members.\n", group.id);
    } else if (std::find(std::begin(kRebalancing), std::end(kRebalancing), group.state) !=
               std::end(kRebalancing)) {
      err_.Print("\nWarning: Consumer group '{}' is rebalancing.\n", group.id);
    } else if (group.state != "Stable") {
      return absl::FailedPreconditionError(
          fmt::format("Expected a valid consumer group state, but found '{}'.", group.state));
    }
    return rows > 0;
  }

  void OffsetLine(const std::string& group, const std::string& topic, const std::string& partition,
                  const std::string& epoch, const std::string& offset, const std::string& end,
                  const std::string& lag, const std::string& consumer, const std::string& host,
                  const std::string& client) {
    out_.Print("\n{:<{}} {:<{}} {:<10} ", group, widths_.group, topic, widths_.topic, partition);
    if (is_verbose_) out_.Print("{:<15} ", epoch);
    out_.Print("{:<15} {:<15} {:<15} {:<{}} {:<{}} {}", offset, end, lag, consumer,
               widths_.consumer, host, widths_.host, client);
  }

  // Whether a member has an instance id.
  bool WidenFor(const GroupDescription& group) {
    bool has_instances = false;
    Widen(widths_.group, group.id);
    for (const GroupMember& member : group.members) {
      const std::string instance = member.instance_id.value_or("");
      has_instances = has_instances || !instance.empty();
      Widen(widths_.consumer, member.id);
      Widen(widths_.instance, instance);
      Widen(widths_.host, member.host);
      Widen(widths_.client, member.client_id);
      Widen(widths_.assignment, AssignmentText(member.assigned));
      Widen(widths_.target, AssignmentText(member.to_be_assigned));
    }
    return has_instances;
  }

  // Whether members of both protocols are in it.
  static bool IsMixed(const GroupDescription& group) {
    const auto has = [&](bool upgraded) {
      return std::any_of(group.members.begin(), group.members.end(),
                         [&](const GroupMember& member) { return member.is_upgraded == upgraded; });
    };
    return has(true) && has(false);
  }

  void MemberLine(const std::string& group, const std::string& consumer, const char* instance,
                  const std::string& host, const std::string& client,
                  const std::string& partitions) {
    out_.Print("{:<{}} {:<{}} ", group, widths_.group, consumer, widths_.consumer);
    if (instance != nullptr) out_.Print("{:<{}} ", instance, widths_.instance);
    out_.Print("{:<{}} {:<{}} {:<15} ", host, widths_.host, client, widths_.client, partitions);
  }

  void AssignmentLine(const std::string& epoch, const std::string& assignment,
                      const std::string& target_epoch, const std::string& target,
                      const char* upgraded) {
    out_.Print("{:<15} {:<{}} {:<15} {:<{}}", epoch, assignment, widths_.assignment, target_epoch,
               target, widths_.target);
    if (upgraded != nullptr) out_.Print(" {}", upgraded);
  }

  const bool is_verbose_;
  TextWriter& out_;
  TextWriter& err_;
  Widths widths_;
};

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
  GroupPrinter printer(line.Has("verbose"), out, err);
  for (const auto& [id, group] : described) {
    const absl::Status printed = is_of_offsets         ? printer.PrintOffsets(group, rows[id])
                                 : line.Has("members") ? printer.PrintMembers(group)
                                                       : printer.PrintState(group);
    if (!printed.ok()) return printed;
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
