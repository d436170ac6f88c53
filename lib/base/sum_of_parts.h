#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace rill::base {

// What parts that come and go have counted together, those that are gone among them. A part adds
// its counts to a `Counts` (`part.AddTo(counts)`), and takes no lock to count. Thread-safe: the
// lock is for parts that come, go or are summed up; no part is called under another's.
template <typename Part, typename Counts>
class SumOfParts {
 public:
  // `part` counts from now on, until Remove.
  void Add(const Part* part) {
    absl::MutexLock lock(&mutex_);
    parts_.insert(part);
  }
  // The part counts nothing any more; what it has counted stays in the sum. Under one lock with the
  // sum, which has a part's counts from it or from here, never from both or neither.
  void Remove(const Part* part) {
    absl::MutexLock lock(&mutex_);
    if (parts_.erase(part) > 0) part->AddTo(gone_);
  }
  Counts Sum() const {
    absl::MutexLock lock(&mutex_);
    Counts sum = gone_;
    for (const Part* part : parts_) part->AddTo(sum);
    return sum;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<const Part*> parts_ ABSL_GUARDED_BY(mutex_);
  Counts gone_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace rill::base
