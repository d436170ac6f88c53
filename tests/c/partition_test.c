#include "c_test.h"

typedef struct fixture {
  rill_engine* engine;
  rill_topic* topic;
  rill_partition* partition;
} fixture;

static fixture one_partition(void) {
  fixture made = {.engine = open_memory()};
  made.topic = make_topic(made.engine, "orders", 1);
  OK(rill_topic_get_partition(made.topic, 0, &made.partition, &error));
  return made;
}

static void free_all(fixture made) {
  rill_partition_free(made.partition);
  rill_topic_free(made.topic);
  rill_engine_free(made.engine);
}

static void append_three(rill_partition* partition, int64_t time_of_b, rill_append_result* result) {
  const rill_header header = {{"n", 1}, {"1", 1}};
  const rill_producer_record records[] = {
      {.key = bytes_of("k"), .value = bytes_of("a"), .headers = &header, .header_count = 1},
      {.value = bytes_of("b"), .timestamp_ms = time_of_b, .set = RILL_SET_TIMESTAMP},
      {.value = bytes_of("c")}};
  OK(rill_partition_append(partition, records, 3, result, &error));
}

static void a_batch_is_appended_and_read(void) {
  fixture made = one_partition();
  rill_append_result result;
  const int64_t then = an_hour_ago();
  append_three(made.partition, then, NULL);
  append_three(made.partition, then, &result);
  CHECK(result.base_offset == 3 && result.last_offset == 5 && result.log_append_time_ms == -1);
  OK(rill_partition_wait_for(made.partition, 5, 0, &error));
  FAILS(rill_partition_wait_for(made.partition, 6, 1, &error), RILL_DEADLINE_EXCEEDED,
        REQUEST_TIMED_OUT, "");
  OK(rill_partition_flush(made.partition, &error));
  CHECK(rill_partition_log_start_offset(made.partition) == 0);
  CHECK(rill_partition_high_watermark(made.partition) == 6);
  CHECK(rill_partition_log_end_offset(made.partition) == 6);
  CHECK(rill_partition_size_bytes(made.partition) > 2 * 61);

  rill_records* batch = NULL;
  OK(rill_partition_read(made.partition, 1, 0, 3, &batch, &error));
  rill_record records[8];
  CHECK(rill_records_next(batch, records, 8) == 2);  // one batch, from offset 1 on
  CHECK(is_text(records[0].value, "b") && records[0].timestamp_ms == then);
  rill_records_free(batch);
  OK(rill_partition_read(made.partition, 1, 1 << 20, 3, &batch, &error));
  CHECK(rill_records_next(batch, records, 8) == 3 && records[2].offset == 3);
  CHECK(records[2].header_count == 1);
  rill_records_free(batch);
  OK(rill_partition_read(made.partition, 6, 1 << 20, -1, &batch, &error));
  CHECK(rill_records_next(batch, records, 8) == 0);
  rill_records_free(batch);
  FAILS(rill_partition_read(made.partition, 7, 1 << 20, -1, &batch, &error), RILL_OUT_OF_RANGE,
        OFFSET_OUT_OF_RANGE, "7");
  free_all(made);
}

static void bytes_that_are_no_batch_are_refused(void) {
  fixture made = one_partition();
  rill_append_result result = {.base_offset = 7};
  const char garbage[100] = "garbage";
  CHECK(rill_partition_append_batch(made.partition, garbage, sizeof garbage, &result, &error) !=
        RILL_OK);
  CHECK(error.kafka_code == INVALID_RECORD && result.base_offset == 7);
  FAILS(rill_partition_append(made.partition, NULL, 0, NULL, &error), RILL_INVALID_ARGUMENT,
        INVALID_RECORD, "");
  const rill_header nameless = {{NULL, 0}, {"1", 1}};
  rill_producer_record record = {.headers = &nameless, .header_count = 1};
  FAILS(rill_partition_append(made.partition, &record, 1, NULL, &error), RILL_INVALID_ARGUMENT,
        INVALID_RECORD, "header");
  record = (rill_producer_record){.set = RILL_SET_PARTITION};
  FAILS(rill_partition_append(made.partition, &record, 1, NULL, &error), RILL_INVALID_ARGUMENT,
        NO_CODE, "partition");
  free_all(made);
}

