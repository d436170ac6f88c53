#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../examples/broker/request.h"

// What a client sends to examples/broker. Each request in it keeps the limits, is the same however
// the bytes are cut, and reads as the same when it is written as an array.

namespace {

std::string Write(const Request& request) {
  std::string written = fmt::format("*{}\r\n", request.words.size());
  for (const std::string& word : request.words) {
    written += fmt::format("${}\r\n{}\r\n", word.size(), word);
  }
  return written;
}

bool IsSame(const absl::StatusOr<Request>& a, const absl::StatusOr<Request>& b) {
  if (!a.ok() || !b.ok()) return a.status() == b.status();
  return a->words == b->words && a->size == b->size;
}

void Check(const Request& request, std::string_view input) {
  if (request.size == 0 || request.size > input.size()) std::abort();
  if (request.words.size() > kMaxWords || request.size > kMaxRequest) std::abort();
  const std::string written = Write(request);
  const auto again = ParseRequest(written);
  if (!again.ok() || again->words != request.words || again->size != written.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  for (;;) {
    const auto request = ParseRequest(input);
    for (std::size_t cut = 0; cut < input.size(); cut += 1 + input.size() / 64) {
      const auto early = ParseRequest(input.substr(0, cut));
      if (!absl::IsOutOfRange(early.status()) && !IsSame(early, request)) std::abort();
    }
    if (!request.ok()) return 0;
    Check(*request, input);
    input.remove_prefix(request->size);
  }
}
