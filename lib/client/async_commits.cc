#include "client/async_commits.h"

namespace rill::client {

absl::Status AsyncCommits::CheckNotInCallback() const {
  if (!in_callback_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "Poll, Close, Subscribe, Unsubscribe and Assign may not be called from within a "
      "RebalanceListener or a CommitCallback");
}

CommittedOffsets ChangedSince(CommittedOffsets positions, const CommittedOffsets& stored) {
  std::erase_if(positions, [&](const auto& entry) {
    const auto found = stored.find(entry.first);
    return found != stored.end() && found->second.offset == entry.second.offset;
  });
  return positions;
}

}  // namespace rill::client
