#include "engine/group/java_map.h"

#include <string>
#include <vector>

#include "catch.h"

namespace rill::engine {
namespace {

std::vector<std::string> Keys(const JavaMap<std::string, int>& map) {
  std::vector<std::string> keys;
  for (const auto& entry : map) keys.push_back(entry.key);
  return keys;
}

// "Aa" and "BB" have the same hash code in Java.
TEST_CASE("keys of one bucket are walked in the order in which Java puts them there") {
  JavaMap<std::string, int> put;
  for (const char* key : {"AaAa", "BBBB", "AaBB"}) put[key] = 1;
  CHECK(Keys(put) == std::vector<std::string>{"AaAa", "BBBB", "AaBB"});
  JavaMap<std::string, int> computed;
  for (const char* key : {"AaAa", "BBBB", "AaBB", "BBBB"}) ++computed.ComputeIfAbsent(key);
  CHECK(Keys(computed) == std::vector<std::string>{"AaBB", "BBBB", "AaAa"});
  CHECK(*computed.Find("BBBB") == 2);
}

// The letters' hashes are their codes: 'a' is 97, in bucket 1 of 16 and of 32; 'q' is 113.
TEST_CASE("a table grows when Java's does, by put and by computeIfAbsent") {
  JavaMap<std::string, int> put;
  JavaMap<std::string, int> computed;
  const std::string letters = "qabcdefghijklm";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::string key(1, letters[i]);
    put[key] = 1;
    computed.ComputeIfAbsent(key) = 1;
    // In 16 buckets 'q' is beside 'a', in 32 behind 'p'.
    INFO(i);
    CHECK((Keys(put).back() == "q") == (i == 0 || i >= 12));
    CHECK((Keys(computed).back() == "q") == (i <= 1 || i >= 13));
  }
}

}  // namespace
}  // namespace rill::engine
