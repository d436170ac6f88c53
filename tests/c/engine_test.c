#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>

#include "c_test.h"

static void says_versions_and_names(void) {
  CHECK(rill_abi_version() == RILL_C_ABI_VERSION);
  CHECK(strlen(rill_version()) >= strlen("0.0.0"));
  CHECK(strcmp(rill_status_name(RILL_OK), "OK") == 0);
  CHECK(strcmp(rill_status_name(RILL_DATA_LOSS), "DATA_LOSS") == 0);
  CHECK(strcmp(rill_status_name(-7), "") == 0);
  CHECK(strcmp(rill_kafka_code_name(0), "NONE") == 0);
  CHECK(strcmp(rill_kafka_code_name(OFFSET_OUT_OF_RANGE), "OFFSET_OUT_OF_RANGE") == 0);
  CHECK(strcmp(rill_kafka_code_name(65536), "UNKNOWN_SERVER_ERROR") == 0);
}

static void refuses_to_open(const char* where, const char* name, const char* value,
                            rill_status status, int32_t code, const char* text) {
  rill_options* options = options_of((const char* const[]){name, value, NULL});
  rill_engine* engine = (rill_engine*)&options;  // not null, to see it nulled
  FAILS(rill_open(where, options, &engine, &error), status, code, text);
  CHECK(engine == NULL);
  rill_options_free(options);
}

static void open_says_what_it_does_not_take(void) {
  refuses_to_open("ftp://here", NULL, NULL, RILL_INVALID_ARGUMENT, NO_CODE, "ftp");
  refuses_to_open("mem:", "no.such.option", "1", RILL_INVALID_ARGUMENT, INVALID_CONFIG,
                  "no.such.option");
  refuses_to_open("mem:", "max.open.files", "many", RILL_INVALID_ARGUMENT, INVALID_CONFIG,
                  "max.open.files=many");
  refuses_to_open("mem:", "maintenance", "never", RILL_INVALID_ARGUMENT, INVALID_CONFIG,
                  "own-thread, by-caller");
  refuses_to_open("mem:", "max.disk.bytes", "-1", RILL_INVALID_ARGUMENT, INVALID_CONFIG,
                  "max.disk.bytes=-1");
  refuses_to_open("mem:", "maintenance", NULL, RILL_INVALID_ARGUMENT, INVALID_CONFIG,
                  "has no value");
  refuses_to_open("./no-such-folder-of-c-test", "create.if.missing", "false", RILL_NOT_FOUND,
                  NO_CODE, "no-such-folder-of-c-test");
}

// A folder for one test; its name stays in `path`.
static void make_folder(char path[64]) {
  strcpy(path, "/tmp/rill-c-test-XXXXXX");
  CHECK(mkdtemp(path) != NULL);
}

static void remove_folder(const char* path) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", path);
  CHECK(system(command) == 0);
}

static void a_folder_has_one_engine_and_keeps_its_records(void) {
  char path[64];
  make_folder(path);
  rill_engine* engine = NULL;
  OK(rill_open(path, NULL, &engine, &error));
  rill_engine* second = NULL;
  FAILS(rill_open(path, NULL, &second, &error), RILL_FAILED_PRECONDITION, NO_CODE, path);

  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  send_text(producer, topic, "coffee");
  OK(rill_engine_flush(engine, &error));
  rill_producer_free(producer);
  rill_topic_free(topic);
  OK(rill_engine_close(engine, &error));
  OK(rill_engine_close(engine, &error));
  rill_engine_free(engine);

  OK(rill_open(path, NULL, &second, &error));
  OK(rill_engine_find_topic(second, "orders", &topic, &error));
  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 0, &partition, &error));
  CHECK(rill_partition_high_watermark(partition) == 1);
  rill_partition_free(partition);
  rill_topic_free(topic);
  rill_engine_free(second);
  remove_folder(path);
}

typedef struct heard {
  int lines;
  int warnings;
  int names_the_stranger;
} heard;

static void hear(void* context, int32_t level, const char* line) {
  heard* told = context;
  ++told->lines;
  if (level == RILL_LOG_WARNING) ++told->warnings;
  if (strstr(line, "stranger-0") != NULL) told->names_the_stranger = 1;
}

static void the_log_sink_hears_of_a_folder_that_is_not_in_the_catalogue(void) {
  char path[64];
  char stranger[80];
  make_folder(path);
  snprintf(stranger, sizeof stranger, "%s/stranger-0", path);
  CHECK(mkdir(stranger, 0700) == 0);

  heard told = {0};
  rill_options* options = rill_options_new();
  OK(rill_options_set_log_sink(options, hear, &told, &error));
  rill_engine* engine = NULL;
  OK(rill_open(path, options, &engine, &error));
  rill_options_free(options);
  rill_engine_free(engine);
  CHECK(told.lines >= 1 && told.warnings >= 1 && told.names_the_stranger);
  remove_folder(path);
}

