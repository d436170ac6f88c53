#include "c_test.h"

// What the null checks name.
#define REFUSES_NULL(call, name) FAILS(call, RILL_INVALID_ARGUMENT, NO_CODE, name " is null")

static void null_engines_and_names_are_refused(void) {
  rill_engine* engine = NULL;
  rill_topic* topic = NULL;
  rill_producer* producer = NULL;
  rill_consumer* consumer = NULL;
  rill_strings* strings = NULL;
  rill_partitions* partitions = NULL;
  rill_topic_description* description = NULL;
  rill_group_description* group = NULL;
  rill_resource_use use = {.struct_size = sizeof use};
  int64_t wait_ms = 0;
  REFUSES_NULL(rill_open(NULL, NULL, &engine, &error), "rill_open: where");
  REFUSES_NULL(rill_open("mem:", NULL, NULL, &error), "rill_open: out");
  REFUSES_NULL(rill_engine_close(NULL, &error), "engine");
  REFUSES_NULL(rill_engine_flush(NULL, &error), "engine");
  REFUSES_NULL(rill_engine_run_maintenance(NULL, &wait_ms, &error), "engine");
  REFUSES_NULL(rill_engine_resource_use(NULL, &use, &error), "engine");
  REFUSES_NULL(rill_engine_prometheus_text(NULL, 0, &strings, &error), "engine");
  REFUSES_NULL(rill_engine_create_topic(NULL, "a", 1, NULL, &topic, &error), "engine");
  REFUSES_NULL(rill_engine_ensure_topic(NULL, "a", 1, NULL, &topic, &error), "engine");
  REFUSES_NULL(rill_engine_find_topic(NULL, "a", &topic, &error), "engine");
  REFUSES_NULL(rill_engine_delete_topic(NULL, "a", &error), "engine");
  REFUSES_NULL(rill_engine_list_topics(NULL, 0, &strings, &error), "engine");
  REFUSES_NULL(rill_engine_create_partitions(NULL, "a", 1, &error), "engine");
  REFUSES_NULL(rill_engine_alter_topic_configs(NULL, "a", NULL, &error), "engine");
  REFUSES_NULL(rill_engine_describe_topic(NULL, "a", &description, &error), "engine");
  REFUSES_NULL(rill_engine_new_producer(NULL, NULL, &producer, &error), "engine");
  REFUSES_NULL(rill_engine_new_consumer(NULL, NULL, &consumer, &error), "engine");
  REFUSES_NULL(rill_engine_list_groups(NULL, &strings, &error), "engine");
  REFUSES_NULL(rill_engine_describe_group(NULL, "g", &group, &error), "engine");
  REFUSES_NULL(rill_engine_committed_offsets(NULL, "g", &partitions, &error), "engine");
  REFUSES_NULL(rill_engine_delete_group(NULL, "g", &error), "engine");

  engine = open_memory();
  REFUSES_NULL(rill_engine_run_maintenance(engine, NULL, &error), "wait_ms");
  REFUSES_NULL(rill_engine_resource_use(engine, NULL, &error), "use");
  REFUSES_NULL(rill_engine_prometheus_text(engine, 0, NULL, &error), "out");
  REFUSES_NULL(rill_engine_create_topic(engine, NULL, 1, NULL, &topic, &error), "name");
  REFUSES_NULL(rill_engine_ensure_topic(engine, NULL, 1, NULL, &topic, &error), "name");
  REFUSES_NULL(rill_engine_find_topic(engine, NULL, &topic, &error), "name");
  REFUSES_NULL(rill_engine_find_topic(engine, "a", NULL, &error), "out");
  REFUSES_NULL(rill_engine_delete_topic(engine, NULL, &error), "name");
  REFUSES_NULL(rill_engine_list_topics(engine, 0, NULL, &error), "out");
  REFUSES_NULL(rill_engine_create_partitions(engine, NULL, 1, &error), "name");
  REFUSES_NULL(rill_engine_alter_topic_configs(engine, "a", NULL, &error), "changes");
  REFUSES_NULL(rill_engine_describe_topic(engine, "a", NULL, &error), "out");
  REFUSES_NULL(rill_engine_new_producer(engine, NULL, NULL, &error), "out");
  REFUSES_NULL(rill_engine_new_consumer(engine, NULL, NULL, &error), "out");
  REFUSES_NULL(rill_engine_list_groups(engine, NULL, &error), "out");
  REFUSES_NULL(rill_engine_describe_group(engine, NULL, &group, &error), "group");
  REFUSES_NULL(rill_engine_committed_offsets(engine, NULL, &partitions, &error), "group");
  REFUSES_NULL(rill_engine_delete_group(engine, NULL, &error), "group");
  rill_engine_free(engine);
}

