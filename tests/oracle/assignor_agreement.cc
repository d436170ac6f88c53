// Compares the assignors with Apache Kafka's own: reads what java/AssignorVectors.java prints.
//
//   java ... AssignorVectors.java <seed> <count> | assignor_agreement
//
// Prints what differs and a summary; fails when something differs, or when nothing came.

#include <cstdio>
#include <iostream>

#include "assignor_vectors.h"

int main() {
  rill::engine::AssignorVector vector;
  rill::engine::AssignorVerdict verdict;
  int cases = 0;
  while (rill::engine::ReadAssignorVector(std::cin, &vector)) {
    ++cases;
    rill::engine::CompareWithKafka(vector, &verdict);
  }
  constexpr std::size_t kMostShown = 10;
  for (std::size_t i = 0; i < verdict.differences.size() && i < kMostShown; ++i) {
    fmt::print("{}\n", verdict.differences[i]);
  }
  fmt::print(
      "{} cases: {} answers agree, {} differ, {} where Kafka gives no valid answer and rill does\n",
      cases, verdict.agreed, verdict.differences.size(), verdict.kafka_invalid);
  return cases > 0 && verdict.differences.empty() ? 0 : 1;
}
