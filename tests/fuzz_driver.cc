#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "random_changes.h"

// Runs a fuzz target without libFuzzer, so that every build and every compiler exercises it:
//
//   batch_fuzz_replay <mutations> <seed file or folder>...
//
// Each seed as it is, then so many random changes of them. RILL_SEED replays a run.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s <mutations> <seed file or folder>...\n", argv[0]);
    return 2;
  }
  const auto seeds = rill::testing::ReadSeeds({argv + 2, argv + argc});
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds\n");
    return 2;
  }
  auto random = rill::testing::SeededRandom();
  for (const std::string& input : seeds) Run(input);
  for (long left = std::atol(argv[1]); left > 0; --left) {
    Run(rill::testing::ChangedSeed(seeds, random));
  }
  return 0;
}
