#include "io/fault_plan.h"

#include <string>
#include <utility>

namespace rill::io {

using testing::FileCall;
using testing::FileFault;

void FaultPlan::Add(const FileFault& fault) {
  absl::MutexLock lock(&mu_);
  faults_.push_back(fault);
}

void FaultPlan::Clear() {
  absl::MutexLock lock(&mu_);
  faults_.clear();
}

void FaultPlan::Watch(testing::FaultyStorage::Watcher watcher) {
  absl::MutexLock lock(&mu_);
  watcher_ = watcher ? std::make_shared<const testing::FaultyStorage::Watcher>(std::move(watcher))
                     : nullptr;
}

std::int64_t FaultPlan::calls(FileCall call) const {
  absl::MutexLock lock(&mu_);
  return counts_[static_cast<std::size_t>(call)];
}

FaultPlan::Outcome FaultPlan::Next(FileCall call, std::string_view path,
                                   std::string_view other_path) {
  TellWatcher(call, path);
  return Decide(call, path, other_path);
}

// Without the lock: it may plan faults for this very call, and cut the power.
void FaultPlan::TellWatcher(FileCall call, std::string_view path) {
  std::shared_ptr<const testing::FaultyStorage::Watcher> watcher;
  {
    absl::MutexLock lock(&mu_);
    watcher = watcher_;
  }
  if (watcher != nullptr) (*watcher)(call, std::string(path));
}

FaultPlan::Outcome FaultPlan::Decide(FileCall call, std::string_view path,
                                     std::string_view other_path) {
  absl::MutexLock lock(&mu_);
  ++counts_[static_cast<std::size_t>(FileCall::kAny)];
  ++counts_[static_cast<std::size_t>(call)];
  Outcome outcome;
  for (FileFault& fault : faults_) {
    if (fault.call != FileCall::kAny && fault.call != call) continue;
    if (path.find(fault.path_part) == path.npos && other_path.find(fault.path_part) == path.npos) {
      continue;
    }
    // Every plan sees the call, also when another one decides it.
    if (fault.after > 0) {
      --fault.after;
    } else if (fault.times > 0 && outcome.error == 0) {
      if (fault.times != testing::kForever) --fault.times;
      outcome = {fault.error, fault.written};
    }
  }
  return outcome;
}

}  // namespace rill::io
