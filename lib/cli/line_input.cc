#include "cli/line_input.h"

#include <algorithm>
#include <streambuf>

namespace rill::cli {
namespace {

constexpr std::streamsize kMostBytes = 64 << 10;

}  // namespace

// Takes what the stream has, so that nothing waits for more than its line.
bool LineInput::Fill() {
  std::streambuf& source = *in_.rdbuf();
  if (source.sgetc() == std::streambuf::traits_type::eof()) return false;
  const std::streamsize ready = std::clamp<std::streamsize>(source.in_avail(), 1, kMostBytes);
  bytes_.resize(static_cast<std::size_t>(ready));
  bytes_.resize(static_cast<std::size_t>(source.sgetn(bytes_.data(), ready)));
  at_ = 0;
  return true;
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
