#include "log/segment_swap.h"

#include <algorithm>

#include "log/segment_name.h"

namespace rill::log {

// The log is offered last: until then, the .cleaned that it is undoes the others. It arrives first:
// until then, index files without a suffix are the old ones. The producer snapshot at the base
// offset of the first old segment is the new one's.
SegmentSwap::SegmentSwap(io::FileSystem* files, std::vector<std::shared_ptr<Segment>> replaced,
                         std::shared_ptr<Segment> fresh, bool has_transaction_index)
    : files_(files), replaced_(std::move(replaced)), fresh_(std::move(fresh)) {
  for (const auto& segment : replaced_) {
    for (const char* suffix : {kLogSuffix, kOffsetIndexSuffix, kTimeIndexSuffix,
                               kTransactionIndexSuffix, kSnapshotSuffix}) {
      const bool is_kept = suffix == kSnapshotSuffix && segment == replaced_.front();
      const std::string path = segment->stem() + suffix;
      if (!is_kept) retirements_.push_back({path, path + kDeletedSuffix});
    }
  }
  std::reverse(retirements_.begin(), retirements_.end());
  std::vector<const char*> suffixes = {kTimeIndexSuffix, kOffsetIndexSuffix, kLogSuffix};
  if (has_transaction_index) suffixes.insert(suffixes.begin(), kTransactionIndexSuffix);
  for (const char* suffix : suffixes) {
    const std::string path = fresh_->stem() + suffix;
    offers_.insert(offers_.begin(), {path + kCleanedSuffix, path + kSwapSuffix});
    arrivals_.push_back({path + kSwapSuffix, path});
  }
}

absl::Status SegmentSwap::Offer() { return Take(offers_, /*may_be_missing=*/false); }

absl::Status SegmentSwap::Finish() {
  auto status = Take(retirements_, /*may_be_missing=*/true, &deleted_);
  return status.ok() ? Take(arrivals_, /*may_be_missing=*/false) : status;
}

absl::Status SegmentSwap::Take(Renamings& renamings, bool may_be_missing,
                               std::vector<std::string>* renamed) {
  for (; !renamings.empty(); renamings.pop_back()) {
    const Renaming& next = renamings.back();
    const auto status = files_->Rename(next.from, next.to);
    if (may_be_missing && absl::IsNotFound(status)) continue;
    if (!status.ok()) return status;
    if (renamed != nullptr) renamed->push_back(next.to);
  }
  return absl::OkStatus();
}

}  // namespace rill::log
