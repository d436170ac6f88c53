#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "net/refuse.h"

namespace rill::net {

// How often a request names each of its topics: who names one twice may want either, so nothing is
// done about it, and it is answered once. Of the request's strings; not thread-safe.
class NamedTopics {
 public:
  void Add(std::string_view name) { ++topics_[name].times; }

  // Whether it is the first time that this is asked about `name`, which was added.
  bool IsFirst(std::string_view name) { return !std::exchange(topics_.at(name).is_told, true); }

  // INVALID_REQUEST for one that was added twice.
  absl::Status CheckOnce(std::string_view name) const {
    return topics_.at(name).times == 1 ? absl::OkStatus() : RefuseRequest("Duplicate topic name.");
  }

 private:
  struct Topic {
    std::size_t times = 0;
    bool is_told = false;
  };

  absl::flat_hash_map<std::string_view, Topic> topics_;
};

}  // namespace rill::net
