#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// Limits of what a client may send; Redis has them too, and higher. A length or a count that passes
// one is refused when it is read, before anything is made that large.
inline constexpr std::size_t kMaxLine = std::size_t{64} << 10;
inline constexpr std::size_t kMaxWords = 1024;
inline constexpr std::size_t kMaxRequest = std::size_t{2} << 20;

// What a client asks for.
struct Request {
  std::vector<std::string> words;  // the command and its arguments; none: there is nothing to do
  std::size_t size = 0;            // how many bytes of the input it took
};

// The request at the start of `input`, which may be followed by others: an array of bulk strings
// (RESP), or a line of words, as one types it into telnet.
//   OutOfRange        `input` ends before the request does: try again with more
//   InvalidArgument   it is none, or too large; the message is Redis's. Where the next one begins
//                     is not known then
absl::StatusOr<Request> ParseRequest(std::string_view input);