static void null_options_are_refused(void) {
  REFUSES_NULL(rill_options_set(NULL, "a", "b", &error), "options");
  REFUSES_NULL(rill_options_set_log_sink(NULL, NULL, NULL, &error), "options");
  REFUSES_NULL(rill_options_set_partitioner(NULL, NULL, NULL, &error), "options");
  REFUSES_NULL(rill_options_set_rebalance_listener(NULL, NULL, NULL, &error), "options");
  rill_options* options = rill_options_new();
  REFUSES_NULL(rill_options_set(options, NULL, "b", &error), "name");
  rill_options_free(options);
}

static void null_producers_and_records_are_refused(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "a", 1);
  rill_producer* producer = new_producer(engine);
  rill_producer_record record = {.set = 0};
  rill_delivery delivery = {.status = RILL_OK};
  REFUSES_NULL(rill_producer_send(NULL, topic, &record, NULL, NULL, &error), "producer");
  REFUSES_NULL(rill_producer_send(producer, NULL, &record, NULL, NULL, &error), "topic");
  REFUSES_NULL(rill_producer_send(producer, topic, NULL, NULL, NULL, &error), "record");
  REFUSES_NULL(rill_producer_send_wait(NULL, topic, &record, 0, NULL, &error), "producer");
  REFUSES_NULL(rill_producer_send_batch(NULL, topic, &record, 1, NULL, NULL, &error), "producer");
  REFUSES_NULL(rill_producer_send_batch_wait(NULL, topic, &record, 1, 0, &delivery, &error),
               "producer");
  CHECK(delivery.status == RILL_INVALID_ARGUMENT);
  REFUSES_NULL(rill_producer_send_batch(producer, topic, NULL, 1, NULL, NULL, &error),
               "a list of 1 items");
  REFUSES_NULL(rill_producer_flush(NULL, 0, &error), "producer");
  REFUSES_NULL(rill_producer_close(NULL, 0, &error), "producer");

  record.key.size = 1;
  FAILS(rill_producer_send(producer, topic, &record, NULL, NULL, &error), RILL_INVALID_ARGUMENT,
        NO_CODE, "key");
  record = (rill_producer_record){.header_count = 1};
  REFUSES_NULL(rill_producer_send(producer, topic, &record, NULL, NULL, &error), "items");
  const rill_header header = {{NULL, 3}, {NULL, 0}};
  record.headers = &header;
  FAILS(rill_producer_send(producer, topic, &record, NULL, NULL, &error), RILL_INVALID_ARGUMENT,
        NO_CODE, "header 0");
  record = (rill_producer_record){.set = 4};
  FAILS(rill_producer_send(producer, topic, &record, NULL, NULL, &error), RILL_INVALID_ARGUMENT,
        NO_CODE, "set=0x4");
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void null_consumers_are_refused(void) {
  rill_records* records = NULL;
  rill_partitions* partitions = NULL;
  rill_strings* strings = NULL;
  int64_t number = 0;
  REFUSES_NULL(rill_consumer_subscribe(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_subscribe_pattern(NULL, "a", &error), "consumer");
  REFUSES_NULL(rill_consumer_unsubscribe(NULL, &error), "consumer");
  REFUSES_NULL(rill_consumer_assign(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_subscription(NULL, &strings, &error), "consumer");
  REFUSES_NULL(rill_consumer_assignment(NULL, &partitions, &error), "consumer");
  REFUSES_NULL(rill_consumer_poll(NULL, 0, &records, &error), "consumer");
  REFUSES_NULL(rill_consumer_seek(NULL, "a", 0, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_seek_to_beginning(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_seek_to_end(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_seek_to_time(NULL, 0, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_pause(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_resume(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_paused(NULL, &partitions, &error), "consumer");
  REFUSES_NULL(rill_consumer_position(NULL, "a", 0, &number, &error), "consumer");
  REFUSES_NULL(rill_consumer_lag(NULL, "a", 0, &number, &error), "consumer");
  REFUSES_NULL(rill_consumer_committed(NULL, "a", 0, &partitions, &error), "consumer");
  REFUSES_NULL(rill_consumer_commit(NULL, &error), "consumer");
  REFUSES_NULL(rill_consumer_commit_records(NULL, NULL, &error), "consumer");
  REFUSES_NULL(rill_consumer_commit_offsets(NULL, NULL, 0, &error), "consumer");
  REFUSES_NULL(rill_consumer_commit_async(NULL, NULL, NULL, &error), "consumer");
  REFUSES_NULL(rill_consumer_close(NULL, &error), "consumer");
  CHECK(rill_consumer_member_id(NULL) == NULL);
  rill_consumer_wakeup(NULL);

  rill_engine* engine = open_memory();
  rill_consumer* consumer = subscribe(engine, "g", "a");
  const char* nameless = NULL;
  const rill_topic_partition nowhere = {.topic = NULL};
  REFUSES_NULL(rill_consumer_poll(consumer, 0, NULL, &error), "out");
  REFUSES_NULL(rill_consumer_subscribe(consumer, NULL, 2, &error), "a list of 2 items");
  REFUSES_NULL(rill_consumer_subscribe(consumer, &nameless, 1, &error), "the name of item 0");
  REFUSES_NULL(rill_consumer_assign(consumer, &nowhere, 1, &error), "the topic of item 0");
  REFUSES_NULL(rill_consumer_commit_offsets(consumer, &nowhere, 1, &error), "item 0");
  REFUSES_NULL(rill_consumer_commit_records(consumer, NULL, &error), "records");
  REFUSES_NULL(rill_consumer_position(consumer, "a", 0, NULL, &error), "offset");
  rill_consumer_free(consumer);
  rill_engine_free(engine);
}

static void null_partitions_and_records_are_refused(void) {
  rill_records* records = NULL;
  rill_partitions* partitions = NULL;
  rill_partition* partition = NULL;
  rill_record record;
  rill_header header;
  int64_t number = 0;
  REFUSES_NULL(rill_topic_get_partition(NULL, 0, &partition, &error), "topic");
  CHECK(rill_topic_name(NULL) == NULL && rill_topic_id(NULL) == NULL);
  CHECK(rill_topic_partition_count(NULL) == -1);
  REFUSES_NULL(rill_partition_append(NULL, NULL, 0, NULL, &error), "partition");
  REFUSES_NULL(rill_partition_append_batch(NULL, "", 0, NULL, &error), "partition");
  REFUSES_NULL(rill_partition_read(NULL, 0, 0, 0, &records, &error), "partition");
  REFUSES_NULL(rill_partition_wait_for(NULL, 0, 0, &error), "partition");
  REFUSES_NULL(rill_partition_offset_for_time(NULL, 0, &number, NULL, &error), "partition");
  REFUSES_NULL(rill_partition_delete_records_before(NULL, 0, NULL, &error), "partition");
  REFUSES_NULL(rill_partition_flush(NULL, &error), "partition");
  CHECK(rill_partition_log_start_offset(NULL) == -1);
  CHECK(rill_partition_high_watermark(NULL) == -1);
  CHECK(rill_partition_log_end_offset(NULL) == -1);
  CHECK(rill_partition_size_bytes(NULL) == 0);
  CHECK(rill_records_next(NULL, &record, 1) == 0);
  CHECK(rill_record_headers(NULL, &header, 1) == 0);
  CHECK(rill_records_stored_bytes(NULL) == 0);
  rill_records_rewind(NULL);
  REFUSES_NULL(rill_records_check(NULL, &error), "batch");
  REFUSES_NULL(rill_records_positions(NULL, &partitions, &error), "batch");
}

static void freeing_null_does_nothing(void) {
  rill_options_free(NULL);
  rill_engine_free(NULL);
  rill_topic_free(NULL);
  rill_partition_free(NULL);
  rill_producer_free(NULL);
  rill_consumer_free(NULL);
  rill_records_free(NULL);
  rill_strings_free(NULL);
  rill_partitions_free(NULL);
  rill_topic_description_free(NULL);
  rill_group_description_free(NULL);
}

static void an_error_may_be_left_out_and_is_written_on_failure_alone(void) {
  CHECK(rill_engine_close(NULL, NULL) == RILL_INVALID_ARGUMENT);
  rill_error untouched = {.status = 77, .kafka_code = 88, .message = "as before"};
  rill_engine* engine = NULL;
  CHECK(rill_open("mem:", NULL, &engine, &untouched) == RILL_OK);
  CHECK(untouched.status == 77 && untouched.kafka_code == 88);
  CHECK(strcmp(untouched.message, "as before") == 0);
  rill_engine_free(engine);
}

const test_case misuse_cases[] = {
    {"null engines and names are refused", null_engines_and_names_are_refused},
    {"null options are refused", null_options_are_refused},
    {"null producers and records are refused", null_producers_and_records_are_refused},
    {"null consumers are refused", null_consumers_are_refused},
    {"null partitions and records are refused", null_partitions_and_records_are_refused},
    {"freeing null does nothing", freeing_null_does_nothing},
    {"an error may be left out, and is written on failure alone",
     an_error_may_be_left_out_and_is_written_on_failure_alone},
    {NULL, NULL}};
