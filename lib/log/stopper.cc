#include "log/stopper.h"

namespace rill::log {

bool IsStopper(std::string_view rest, std::int64_t next_offset) {
  if (rest.size() > kStopperSize) return false;
  char stopper[kStopperSize];
  StoreStopper(stopper, next_offset);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    // The epoch may be that of a record that was begun there and given up.
    const bool is_epoch = i >= record::kPartitionLeaderEpochAt && i < record::kMagicAt;
    if (!is_epoch && rest[i] != 0 && rest[i] != stopper[i]) return false;
  }
  return true;
}

}  // namespace rill::log
