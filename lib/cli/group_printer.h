#pragma once

#include <memory>
#include <vector>

#include "cli/dump_output.h"
#include "cli/group_rows.h"
#include "client/remote/groups.h"

namespace rill::cli {

// Prints what kafka-consumer-groups --describe found of one group after the other.
class GroupPrinter {
 public:
  virtual ~GroupPrinter() = default;

  virtual void PrintOffsets(const remote::GroupDescription& group,
                            const std::vector<GroupRow>& rows) = 0;
  // Without its members where `is_there` is false: the group is gone.
  virtual void PrintMembers(const remote::GroupDescription& group, bool is_there) = 0;
  virtual void PrintState(const remote::GroupDescription& group) = 0;
};

// The tables of Kafka's tool; with `is_verbose` all of their columns.
std::unique_ptr<GroupPrinter> NewGroupTables(bool is_verbose, TextWriter& out);
// An object for each row of these tables, with all there is to tell.
std::unique_ptr<GroupPrinter> NewGroupObjects(TextWriter& out);

}  // namespace rill::cli
