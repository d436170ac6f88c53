#pragma once

#include <algorithm>
#include <memory>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "cli/command_context.h"
#include "cli/rill_command.h"
#include "io/memory_file_system.h"
#include "io/real_file_system.h"

// Runs what stands behind the command, and keeps what it prints.
namespace rill::cli {

struct Ran {
  int exit_code = 0;
  std::string out = {};
  std::string err = {};
};

inline std::vector<std::string> SplitWords(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Standard output that has room for so many bytes, as on a disk that is full then.
class FullDisk final : public std::streambuf {
 public:
  explicit FullDisk(std::size_t room) : room_(room) {}

  const std::string& taken() const { return taken_; }

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    const std::size_t fits = std::min(static_cast<std::size_t>(size), room_ - taken_.size());
    taken_.append(text, fits);
    return static_cast<std::streamsize>(fits);
  }
  int_type overflow(int_type c) override {
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }

 private:
  const std::size_t room_;
  std::string taken_;
};

// Prints to `out`, of which nothing is kept. `input` is what stands on standard input.
inline Ran RunWordsInto(std::ostream& out, io::FileSystem& files, const std::string& directory,
                        const std::vector<std::string>& words, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream err;
  const int exit_code = RunRill({files, directory, in, out, StandardError(err)}, words);
  return {exit_code, "", err.str()};
}

inline Ran RunWords(io::FileSystem& files, const std::string& directory,
                    const std::vector<std::string>& words, const std::string& input = "") {
  std::ostringstream out;
  Ran ran = RunWordsInto(out, files, directory, words, input);
  ran.out = out.str();
  return ran;
}

// `rill <line>`, in a folder that has nothing.
inline Ran RunRillLine(const std::string& line) {
  const auto files = io::NewMemoryFileSystem();
  std::vector<std::string> words = SplitWords(line);
  words.insert(words.begin(), "rill");
  return RunWords(*files, "/", words);
}

// Files in memory, to be dumped.
class DumpFolder {
 public:
  DumpFolder() { REQUIRE(files_->CreateDirectories("/log").ok()); }

  void Write(const std::string& name, std::string_view bytes) {
    const auto file = files_->Open("/log/" + name, io::OpenMode::kCreate);
    REQUIRE(file.ok());
    REQUIRE((*file)->Truncate(0).ok());
    REQUIRE((*file)->WriteAt(0, bytes).ok());
  }
  // `rill dump-log <line>` there.
  Ran Dump(const std::string& line) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", "dump-log"});
    return RunWords(*files_, "/log", words);
  }
  io::FileSystem& files() { return *files_; }

 private:
  std::unique_ptr<io::FileSystem> files_ = io::NewMemoryFileSystem();
};

}  // namespace rill::cli
