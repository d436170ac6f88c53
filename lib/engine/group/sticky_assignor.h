#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/group/assignor_model.h"

namespace rill::engine {

// What members said they had, in the model's numbers.
struct Ownership {
  struct Claim {
    std::vector<int> partitions;             // those that exist
    std::optional<std::int32_t> generation;  // in which they were had
  };
  struct Former {
    int member;
    std::int32_t generation;
  };

  std::vector<Claim> claims;            // by member: what it says
  std::vector<std::vector<int>> owned;  // by member: what it is believed
  std::vector<bool> disputed;           // by partition: claimed by several in the same generation
  std::int32_t newest_generation = -1;
  bool subscriptions_equal = true;
  bool some_list_odd = false;  // a member lists no topics, or one twice
};

// The answers of "sticky" and "cooperative-sticky": partitions by member.
std::vector<std::vector<int>> AssignSticky(const AssignorModel& model, bool cooperative);

// Where all members want the same topics. `moving` gets the partitions that change owner directly,
// with the new one.
std::vector<std::vector<int>> AssignToEqualMembers(const AssignorModel& model,
                                                   const Ownership& ownership,
                                                   absl::flat_hash_map<int, int>* moving);

// Where they do not. Kafka gives a partition back to its former owner without asking whether that
// one still subscribes; `strayed` tells that this happened. With `careful` it does not.
std::vector<std::vector<int>> AssignToDifferentMembers(const AssignorModel& model,
                                                       const Ownership& ownership, bool careful,
                                                       bool* strayed);

}  // namespace rill::engine
