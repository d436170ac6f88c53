#include "cli/reset_printer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

using GroupOffsets = std::pair<std::string, std::vector<std::pair<TopicPartition, std::int64_t>>>;

// That of the hash maps of Kafka's tool.
std::vector<GroupOffsets> InKafkasOrder(const ResetPlan& groups) {
  std::vector<GroupOffsets> ordered;
  ordered.reserve(groups.size());
  for (const auto& [group, offsets] : groups) {
    ordered.emplace_back(
        group, InJavaHashOrder(std::vector<std::pair<TopicPartition, std::int64_t>>(offsets.begin(),
                                                                                    offsets.end()),
                               kJavaMapCapacity, [](const auto& one) { return one.first; }));
  }
  return InJavaHashOrder(std::move(ordered), kJavaMapCapacity,
                         [](const GroupOffsets& one) { return std::string_view(one.first); });
}

void PrintJsonRows(const std::vector<GroupOffsets>& groups, TextWriter& out) {
  for (const auto& [group, offsets] : groups) {
    for (const auto& [partition, offset] : offsets) {
      PrintJson({{"group", group},
                 {"topic", partition.topic},
                 {"partition", partition.partition},
                 {"newOffset", offset}},
                out);
    }
  }
}

void PrintTable(const std::vector<GroupOffsets>& groups, TextWriter& out) {
  constexpr std::size_t kColumn = 15;
  std::size_t group_width = kColumn;
  std::size_t topic_width = kColumn;
  for (const auto& [group, offsets] : groups) {
    group_width = std::max(group_width, group.size());
    for (const auto& [partition, offset] : offsets) {
      topic_width = std::max(topic_width, partition.topic.size());
    }
  }
  const auto print = [&](std::string_view group, std::string_view topic, const std::string& index,
                         const std::string& offset) {
    out.Print("\n{:<{}} {:<{}} {:<10} {}", group, group_width, topic, topic_width, index, offset);
  };
  if (!groups.empty()) print("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const auto& [group, offsets] : groups) {
    for (const auto& [partition, offset] : offsets) {
      print(group, partition.topic, fmt::format("{}", partition.partition),
            fmt::format("{}", offset));
    }
  }
  out.Print("\n");
}

void PrintPlan(const std::vector<GroupOffsets>& groups, bool is_of_one, TextWriter& out) {
  for (const auto& [group, offsets] : groups) {
    for (const auto& [partition, offset] : offsets) {
      out.Print("{}", ResetLine(is_of_one ? nullptr : &group, partition, offset));
    }
  }
  out.Print("\n");
}

}  // namespace

void PrintReset(const CommandLine& line, const ResetPlan& reset, TextWriter& out) {
  const std::vector<GroupOffsets> ordered = InKafkasOrder(reset);
  if (line.Has("json")) return PrintJsonRows(ordered, out);
  if (!line.Has("export")) return PrintTable(ordered, out);
  PrintPlan(ordered, line.Values("group").size() == 1, out);
}

}  // namespace rill::cli
