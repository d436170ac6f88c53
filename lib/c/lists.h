#pragma once

#include <map>
#include <string>
#include <vector>

#include "rill/c.h"
#include "rill/rill.h"

namespace rill::c {

// Lists that callers of C free, each by what it derives from; they hold what their items show.
struct Strings : rill_strings {
  explicit Strings(std::vector<std::string> strings);

  const std::vector<std::string> text;
  std::vector<const char*> pointers;
};

struct Partitions : rill_partitions {
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

  explicit Partitions(const std::vector<TopicPartition>& partitions);
  explicit Partitions(Offsets committed);

  const Offsets offsets;
  std::vector<rill_topic_partition> shown;
};

struct TopicDescribed : rill_topic_description {
  explicit TopicDescribed(TopicDescription topic);

  const TopicDescription description;
  std::vector<rill_config> shown;
};

struct GroupDescribed : rill_group_description {
  explicit GroupDescribed(GroupDescription of);

  const GroupDescription description;
  std::vector<std::vector<rill_topic_partition>> assignments;  // by member
  std::vector<rill_group_member> shown;
};

}  // namespace rill::c
