#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "io/memory_file_system.h"
#include "log/segment_index.h"

// Arbitrary bytes as the two index files of a segment: opened, searched and copied.

namespace rill::log {
namespace {

void Demand(bool holds) {
  if (!holds) std::abort();
}

void Put(io::FileSystem& files, const std::string& path, std::string_view bytes) {
  auto file = files.Open(path, io::OpenMode::kCreate);
  Demand(file.ok() && (*file)->Truncate(0).ok() && (*file)->WriteAt(0, bytes).ok());
}

void Search(const SegmentIndex& index) {
  for (const std::uint32_t offset : {0U, 1U, 1000U, UINT32_MAX}) {
    static_cast<void>(index.FloorOffset(offset));
  }
  for (const std::int64_t time_ms : {INT64_MIN, std::int64_t{0}, INT64_MAX}) {
    static_cast<void>(index.FloorTime(time_ms));
  }
  Demand(index.LastOffset().has_value() == (index.offset_entries() > 0));
  Demand(index.LastTime().has_value() == (index.time_entries() > 0));
}

void Check(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t split = static_cast<unsigned char>(bytes[0]) * 8;
  bytes.remove_prefix(1);
  auto files = io::NewMemoryFileSystem();
  Put(*files, "/stem.index", bytes.substr(0, split));
  Put(*files, "/stem.timeindex", split < bytes.size() ? bytes.substr(split) : "");
  auto stored = OpenStoredIndex(*files, "/stem", 1 << 20);
  if (!stored.ok()) return;
  Search(**stored);
  const GrowingIndex copy(**stored);
  Search(copy);
  Demand(copy.offset_entries() == (*stored)->offset_entries());
  Demand(copy.time_entries() <= (*stored)->time_entries());
}

}  // namespace
}  // namespace rill::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rill::log::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
