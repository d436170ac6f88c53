// Compares the partitions of keys with those that the Java client gives: reads what
// java/PartitionVectors.java prints.
//
//   java.sh PartitionVectors SEED COUNT | partition_agreement

#include <fmt/format.h>

#include <iostream>
#include <string>

#include "rill/partitioner.h"

namespace {

std::string FromHex(const std::string& hex) {
  std::string bytes;
  if (hex == "-") return bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

}  // namespace

int main() {
  int keys = 0;
  int differ = 0;
  for (std::string word; std::cin >> word;) {
    if (word == "#") {
      std::getline(std::cin, word);
      continue;
    }
    std::int32_t partitions = 0;
    std::int32_t hash = 0;
    std::int32_t partition = 0;
    if (!(std::cin >> partitions >> hash >> partition)) {
      fmt::print("a line ends early behind {}\n", word);
      return 1;
    }
    ++keys;
    const std::string key = FromHex(word);
    if (rill::Murmur2(key) == hash && rill::PartitionForKey(key, partitions) == partition) continue;
    ++differ;
    fmt::print("{} of {}: Kafka {} {}, rill {} {}\n", word, partitions, hash, partition,
               rill::Murmur2(key), rill::PartitionForKey(key, partitions));
  }
  fmt::print("{} keys: {} differ\n", keys, differ);
  return keys > 0 && differ == 0 ? 0 : 1;
}