static void the_caller_may_do_the_background_work(void) {
  rill_options* options = options_of((const char* const[]){"maintenance", "by-caller", NULL});
  rill_engine* engine = NULL;
  OK(rill_open("mem:", options, &engine, &error));
  rill_options_free(options);
  rill_topic* topic = make_topic(engine, "orders", 1);
  options = options_of((const char* const[]){"linger.ms", "1", NULL});
  rill_producer* producer = NULL;
  OK(rill_engine_new_producer(engine, options, &producer, &error));
  rill_options_free(options);
  const rill_producer_record record = {.value = bytes_of("coffee")};
  OK(rill_producer_send(producer, topic, &record, NULL, NULL, &error));
  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 0, &partition, &error));

  int64_t wait_ms = -7;
  for (int turns = 0; rill_partition_high_watermark(partition) == 0; ++turns) {
    CHECK(turns < 100000000);
    OK(rill_engine_run_maintenance(engine, &wait_ms, &error));
    CHECK(wait_ms >= -1);
  }
  rill_partition_free(partition);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void resource_use_fills_the_struct_that_the_caller_knows(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  send_text(producer, topic, "coffee");

  struct {
    rill_resource_use known;
    uint64_t later;  // as a header of a later version would have it
  } use;
  memset(&use, 0xff, sizeof use);
  use.known.struct_size = sizeof use;
  OK(rill_engine_resource_use(engine, &use.known, &error));
  CHECK(use.known.struct_size == sizeof use);
  CHECK(use.known.disk_bytes > 0 && use.later == 0);

  memset(&use, 0xff, sizeof use);
  use.known.struct_size = sizeof use.known;
  OK(rill_engine_resource_use(engine, &use.known, &error));
  CHECK(use.known.disk_bytes > 0 && use.later == UINT64_MAX);
  use.known.struct_size = 0;
  FAILS(rill_engine_resource_use(engine, &use.known, &error), RILL_INVALID_ARGUMENT, NO_CODE,
        "struct_size");
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void the_page_of_metrics_is_text_for_prometheus(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  send_text(producer, topic, "coffee");

  rill_strings* page = NULL;
  OK(rill_engine_prometheus_text(engine, 0, &page, &error));
  CHECK(page->count == 1);
  CHECK(strncmp(page->items[0], "# HELP rill_", 12) == 0);
  CHECK(strstr(page->items[0], "\nrill_appended_records_total 1\n") != NULL);
  CHECK(strstr(page->items[0], "topic=") == NULL);
  rill_strings_free(page);
  OK(rill_engine_prometheus_text(engine, 1, &page, &error));
  CHECK(strstr(page->items[0], "{topic=\"orders\",partition=\"0\"} 1\n") != NULL);
  rill_strings_free(page);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void a_cap_refuses_by_name(void) {
  rill_options* options = options_of((const char* const[]){"max.disk.bytes", "200000", NULL});
  rill_engine* engine = NULL;
  OK(rill_open("mem:", options, &engine, &error));
  rill_options_free(options);
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  char* value = calloc(1, 300000);
  const rill_producer_record record = {.value = {value, 300000}};
  FAILS(rill_producer_send_wait(producer, topic, &record, -1, NULL, &error),
        RILL_RESOURCE_EXHAUSTED, NO_CODE, "max_disk_bytes");
  free(value);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void handles_outlive_their_engine_and_are_freed_in_any_order(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  rill_consumer* consumer = subscribe(engine, "billing", "orders");
  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 0, &partition, &error));
  rill_engine_free(engine);

  const rill_producer_record record = {.value = bytes_of("late")};
  FAILS(rill_producer_send_wait(producer, topic, &record, 0, NULL, &error),
        RILL_FAILED_PRECONDITION, NO_CODE, "closed");
  rill_records* records = NULL;
  FAILS(rill_consumer_poll(consumer, 0, &records, &error), RILL_FAILED_PRECONDITION, NO_CODE,
        "closed");
  FAILS(rill_partition_flush(partition, &error), RILL_FAILED_PRECONDITION, NO_CODE, "closed");
  rill_topic_free(topic);
  rill_partition_free(partition);
  rill_consumer_free(consumer);
  rill_producer_free(producer);
}

static void a_long_message_is_cut_between_characters(void) {
  rill_engine* engine = open_memory();
  char name[3001];
  for (int i = 0; i < 3000; i += 2) memcpy(name + i, "\xc3\xa9", 2);
  for (int shift = 0; shift < 2; ++shift) {  // one of both would cut a character in two
    name[3000 - shift] = '\0';
    if (shift == 1) name[0] = 'e', memmove(name + 1, name + 2, 2999);
    rill_topic* topic = NULL;
    FAILS(rill_engine_find_topic(engine, name, &topic, &error), RILL_NOT_FOUND,
          UNKNOWN_TOPIC_OR_PARTITION, "\xc3\xa9...");
    const size_t size = strlen(error.message);
    CHECK(size < sizeof error.message && size > sizeof error.message - 3);
    CHECK(strcmp(error.message + size - 5, "\xc3\xa9...") == 0);
  }
  rill_engine_free(engine);
}

const test_case engine_cases[] = {
    {"versions and names are said", says_versions_and_names},
    {"open says what it does not take", open_says_what_it_does_not_take},
    {"a folder has one engine and keeps its records",
     a_folder_has_one_engine_and_keeps_its_records},
    {"the log sink hears of a folder that is not in the catalogue",
     the_log_sink_hears_of_a_folder_that_is_not_in_the_catalogue},
    {"the caller may do the background work", the_caller_may_do_the_background_work},
    {"resource use fills the struct that the caller knows",
     resource_use_fills_the_struct_that_the_caller_knows},
    {"the page of metrics is text for Prometheus", the_page_of_metrics_is_text_for_prometheus},
    {"a cap refuses by name", a_cap_refuses_by_name},
    {"handles outlive their engine and are freed in any order",
     handles_outlive_their_engine_and_are_freed_in_any_order},
    {"a long message is cut between characters", a_long_message_is_cut_between_characters},
    {NULL, NULL}};
