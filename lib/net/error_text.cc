#include "net/error_text.h"

#include <cstddef>

#include "fmt/format.h"

namespace rill::net {
namespace {

constexpr std::size_t kLongest = 4096;

bool GoesOn(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

}  // namespace

std::string ErrorText(std::string_view text) {
  if (text.size() <= kLongest) return std::string(text);
  std::size_t end = kLongest;
  while (end > 0 && GoesOn(text[end])) --end;
  return fmt::format("{}... ({} bytes more)", text.substr(0, end), text.size() - end);
}

std::string ErrorText(const absl::Status& status) {
  const auto message = status.message();
  return ErrorText(std::string_view(message.data(), message.size()));
}

}  // namespace rill::net
