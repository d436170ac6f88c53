#include "engine/folder_watch.h"

#include <string>

#include "../io/wrapped_file_system.h"
#include "catch.h"
#include "engine/data_folder.h"
#include "io/memory_file_system.h"
#include "log/checkpoint_file.h"

namespace rill::engine {
namespace {

constexpr char kFolder[] = "/data";
const TopicPartition kOrders = {"orders", 0};

// Those whose path has `exhausted_for` cannot be opened, as where a process has no descriptors
// left.
class FilesWithoutDescriptors final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  absl::StatusOr<std::unique_ptr<io::File>> Open(const std::string& path,
                                                 io::OpenMode mode) override {
    if (!exhausted_for.empty() && path.find(exhausted_for) != std::string::npos) {
      return absl::ResourceExhaustedError(path + ": too many open files");
    }
    return WrappedFileSystem::Open(path, mode);
  }

  std::string exhausted_for;
};

TEST_CASE(
    "A checkpoint that cannot be read for want of descriptors is not taken for an empty one") {
  const auto memory = io::NewMemoryFileSystem();
  REQUIRE(memory->CreateDirectories(kFolder).ok());
  const std::string path = std::string(kFolder) + "/" + log::kLogStartCheckpoint;
  REQUIRE(log::WriteOffsetCheckpoint(*memory, path, {{kOrders, 7}}).ok());
  FilesWithoutDescriptors files(*memory);
  FolderWatch watch(&files, kFolder, [] {});
  files.exhausted_for = log::kLogStartCheckpoint;
  CHECK(absl::IsResourceExhausted(watch.Checkpoint(kOrders).status()));
  files.exhausted_for.clear();
  CHECK(watch.Checkpoint(kOrders).value().log_start_offset == 7);
}

TEST_CASE("A folder whose checkpoint cannot be read for want of descriptors is not opened") {
  const auto memory = io::NewMemoryFileSystem();
  const auto sink = [](LogLevel, std::string_view) {};
  { REQUIRE(DataFolder::Open(memory.get(), kFolder, true, sink).ok()); }
  FilesWithoutDescriptors files(*memory);
  files.exhausted_for = log::kLogStartCheckpoint;
  CHECK(absl::IsResourceExhausted(DataFolder::Open(&files, kFolder, true, sink).status()));
  files.exhausted_for.clear();
  CHECK(DataFolder::Open(&files, kFolder, true, sink).ok());
}

}  // namespace
}  // namespace rill::engine
