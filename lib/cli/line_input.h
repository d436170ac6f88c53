#pragma once

#include <cstddef>
#include <istream>
#include <streambuf>
#include <string>

#include "absl/status/status.h"

namespace rill::cli {

// Lines as Java's BufferedReader.readLine gives them: ended by \n, \r or \r\n, or by the end of the
// stream. Each is there as soon as its end is, however many bytes it has.
class LineInput {
 public:
  explicit LineInput(std::istream& in) : in_(in) {}

  // Puts the next line into `line`, without its end; false where there is none, or it cannot be
  // read, as status() says then.
  bool Next(std::string& line);
  const absl::Status& status() const { return status_; }

 private:
  bool Fill();
  void TakeWhatIsThere(std::streambuf& source);

  std::istream& in_;
  std::string bytes_;
  std::size_t at_ = 0;     // of what is not read yet
  bool skips_lf_ = false;  // behind a \r
  absl::Status status_;
};

}  // namespace rill::cli
