#include "line_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

absl::StatusOr<LineReader> LineReader::Open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return absl::NotFoundError(fmt::format("cannot open {} (errno {})", path, errno));
  }
  return LineReader(path, file);
}

LineReader::LineReader(const std::string& path, std::FILE* file)
    : path_(path),
      file_(file),
      stream_(ZSTD_createDStream()),
      compressed_(ZSTD_DStreamInSize()),
      input_{compressed_.data(), 0, 0} {}

absl::StatusOr<bool> LineReader::Next(std::string_view& line) {
  for (;;) {
    const std::size_t end = text_.find('\n', at_);
    if (end != std::string::npos) {
      line = std::string_view(text_).substr(at_, end - at_);
      at_ = end + 1;
      return true;
    }
    auto more = Fill();
    if (!more.ok()) return more.status();
    if (!*more) return false;
  }
}

absl::StatusOr<bool> LineReader::Fill() {
  if (input_.pos == input_.size) {
    const std::size_t read = std::fread(compressed_.data(), 1, compressed_.size(), file_.get());
    if (read == 0) return false;
    input_ = {compressed_.data(), read, 0};
  }
  text_.erase(0, at_);
  at_ = 0;
  const std::size_t begin = text_.size();
  text_.resize(begin + ZSTD_DStreamOutSize());
  ZSTD_outBuffer output{text_.data() + begin, text_.size() - begin, 0};
  const std::size_t result = ZSTD_decompressStream(stream_.get(), &output, &input_);
  text_.resize(begin + output.pos);
  if (ZSTD_isError(result) != 0) {
    return absl::DataLossError(fmt::format("{}: {}", path_, ZSTD_getErrorName(result)));
  }
  return true;
}
