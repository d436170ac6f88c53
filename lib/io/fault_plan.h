#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rill/testing/faulty_storage.h"

namespace rill::io {

// Which calls on a FaultyFileSystem are to fail. Thread-safe.
class FaultPlan {
 public:
  void Add(const testing::FileFault& fault);
  void Clear();
  void Watch(testing::FaultyStorage::Watcher watcher);
  std::int64_t calls(testing::FileCall call) const;

  struct Outcome {
    int error = 0;  // 0: the call goes through
    std::size_t written = 0;
  };
  // Tells the watcher of a call, counts it, and says what becomes of it.
  Outcome Next(testing::FileCall call, std::string_view path, std::string_view other_path = {});

 private:
  static constexpr std::size_t kCalls = static_cast<std::size_t>(testing::FileCall::kLink) + 1;

  void TellWatcher(testing::FileCall call, std::string_view path);
  Outcome Decide(testing::FileCall call, std::string_view path, std::string_view other_path);

  mutable absl::Mutex mu_;
  std::shared_ptr<const testing::FaultyStorage::Watcher> watcher_ ABSL_GUARDED_BY(mu_);
  std::vector<testing::FileFault> faults_ ABSL_GUARDED_BY(mu_);
  std::array<std::int64_t, kCalls> counts_ ABSL_GUARDED_BY(mu_) = {};
};

}  // namespace rill::io
