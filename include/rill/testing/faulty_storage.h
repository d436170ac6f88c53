#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/export.h"

namespace rill::testing {

// What an engine asks of its storage.
enum class FileCall {
  kAny,
  kOpen,  // and create
  kRead,
  kWrite,
  kTruncate,
  kAllocate,  // reserving space ahead of the writer
  kSync,
  kMap,
  kStat,  // sizes, and whether a file exists
  kLock,
  kRemove,
  kRename,
  kList,
  kCreateDirectory,
  kSyncDirectory,
  kLink,  // giving a file another name
};

inline constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

// Which calls fail, and how.
struct FileFault {
  FileCall call = FileCall::kAny;
  // Only on paths that contain this; of a rename or link, either path.
  std::string path_part = {};
  // The errno that the system would give: ENOSPC, EIO, EACCES, EMFILE, ...
  int error = EIO;
  // So many matching calls succeed first; then so many fail.
  std::int64_t after = 0;
  std::int64_t times = 1;
  // A write that fails has written this many of its bytes.
  std::size_t written = 0;
};

// Storage in memory that fails and forgets on demand, to test what an application makes of it. An
// engine is opened on it with Options::storage and any path; everything else is as on a disk. It
// outlives the engine, and engines can be opened on it one after the other.
//
//   auto storage = std::make_shared<rill::testing::FaultyStorage>();
//   auto log = rill::Open("data", {.storage = storage});
//   storage->FailNext(FileCall::kSync, ".log");
//   ...
//   auto after = storage->PowerLoss(seed);  // what a machine would find when it is on again
//   auto recovered = rill::Open("data", {.storage = after});
//
// Thread-safe: faults may be planned and power cut while engines work.
class RILL_EXPORT FaultyStorage {
 public:
  FaultyStorage();
  ~FaultyStorage();
  FaultyStorage(const FaultyStorage&) = delete;
  FaultyStorage& operator=(const FaultyStorage&) = delete;

  // Plans a fault. Several may wait at once; a call fails by the first planned one that is due.
  //
  // A sync that fails loses what it was to save in the way that kernels do: the pages count as
  // clean from then on, so that a later sync succeeds without having saved them.
  void Fail(const FileFault& fault);
  void FailNext(FileCall call, const std::string& path_part = "", int error = EIO);
  void ClearFaults();

  // How many calls there have been so far: a test that fails the first, the second, ... of them in
  // turn has gone through every place where storage can fail.
  std::int64_t calls(FileCall call = FileCall::kAny) const;

  // Called before each call, by the thread that makes it: for looking at (PowerLoss, ProcessKill)
  // what there is in the middle of an operation. It may use all of this storage, but no engine that
  // is opened on it, and is not called for what it does itself. Null for nobody.
  using Watcher = std::function<void(FileCall call, const std::string& path)>;
  void Watch(Watcher watcher);

  // The disk's size: growing files past it in all is ENOSPC, after a write has written what fits.
  // Unlimited at first.
  void SetCapacity(std::uint64_t bytes);
  std::uint64_t used_bytes() const;

  // What would be there after the power was cut at this moment; this storage itself goes on. Each
  // page (4,096 bytes) that was stored to since its file was last synced is kept or lost at random;
  // so are the sizes of such files; of what was created, renamed and removed in each folder since
  // that was last synced some first part is kept and the rest undone. The same storage and seed
  // give the same outcome. Null when this machine's memory does not hold a second copy.
  std::shared_ptr<FaultyStorage> PowerLoss(std::uint64_t seed) const;

  // What would be there after the process was killed at this moment: all that was stored, though
  // what was not synced can still be lost by a PowerLoss later. No faults are planned in it, and no
  // locks held. Null as for PowerLoss.
  std::shared_ptr<FaultyStorage> ProcessKill() const;

  // The paths of all files, in order.
  std::vector<std::string> Files() const;
  // The bytes of a file. NotFound when there is none.
  absl::StatusOr<std::string> ReadFile(const std::string& path) const;
  // Makes or replaces a file, as if it had always been there: synced and not subject to faults. For
  // flipping bits and for files from elsewhere. Not for files that an engine has open.
  absl::Status WriteFile(const std::string& path, std::string_view contents);

 private:
  friend struct FaultyStorageAccess;
  struct Impl;
  explicit FaultyStorage(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace rill::testing
