#include "c_test.h"

enum { kMany = 1000 };

typedef struct deliveries {
  int count;
  int failures;
  int64_t last_offset;
  rill_error last_error;
  rill_producer* producer;  // to call from within
} deliveries;

static void count_delivery(void* context, const rill_delivery* delivery, const rill_error* failed) {
  deliveries* told = context;
  ++told->count;
  CHECK((failed == NULL) == (delivery->status == RILL_OK));
  if (failed == NULL) {
    CHECK(delivery->kafka_code == 0 && delivery->timestamp_ms > 0);
    told->last_offset = delivery->offset;
    return;
  }
  ++told->failures;
  CHECK(delivery->offset == -1 && delivery->partition == -1 && delivery->timestamp_ms == -1);
  CHECK(delivery->status == failed->status && delivery->kafka_code == failed->kafka_code);
  told->last_error = *failed;
}

static void callbacks_hear_of_each_record_once(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  deliveries told = {0};
  for (int i = 0; i < 10; ++i) {
    const rill_producer_record record = {.value = bytes_of("coffee")};
    OK(rill_producer_send(producer, topic, &record, count_delivery, &told, &error));
  }
  CHECK(told.count == 10 && told.failures == 0 && told.last_offset == 9);

  char* large = calloc(1, 2 << 20);
  const rill_producer_record record = {.value = {large, 2 << 20}};
  OK(rill_producer_send(producer, topic, &record, count_delivery, &told, &error));
  CHECK(told.count == 11 && told.failures == 1);
  CHECK(told.last_error.kafka_code == MESSAGE_TOO_LARGE);
  CHECK(strstr(told.last_error.message, "max_request_size") != NULL);
  FAILS(rill_producer_flush(producer, -1, &error), RILL_INVALID_ARGUMENT, MESSAGE_TOO_LARGE, "");
  OK(rill_producer_flush(producer, -1, &error));
  free(large);
  rill_topic_free(topic);
  rill_producer_free(producer);
  rill_engine_free(engine);
}

static void records_come_back_as_they_were_sent(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 3);
  rill_producer* producer = new_producer(engine);
  const int64_t then = an_hour_ago();
  const rill_header headers[] = {{{"trace", 5}, {"7", 1}}, {{"trace", 5}, {NULL, 0}}};
  const rill_producer_record records[] = {
      {.key = bytes_of("seoul"),
       .value = bytes_of("coffee"),
       .headers = headers,
       .header_count = 2,
       .timestamp_ms = then,
       .partition = 2,
       .set = RILL_SET_TIMESTAMP | RILL_SET_PARTITION},
      {.value = {"", 0}, .partition = 2, .set = RILL_SET_PARTITION},
      {.key = {"", 0}, .partition = 2, .set = RILL_SET_PARTITION}};
  rill_delivery delivery;
  for (int i = 0; i < 3; ++i) {
    OK(rill_producer_send_wait(producer, topic, &records[i], 1000, &delivery, &error));
    CHECK(delivery.offset == i && delivery.partition == 2 && delivery.status == RILL_OK);
    if (i == 0) CHECK(delivery.timestamp_ms == then);
  }

  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 2, &partition, &error));
  rill_records* batch = NULL;
  OK(rill_partition_read(partition, 0, 1 << 20, -1, &batch, &error));
  rill_record read[4];
  CHECK(rill_records_next(batch, read, 4) == 3);
  CHECK(is_text(read[0].key, "seoul") && is_text(read[0].value, "coffee"));
  CHECK(read[0].timestamp_ms == then && read[0].header_count == 2);
  CHECK(strcmp(read[0].topic, "orders") == 0 && read[0].partition == 2);
  rill_header found[3];
  CHECK(rill_record_headers(&read[0], found, 3) == 2);
  CHECK(is_text(found[0].name, "trace") && is_text(found[0].value, "7"));
  CHECK(is_text(found[1].name, "trace") && is_null(found[1].value));
  CHECK(rill_record_headers(&read[0], found, 1) == 1);
  CHECK(rill_record_headers(&read[1], found, 3) == 0);
  CHECK(is_null(read[1].key) && is_empty(read[1].value));
  CHECK(is_empty(read[2].key) && is_null(read[2].value));
  rill_records_free(batch);
  rill_partition_free(partition);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static rill_producer* lingering_producer(rill_engine* engine) {
  rill_options* options = options_of((const char* const[]){
      "linger.ms", "60000", "compression.type", "lz4", "enable.idempotence", "true", NULL});
  rill_producer* producer = NULL;
  OK(rill_engine_new_producer(engine, options, &producer, &error));
  rill_options_free(options);
  return producer;
}

