#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "cli/dump_log.h"
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

// `input` is what stands on standard input.
inline Ran RunWords(io::FileSystem& files, const std::string& directory,
                    const std::vector<std::string>& words, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunRill({files, directory, in, out, err}, words);
  return {exit_code, out.str(), err.str()};
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
