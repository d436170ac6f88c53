#include "engine/folder_watch.h"

#include <string>

#include "../io/wrapped_file_system.h"
#include "catch.h"
#include "io/memory_file_system.h"
#include "log/checkpoint_file.h"

namespace rill::engine {
namespace {

constexpr char kFolder[] = "/data";
const TopicPartition kOrders = {"orders", 0};

// Files of which, for now, none can be opened.
class FilesWithoutDescriptors final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  absl::StatusOr<std::unique_ptr<io::File>> Open(const std::string& path,
                                                 io::OpenMode mode) override {
    if (exhausted) return absl::ResourceExhaustedError(path + ": too many open files");
    return WrappedFileSystem::Open(path, mode);
  }

  bool exhausted = false;
};

TEST_CASE("A checkpoint that cannot be read for want of descriptors is no checkpoint of nothing") {
  const auto memory = io::NewMemoryFileSystem();
  REQUIRE(memory->CreateDirectories(kFolder).ok());
  const std::string path = std::string(kFolder) + "/" + log::kLogStartCheckpoint;
  REQUIRE(log::WriteOffsetCheckpoint(*memory, path, {{kOrders, 7}}).ok());
  FilesWithoutDescriptors files(*memory);
  FolderWatch watch(&files, kFolder, [] {});
  files.exhausted = true;
  CHECK(absl::IsResourceExhausted(watch.Checkpoint(kOrders).status()));
  files.exhausted = false;
  CHECK(watch.Checkpoint(kOrders).value().log_start_offset == 7);
  // What was read is kept for a while.
  files.exhausted = true;
  CHECK(watch.Checkpoint(kOrders).value().log_start_offset == 7);
}

}  // namespace
}  // namespace rill::engine
