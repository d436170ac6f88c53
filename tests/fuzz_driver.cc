#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// Runs a fuzz target without libFuzzer, so that every build and every compiler exercises it:
//
//   batch_fuzz_replay <mutations> <seed file or folder>...
//
// Each seed as it is, then so many random changes of them. RILL_SEED replays a run.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> ReadSeeds(int count, char** paths) {
  std::vector<fs::path> files;
  for (int i = 0; i < count; ++i) {
    if (!fs::is_directory(paths[i])) {
      files.emplace_back(paths[i]);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(paths[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same seed takes the same files
  std::vector<std::string> seeds;
  for (const fs::path& file : files) seeds.push_back(ReadFile(file));
  return seeds;
}

std::size_t UpTo(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

void ChangeOnce(std::string& bytes, const std::string& other, Random& random) {
  const std::size_t at = bytes.empty() ? 0 : UpTo(random, bytes.size() - 1);
  const std::size_t length = std::min(bytes.size() - at, UpTo(random, 8));
  switch (UpTo(random, 6)) {
    case 0:
      bytes.resize(at);
      break;
    case 1:
      bytes.erase(at, length);
      break;
    case 2:
      bytes.insert(at, length, static_cast<char>(UpTo(random, 255)));
      break;
    case 3:
      bytes.replace(at, length, length, UpTo(random, 1) == 0 ? '\0' : '\xff');
      break;
    case 4:
      bytes.resize(at);
      bytes += other.substr(std::min(at, other.size()));
      break;
    default:
      if (!bytes.empty()) bytes[at] = static_cast<char>(UpTo(random, 255));
  }
}

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s <mutations> <seed file or folder>...\n", argv[0]);
    return 2;
  }
  const char* const given = std::getenv("RILL_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  const std::vector<std::string> seeds = ReadSeeds(argc - 2, argv + 2);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds\n");
    return 2;
  }
  std::printf("RILL_SEED=%llu, %zu seeds\n", static_cast<unsigned long long>(seed), seeds.size());
  std::fflush(stdout);  // to be seen when the target dies
  for (const std::string& input : seeds) Run(input);
  Random random(seed);
  for (long left = std::atol(argv[1]); left > 0; --left) {
    std::string input = seeds[UpTo(random, seeds.size() - 1)];
    const std::string& other = seeds[UpTo(random, seeds.size() - 1)];
    for (std::size_t changes = 1 + UpTo(random, 4); changes > 0; --changes) {
      ChangeOnce(input, other, random);
    }
    Run(input);
  }
  return 0;
}
