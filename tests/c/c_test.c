#include "c_test.h"

#include <time.h>

rill_error error;

void fail(const char* file, int line, const char* what) {
  printf("%s:%d: %s\n", file, line, what);
  fflush(stdout);
  abort();
}

void check_ok(rill_status status, const char* file, int line, const char* call) {
  if (status == RILL_OK) return;
  printf("%s: %s\n", rill_status_name(error.status), error.message);
  fail(file, line, call);
}

void check_fails(rill_status status, rill_status expected, int32_t kafka_code, const char* text,
                 const char* file, int line, const char* call) {
  if (status == expected && error.status == expected && error.kafka_code == kafka_code &&
      strstr(error.message, text) != NULL) {
    return;
  }
  printf("%s, and described: %s, %d, %s\n", rill_status_name(status),
         rill_status_name(error.status), error.kafka_code, error.message);
  fail(file, line, call);
}

rill_engine* open_memory(void) {
  rill_engine* engine = NULL;
  OK(rill_open("mem:", NULL, &engine, &error));
  CHECK(engine != NULL);
  return engine;
}

rill_topic* make_topic(rill_engine* engine, const char* name, int32_t partitions) {
  rill_topic* topic = NULL;
  // Tests write records of the year 2001.
  rill_options* options = options_of((const char* const[]){"retention.ms", "-1", NULL});
  OK(rill_engine_create_topic(engine, name, partitions, options, &topic, &error));
  rill_options_free(options);
  CHECK(topic != NULL);
  return topic;
}

rill_producer* new_producer(rill_engine* engine) {
  rill_producer* producer = NULL;
  OK(rill_engine_new_producer(engine, NULL, &producer, &error));
  CHECK(producer != NULL);
  return producer;
}

rill_options* options_of(const char* const* names_and_values) {
  rill_options* options = rill_options_new();
  CHECK(options != NULL);
  for (; *names_and_values != NULL; names_and_values += 2) {
    OK(rill_options_set(options, names_and_values[0], names_and_values[1], &error));
  }
  return options;
}

rill_consumer* subscribe(rill_engine* engine, const char* group, const char* topic) {
  rill_options* options =
      options_of((const char* const[]){"group.id", group, "auto.offset.reset", "earliest", NULL});
  rill_consumer* consumer = NULL;
  OK(rill_engine_new_consumer(engine, options, &consumer, &error));
  rill_options_free(options);
  OK(rill_consumer_subscribe(consumer, &topic, 1, &error));
  return consumer;
}

void send_text(rill_producer* producer, const rill_topic* topic, const char* value) {
  const rill_producer_record record = {.value = bytes_of(value)};
  OK(rill_producer_send_wait(producer, topic, &record, -1, NULL, &error));
}

int64_t an_hour_ago(void) { return ((int64_t)time(NULL) - 3600) * 1000; }

rill_bytes bytes_of(const char* text) { return (rill_bytes){text, strlen(text)}; }

int is_text(rill_bytes bytes, const char* text) {
  return bytes.data != NULL && bytes.size == strlen(text) &&
         memcmp(bytes.data, text, bytes.size) == 0;
}

int is_null(rill_bytes bytes) { return bytes.data == NULL && bytes.size == 0; }

int is_empty(rill_bytes bytes) { return bytes.data != NULL && bytes.size == 0; }

int main(void) {
  const test_case* const files[] = {engine_cases, topic_cases,     producer_cases, consumer_cases,
                                    group_cases,  partition_cases, misuse_cases};
  int count = 0;
  for (size_t file = 0; file < sizeof files / sizeof *files; ++file) {
    for (const test_case* test = files[file]; test->name != NULL; ++test, ++count) {
      printf("%s\n", test->name);
      fflush(stdout);
      test->run();
    }
  }
  printf("%d cases passed\n", count);
  return 0;
}
