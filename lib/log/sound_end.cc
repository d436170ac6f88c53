#include "log/sound_end.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "log/segment.h"

namespace rill::log {
namespace {

constexpr std::size_t kFirstWindow = std::size_t{1} << 20;

// Whether more of the file would change nothing about how the scan of `window`, of which it is
// `part`, ended.
bool IsDecided(const ScanResult& part, std::string_view window) {
  const std::string_view rest = window.substr(part.sound_end);
  // What a writer leaves behind its last batch shows in as much as a header.
  if (part.damage.ok()) return rest.size() >= kBatchHeaderSize;
  if (absl::IsOutOfRange(part.damage)) return false;
  // A batch may be judged by what stands behind it.
  const auto batch = ParseBatch(rest);
  return !batch.ok() || batch->size() + kFirstWindow <= rest.size();
}

}  // namespace

absl::StatusOr<ScanResult> FindSoundEnd(io::File& file, std::uint32_t position,
                                        std::int64_t next_offset, ScanDepth depth,
                                        std::int64_t end_offset, std::size_t max_size) {
  ScanResult result{position, next_offset, absl::OkStatus()};
  std::string bytes;
  std::size_t window = kFirstWindow;
  for (;;) {
    bytes.resize(window);
    const auto read = file.ReadAt(result.sound_end, bytes.data(), window);
    if (!read.ok()) return read.status();
    const bool is_all = *read < window || result.sound_end + *read >= kMaxSegmentFileSize;
    const ScanResult part = ScanBatches(
        {bytes.data(), *read}, 0, result.next_offset, depth, [](BatchView, std::uint32_t) {},
        is_all ? end_offset : INT64_MAX, max_size);
    result = {result.sound_end + part.sound_end, part.next_offset, part.damage};
    if (is_all || IsDecided(part, {bytes.data(), *read})) return result;
    // The window ends in a batch, or behind one that has to be seen with what follows it: the next
    // begins there. One that holds not even that is too small.
    window = part.sound_end > 0 ? kFirstWindow : window * 2;
  }
}

}  // namespace rill::log
