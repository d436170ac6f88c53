#include "random_changes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rill::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
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

}  // namespace

Random SeededRandom() {
  const char* const given = std::getenv("RILL_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("RILL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);  // to be seen when the program dies
  return Random(seed);
}

std::size_t UpTo(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

std::vector<std::string> ReadSeeds(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same seed takes the same files
  std::vector<std::string> seeds;
  for (const fs::path& file : files) seeds.push_back(ReadFile(file));
  return seeds;
}

std::string ChangedSeed(const std::vector<std::string>& seeds, Random& random) {
  std::string bytes = seeds[UpTo(random, seeds.size() - 1)];
  const std::string& other = seeds[UpTo(random, seeds.size() - 1)];
  for (std::size_t changes = 1 + UpTo(random, 4); changes > 0; --changes) {
    ChangeOnce(bytes, other, random);
  }
  return bytes;
}

}  // namespace rill::testing
