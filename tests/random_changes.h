#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace rill::testing {

using Random = std::mt19937_64;

// From RILL_SEED, or a new one; prints it, so that a run can be repeated.
Random SeededRandom();

// In [0, most].
std::size_t UpTo(Random& random, std::size_t most);

// The files, and those in the folders, in order of their paths.
std::vector<std::string> ReadSeeds(const std::vector<std::string>& paths);

// One of the seeds with 1 to 5 random changes: cut, bytes taken out, put in or replaced, the end of
// another seed.
std::string ChangedSeed(const std::vector<std::string>& seeds, Random& random);

}  // namespace rill::testing
