#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <span>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "cli/dump_log.h"
#include "io/memory_file_system.h"

// Arbitrary bytes as files to be dumped, in every way. The first byte says which way, the second
// how much of the rest, in 255ths, is the file itself; what is left is the log beside it.

namespace rill::cli {
namespace {

class Nowhere : public std::streambuf {
  int overflow(int c) override { return c == EOF ? '\0' : c; }
  std::streamsize xsputn(const char*, std::streamsize size) override { return size; }
};

// Suffixes and options; the first byte picks one.
constexpr std::array<std::array<std::string_view, 2>, 15> kWays = {{
    {".log", ""},
    {".log", "--print-data-log"},
    {".log", "--offsets-decoder"},
    {".log", "--transaction-log-decoder"},
    {".log", "--share-group-state-decoder"},
    {".log", "--cluster-metadata-decoder"},
    {".log", "--skip-record-metadata"},
    {".index", ""},
    {".index", "--index-sanity-check"},
    {".timeindex", ""},
    {".timeindex", "--verify-index-only"},
    {".timeindex", "--index-sanity-check"},
    {".txnindex", ""},
    {".snapshot", ""},
    {".checkpoint", "--deep-iteration"},
}};

void Write(io::FileSystem& files, const std::string& path, std::string_view bytes) {
  const auto file = files.Open(path, io::OpenMode::kCreate);
  if (!file.ok() || !(*file)->WriteAt(0, bytes).ok()) std::abort();
}

void Run(std::string_view input) {
  if (input.size() < 2) return;
  const auto& [suffix, option] = kWays[static_cast<std::uint8_t>(input[0]) % kWays.size()];
  const auto share = static_cast<std::uint8_t>(input[1]);
  input.remove_prefix(2);
  const bool has_log = suffix == ".index" || suffix == ".timeindex";
  const std::size_t size = has_log ? input.size() * share / 255 : input.size();
  const std::string stem = suffix == ".checkpoint" ? "/bootstrap" : "/00000000000000000003";

  const auto files = io::NewMemoryFileSystem();
  Write(*files, stem + std::string(suffix), input.substr(0, size));
  if (has_log) Write(*files, stem + ".log", input.substr(size));
  if (suffix == ".timeindex") Write(*files, stem + ".index", input.substr(0, size / 3));
  Nowhere nowhere;
  std::ostream out(&nowhere);
  std::istringstream nothing;
  std::vector<std::string> words = {"--files", stem + std::string(suffix)};
  if (!option.empty()) words.emplace_back(option);
  const int exit_code = RunDumpLog({*files, "/", nothing, out, StandardError(out)}, words);
  if (exit_code != 0 && exit_code != 1) std::abort();
}

}  // namespace
}  // namespace rill::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rill::cli::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
