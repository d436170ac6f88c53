// The records of every topic (tests/clients/run.py has the rule), for C and C++.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kPartitions = 3 };
static const int64_t kFirstTimestamp = 1700000000000;

struct Expected {
  char key[24];
  char header[24];
  unsigned char value[200];
  size_t value_size;
  int64_t timestamp;
};

static inline struct Expected RecordAt(int64_t i) {
  struct Expected record;
  snprintf(record.key, sizeof record.key, "k%lld", (long long)i);
  snprintf(record.header, sizeof record.header, "%lld", (long long)i);
  record.value_size = (size_t)(i % 200);
  for (size_t j = 0; j < record.value_size; ++j) record.value[j] = (unsigned char)(i + j);
  record.timestamp = kFirstTimestamp + i;
  return record;
}

static inline bool Same(const void* bytes, size_t size, const void* expected,
                        size_t expected_size) {
  return size == expected_size && (size == 0 || memcmp(bytes, expected, size) == 0);
}
