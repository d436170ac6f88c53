#include "cli/standard_error.h"

namespace rill::cli {

void StandardError::Write(std::string_view text) const {
  absl::MutexLock lock(&mutex_);
  stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream_.flush();
}

}  // namespace rill::cli
