#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace rill::net {

// `text` as an answer can carry it: what is too long is cut between two characters, and says so.
// The wire's strings end at 32,767 bytes, and errors quote what the client sent.
std::string ErrorText(std::string_view text);

// What the status says.
std::string ErrorText(const absl::Status& status);

}  // namespace rill::net
