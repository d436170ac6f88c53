#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "cli/group_printer.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

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

class GroupTables final : public GroupPrinter {
 public:
  GroupTables(bool is_verbose, TextWriter& out) : is_verbose_(is_verbose), out_(out) {}

  void PrintOffsets(const GroupDescription& group, const std::vector<GroupRow>& rows) override {
    if (rows.empty()) return;
    widths_ = {.group = std::max(kColumn, group.id.size())};
    for (const GroupRow& row : rows) {
      Widen(widths_.topic, row.partition.topic);
      Widen(widths_.consumer, row.consumer);
      Widen(widths_.host, row.host);
    }
    OffsetLine("GROUP", "TOPIC", "PARTITION", "LEADER-EPOCH", "CURRENT-OFFSET", "LOG-END-OFFSET",
               "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID");
    for (const GroupRow& row : rows) {
      OffsetLine(group.id, row.partition.topic, fmt::format("{}", row.partition.partition),
                 OrDash(row.leader_epoch), OrDash(row.offset), OrDash(row.end), OrDash(row.lag()),
                 row.consumer, row.host, row.client);
    }
    out_.Print("\n");
  }

  void PrintMembers(const GroupDescription& group, bool is_there) override {
    widths_ = {};
    const bool is_shown = is_there && !group.members.empty();
    const bool has_instances = is_shown && WidenFor(group);
    const bool is_mixed = is_shown && IsMixed(group);
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
  }

  void PrintState(const GroupDescription& group) override {
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
  Widths widths_;
};

}  // namespace

std::unique_ptr<GroupPrinter> NewGroupTables(bool is_verbose, TextWriter& out) {
  return std::make_unique<GroupTables>(is_verbose, out);
}

}  // namespace rill::cli
