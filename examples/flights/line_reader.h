#pragma once

#include <zstd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// The lines of a text file compressed with zstd, one after the other.
class LineReader {
 public:
  static absl::StatusOr<LineReader> Open(const std::string& path);

  // The next line, without its newline, valid until the next call; false at the end of the file.
  absl::StatusOr<bool> Next(std::string_view& line);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  LineReader(const std::string& path, std::FILE* file);
  // Puts more text behind what is there; false when there is no more.
  absl::StatusOr<bool> Fill();

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  std::vector<char> compressed_;
  ZSTD_inBuffer input_;
  std::string text_;
  std::size_t at_ = 0;  // where the next line begins in text_
};
