#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rill/c.h"

// What the tests of the C interface are written with, in C. A check that fails says where, and ends
// the program.

typedef struct test_case {
  const char* name;  // a sentence
  void (*run)(void);
} test_case;

// Each file's cases, ended by one without a name.
extern const test_case engine_cases[];
extern const test_case topic_cases[];
extern const test_case producer_cases[];
extern const test_case consumer_cases[];
extern const test_case group_cases[];
extern const test_case partition_cases[];
extern const test_case misuse_cases[];

// Where the calls of a test describe their failures.
extern rill_error error;

void fail(const char* file, int line, const char* what);
void check_ok(rill_status status, const char* file, int line, const char* call);
// The call failed so, and its message has `text` in it.
void check_fails(rill_status status, rill_status expected, int32_t kafka_code, const char* text,
                 const char* file, int line, const char* call);

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) fail(__FILE__, __LINE__, #condition); \
  } while (0)
#define OK(call) check_ok(call, __FILE__, __LINE__, #call)
#define FAILS(call, expected, kafka_code, text) \
  check_fails(call, expected, kafka_code, text, __FILE__, __LINE__, #call)
// Kafka's codes that the tests meet.
enum {
  NO_CODE = -1,
  OFFSET_OUT_OF_RANGE = 1,
  CORRUPT_MESSAGE = 2,
  UNKNOWN_TOPIC_OR_PARTITION = 3,
  REQUEST_TIMED_OUT = 7,
  MESSAGE_TOO_LARGE = 10,
  INVALID_TOPIC = 17,
  INVALID_GROUP_ID = 24,
  TOPIC_ALREADY_EXISTS = 36,
  INVALID_PARTITIONS = 37,
  INVALID_CONFIG = 40,
  NON_EMPTY_GROUP = 68,
  GROUP_ID_NOT_FOUND = 69,
  INVALID_RECORD = 87
};

rill_engine* open_memory(void);
// A topic that keeps its records whatever their age.
rill_topic* make_topic(rill_engine* engine, const char* name, int32_t partitions);
rill_producer* new_producer(rill_engine* engine);
// Options of names and values, ended by a null name.
rill_options* options_of(const char* const* names_and_values);
// A consumer of `group` from the earliest record on, subscribed to `topic`.
rill_consumer* subscribe(rill_engine* engine, const char* group, const char* topic);
void send_text(rill_producer* producer, const rill_topic* topic, const char* value);

// In ms since the Unix epoch. (Records whose times lie far apart come into segments of their own.)
int64_t an_hour_ago(void);

rill_bytes bytes_of(const char* text);
int is_text(rill_bytes bytes, const char* text);
int is_null(rill_bytes bytes);
int is_empty(rill_bytes bytes);