// An empty batch of Kafka's, as compaction leaves them, is refused; so take one that holds "v",
// made with Apache Kafka's format by hand: the CRC is over everything behind it.
static void a_sealed_batch_is_appended_as_it_is(void) {
  fixture made = one_partition();
  const unsigned char batch[] = {
      0,   0,   0,   0,   0,   0,   0,   0,    // base offset
      0,   0,   0,   57,                       // length
      255, 255, 255, 255, 2,                   // leader epoch, magic
      0,   0,   0,   0,                        // CRC, below
      0,   0,   0,   0,   0,   0,              // attributes, last offset delta
      0,   0,   0,   232, 212, 165, 16,  0,    // base timestamp 1,000,000,000,000
      0,   0,   0,   232, 212, 165, 16,  0,    // max timestamp
      255, 255, 255, 255, 255, 255, 255, 255,  // producer id
      255, 255, 255, 255, 255, 255,            // producer epoch, base sequence
      0,   0,   0,   1,                        // records
      14,  0,   0,   0,   1,   2,   'v', 0};   // the record
  unsigned char sealed[sizeof batch];
  memcpy(sealed, batch, sizeof batch);
  uint32_t crc = 0xffffffff;  // CRC-32C, bit by bit
  for (size_t i = 21; i < sizeof sealed; ++i) {
    crc ^= sealed[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc;
  for (int i = 0; i < 4; ++i) sealed[17 + i] = (unsigned char)(crc >> (24 - 8 * i));
  rill_append_result result;
  OK(rill_partition_append_batch(made.partition, sealed, sizeof sealed, &result, &error));
  CHECK(result.base_offset == 0 && result.last_offset == 0);
  rill_records* read = NULL;
  OK(rill_partition_read(made.partition, 0, 1 << 20, -1, &read, &error));
  rill_record record;
  CHECK(rill_records_next(read, &record, 1) == 1);
  CHECK(is_text(record.value, "v") && is_null(record.key));
  CHECK(record.timestamp_ms == 1000000000000);
  rill_records_free(read);
  free_all(made);
}

static void times_find_offsets_and_records_are_deleted(void) {
  fixture made = one_partition();
  for (int i = 0; i < 3; ++i) {
    const rill_producer_record record = {.timestamp_ms = 1000000000000 + 10 * i,
                                         .set = RILL_SET_TIMESTAMP};
    OK(rill_partition_append(made.partition, &record, 1, NULL, &error));
  }
  int64_t offset = -7;
  int64_t at = -7;
  OK(rill_partition_offset_for_time(made.partition, 1000000000001, &offset, &at, &error));
  CHECK(offset == 1 && at == 1000000000010);
  OK(rill_partition_offset_for_time(made.partition, 1000000000021, &offset, NULL, &error));
  CHECK(offset == -1);
  OK(rill_partition_delete_records_before(made.partition, 2, &offset, &error));
  CHECK(offset == 2 && rill_partition_log_start_offset(made.partition) == 2);
  OK(rill_partition_delete_records_before(made.partition, 3, NULL, &error));
  FAILS(rill_partition_delete_records_before(made.partition, 4, NULL, &error), RILL_OUT_OF_RANGE,
        OFFSET_OUT_OF_RANGE, "4");
  free_all(made);
}

const test_case partition_cases[] = {
    {"a batch is appended and read", a_batch_is_appended_and_read},
    {"bytes that are no batch are refused", bytes_that_are_no_batch_are_refused},
    {"a sealed batch is appended as it is", a_sealed_batch_is_appended_as_it_is},
    {"times find offsets, and records are deleted", times_find_offsets_and_records_are_deleted},
    {NULL, NULL}};
