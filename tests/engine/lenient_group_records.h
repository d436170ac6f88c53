#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "engine/group_service.h"

namespace rill::engine {

// A store that allows what the service allows and keeps nothing; tests keep what they look at.
class LenientGroupRecords : public GroupRecords {
 public:
  absl::Status CommitIf(const std::function<absl::Status()>& check, const std::string&,
                        const Offsets&, std::optional<absl::Duration>) override {
    return check();
  }
  absl::Status DeleteGroupIf(const std::function<absl::Status()>& check,
                             const std::string&) override {
    return check();
  }
  absl::Status DeleteOffsetsIf(
      const std::function<absl::StatusOr<std::set<TopicPartition>>()>& which,
      const std::string&) override {
    return which().status();
  }
  absl::StatusOr<std::size_t> ExpireOffsets(
      const std::string&, const std::function<std::set<TopicPartition>(const TimesOfOffsets&)>&,
      const std::function<void()>&) override {
    return 0;
  }
  absl::Status StoreGroup(const std::string&, const GroupMetadataValue&) override {
    return absl::OkStatus();
  }
  absl::Status EraseGroup(const std::string&) override { return absl::OkStatus(); }
  absl::Status StoreConsumerGroup(const std::string&,
                                  std::span<const ConsumerGroupRecord>) override {
    return absl::OkStatus();
  }
};

}  // namespace rill::engine
