#include "cli/line_input.h"

#include <algorithm>
#include <streambuf>

#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::streamsize kMostBytes = 64 << 10;

}  // namespace

// Nothing waits for more than its line.
void LineInput::TakeWhatIsThere(std::streambuf& source) {
  if (source.sgetc() == std::streambuf::traits_type::eof()) return;
  const std::streamsize ready = std::clamp<std::streamsize>(source.in_avail(), 1, kMostBytes);
  bytes_.resize(static_cast<std::size_t>(ready));
  bytes_.resize(static_cast<std::size_t>(source.sgetn(bytes_.data(), ready)));
}

bool LineInput::Fill() {
  if (!status_.ok()) return false;
  bytes_.clear();
  at_ = 0;
  try {
    TakeWhatIsThere(*in_.rdbuf());
  } catch (const std::ios_base::failure& failure) {  // the way in which a file's buffer tells it
    status_ = absl::UnavailableError(
        fmt::format("standard input cannot be read: {}", failure.code().message()));
  }
  return !bytes_.empty();
}

bool LineInput::Next(std::string& line) {
  line.clear();
  bool is_there = false;
  for (;;) {
    if (at_ == bytes_.size() && !Fill()) return is_there;
    if (skips_lf_ && bytes_[at_] == '\n') ++at_;
    skips_lf_ = false;
    if (at_ == bytes_.size()) continue;
    is_there = true;
    const std::size_t end = std::min(bytes_.find_first_of("\r\n", at_), bytes_.size());
    line.append(bytes_, at_, end - at_);
    at_ = end;
    if (end == bytes_.size()) continue;
    skips_lf_ = bytes_[at_++] == '\r';
    return true;
  }
}

}  // namespace rill::cli
