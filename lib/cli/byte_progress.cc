#include "cli/byte_progress.h"

#include <array>

#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

std::string FormatBytes(std::uint64_t bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

ByteProgress::ByteProgress(const StandardError& terminal, bool is_shown)
    : terminal_(terminal), is_shown_(is_shown), begin_(Clock::now()), last_(begin_) {}

void ByteProgress::Show(std::uint64_t done, std::uint64_t total) {
  if (!is_shown_) return;
  const auto now = Clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(done) / seconds);
  const std::uint64_t percent = total == 0 ? 100 : done * 100 / total;
  // The line may have been longer before: what is left of it is erased.
  terminal_.Write(fmt::format("\r{} of {} ({} %), {}/s\x1b[K", FormatBytes(done),
                              FormatBytes(total), percent, FormatBytes(rate)));
  is_there_ = true;
}

void ByteProgress::Wipe() {
  if (!is_there_) return;
  terminal_.Write("\r\x1b[K");
  is_there_ = false;
}

}  // namespace rill::cli