static void one_call_sends_many(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = lingering_producer(engine);
  rill_producer_record* records = calloc(kMany, sizeof *records);
  rill_delivery* told = calloc(kMany, sizeof *told);
  for (int i = 0; i < kMany; ++i) records[i].value = bytes_of("coffee");
  OK(rill_producer_send_batch_wait(producer, topic, records, kMany, -1, told, &error));
  for (int i = 0; i < kMany; ++i) CHECK(told[i].offset == i && told[i].status == RILL_OK);
  OK(rill_producer_send_batch_wait(producer, topic, NULL, 0, -1, NULL, &error));

  deliveries heard = {0};
  OK(rill_producer_send_batch(producer, topic, records, kMany, count_delivery, &heard, &error));
  OK(rill_producer_send_batch(producer, topic, records, kMany, NULL, NULL, &error));
  OK(rill_producer_flush(producer, -1, &error));
  CHECK(heard.count == kMany && heard.last_offset == 2 * kMany - 1);
  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 0, &partition, &error));
  CHECK(rill_partition_high_watermark(partition) == 3 * kMany);
  free(records);
  free(told);
  rill_partition_free(partition);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void each_record_of_a_batch_stands_for_itself(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  rill_producer_record records[3] = {
      {.value = bytes_of("a")}, {.value = bytes_of("b"), .partition = 7}, {.value = bytes_of("c")}};
  records[1].set = RILL_SET_PARTITION;
  rill_delivery told[3];
  FAILS(rill_producer_send_batch_wait(producer, topic, records, 3, -1, told, &error),
        RILL_INVALID_ARGUMENT, UNKNOWN_TOPIC_OR_PARTITION, "7");
  CHECK(told[0].offset == 0 && told[2].offset == 1);
  CHECK(told[1].status == RILL_INVALID_ARGUMENT && told[1].offset == -1);
  CHECK(told[1].kafka_code == UNKNOWN_TOPIC_OR_PARTITION);

  records[2].value.data = NULL;
  memset(told, 0, sizeof told);
  FAILS(rill_producer_send_batch_wait(producer, topic, records, 3, -1, told, &error),
        RILL_INVALID_ARGUMENT, NO_CODE, "record 2");
  for (int i = 0; i < 3; ++i) CHECK(told[i].status == RILL_INVALID_ARGUMENT);
  rill_partition* partition = NULL;
  OK(rill_topic_get_partition(topic, 0, &partition, &error));
  CHECK(rill_partition_high_watermark(partition) == 2);  // nothing of that one was sent
  rill_partition_free(partition);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void wait_inside(void* context, const rill_delivery* delivery, const rill_error* failed) {
  deliveries* told = context;
  CHECK(delivery->status == RILL_OK && failed == NULL);
  ++told->count;
  FAILS(rill_producer_flush(told->producer, -1, &error), RILL_FAILED_PRECONDITION, NO_CODE,
        "DeliveryCallback");
}

static void a_callback_must_not_wait(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  deliveries told = {.producer = producer};
  const rill_producer_record record = {.value = bytes_of("coffee")};
  OK(rill_producer_send(producer, topic, &record, wait_inside, &told, &error));
  CHECK(told.count == 1);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static int32_t by_first_letter(void* context, const char* topic, const void* key, size_t key_size,
                               int32_t partitions) {
  ++*(int*)context;
  CHECK(strcmp(topic, "orders") == 0 && partitions == 3);
  if (key == NULL) return 99;
  CHECK(key_size > 0);
  return (*(const char*)key - 'a') % partitions;
}

static void partitions_may_be_chosen_by_a_callback(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 3);
  int calls = 0;
  rill_options* options = rill_options_new();
  OK(rill_options_set_partitioner(options, by_first_letter, &calls, &error));
  rill_producer* producer = NULL;
  OK(rill_engine_new_producer(engine, options, &producer, &error));
  rill_options_free(options);
  rill_delivery delivery;
  rill_producer_record record = {.key = bytes_of("banana")};
  OK(rill_producer_send_wait(producer, topic, &record, -1, &delivery, &error));
  CHECK(delivery.partition == 1 && calls == 1);
  record.key = (rill_bytes){NULL, 0};
  FAILS(rill_producer_send_wait(producer, topic, &record, -1, &delivery, &error),
        RILL_INVALID_ARGUMENT, UNKNOWN_TOPIC_OR_PARTITION, "99");
  CHECK(delivery.offset == -1 && delivery.status == RILL_INVALID_ARGUMENT);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void partitions_may_be_chosen_by_name(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 3);
  rill_options* options = options_of((const char* const[]){"partitioner", "round-robin", NULL});
  rill_producer* producer = NULL;
  OK(rill_engine_new_producer(engine, options, &producer, &error));
  const rill_producer_record record = {.key = bytes_of("banana")};
  int seen[3] = {0};
  for (int i = 0; i < 6; ++i) {
    rill_delivery delivery;
    OK(rill_producer_send_wait(producer, topic, &record, -1, &delivery, &error));
    ++seen[delivery.partition];
  }
  CHECK(seen[0] == 2 && seen[1] == 2 && seen[2] == 2);
  rill_producer_free(producer);
  OK(rill_options_set(options, "partitioner", "dice", &error));
  FAILS(rill_engine_new_producer(engine, options, &producer, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "partitioner=dice");
  rill_options_free(options);
  options = options_of((const char* const[]){"lingers.ms", "1", NULL});
  FAILS(rill_engine_new_producer(engine, options, &producer, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "lingers.ms");
  rill_options_free(options);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void a_closed_producer_takes_nothing(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  OK(rill_producer_close(producer, 1000, &error));
  OK(rill_producer_close(producer, 1000, &error));
  deliveries told = {0};
  const rill_producer_record record = {.value = bytes_of("late")};
  OK(rill_producer_send(producer, topic, &record, count_delivery, &told, &error));
  CHECK(told.failures == 1 && told.last_error.status == RILL_FAILED_PRECONDITION);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

const test_case producer_cases[] = {
    {"callbacks hear of each record once", callbacks_hear_of_each_record_once},
    {"records come back as they were sent", records_come_back_as_they_were_sent},
    {"one call sends many", one_call_sends_many},
    {"each record of a batch stands for itself", each_record_of_a_batch_stands_for_itself},
    {"a callback must not wait", a_callback_must_not_wait},
    {"partitions may be chosen by a callback", partitions_may_be_chosen_by_a_callback},
    {"partitions may be chosen by name", partitions_may_be_chosen_by_name},
    {"a closed producer takes nothing", a_closed_producer_takes_nothing},
    {NULL, NULL}};
