#include "c_test.h"

// An engine with the topic "orders" of one partition that holds "0" to "9", and a consumer of it.
typedef struct fixture {
  rill_engine* engine;
  rill_topic* topic;
  rill_producer* producer;
} fixture;

static fixture ten_records(void) {
  fixture made = {.engine = open_memory()};
  made.topic = make_topic(made.engine, "orders", 1);
  made.producer = new_producer(made.engine);
  for (char digit = '0'; digit <= '9'; ++digit) {
    send_text(made.producer, made.topic, (char[]){digit, '\0'});
  }
  return made;
}

static void free_all(fixture made) {
  rill_producer_free(made.producer);
  rill_topic_free(made.topic);
  rill_engine_free(made.engine);
}

static rill_consumer* new_consumer(rill_engine* engine, const char* const* names_and_values) {
  rill_options* options = options_of(names_and_values);
  rill_consumer* consumer = NULL;
  OK(rill_engine_new_consumer(engine, options, &consumer, &error));
  rill_options_free(options);
  return consumer;
}

static const rill_topic_partition kFirst = {.topic = "orders", .partition = 0};

// Polls, and checks the values' first letters.
static void expect(rill_consumer* consumer, const char* letters) {
  rill_records* batch = NULL;
  OK(rill_consumer_poll(consumer, 5000, &batch, &error));
  rill_record records[16];
  const size_t count = rill_records_next(batch, records, 16);
  CHECK(count == strlen(letters));
  for (size_t i = 0; i < count; ++i) {
    CHECK(records[i].value.size == 1 && *(const char*)records[i].value.data == letters[i]);
  }
  CHECK(rill_records_next(batch, records, 16) == 0);
  OK(rill_records_check(batch, &error));
  rill_records_free(batch);
}

static void a_group_goes_on_where_it_committed(void) {
  fixture made = ten_records();
  const char* const options[] = {
      "group.id", "billing", "auto.offset.reset", "earliest", "max.poll.records", "4", NULL};
  const char* const topics[] = {"orders"};
  rill_consumer* first = new_consumer(made.engine, options);
  CHECK(strcmp(rill_consumer_member_id(first), "") == 0);
  OK(rill_consumer_subscribe(first, topics, 1, &error));
  rill_records* batch = NULL;
  OK(rill_consumer_poll(first, 5000, &batch, &error));
  CHECK(strlen(rill_consumer_member_id(first)) > 0);
  rill_record records[3];
  CHECK(rill_records_next(batch, records, 3) == 3);
  CHECK(rill_records_next(batch, records, 3) == 1);
  CHECK(is_text(records[0].value, "3") && records[0].offset == 3);
  rill_records_rewind(batch);
  CHECK(rill_records_next(batch, records, 1) == 1 && is_text(records[0].value, "0"));
  CHECK(rill_records_stored_bytes(batch) > 0);
  rill_partitions* positions = NULL;
  OK(rill_records_positions(batch, &positions, &error));
  CHECK(positions->count == 1 && positions->items[0].offset == 4);
  rill_partitions_free(positions);
  OK(rill_consumer_commit_records(first, batch, &error));
  rill_records_free(batch);
  expect(first, "4567");  // not committed
  OK(rill_consumer_close(first, &error));
  rill_consumer_free(first);

  rill_consumer* second = new_consumer(made.engine, options);
  OK(rill_consumer_subscribe(second, topics, 1, &error));
  expect(second, "4567");
  OK(rill_consumer_commit(second, &error));
  rill_partitions* committed = NULL;
  OK(rill_consumer_committed(second, "orders", 0, &committed, &error));
  CHECK(committed->count == 1 && committed->items[0].offset == 8);
  CHECK(committed->items[0].metadata == NULL && committed->items[0].leader_epoch == -1);
  rill_partitions_free(committed);
  rill_strings* subscribed = NULL;
  OK(rill_consumer_subscription(second, &subscribed, &error));
  CHECK(subscribed->count == 1 && strcmp(subscribed->items[0], "orders") == 0);
  rill_strings_free(subscribed);
  OK(rill_consumer_unsubscribe(second, &error));
  rill_consumer_free(second);
  free_all(made);
}

static void positions_are_moved_and_told(void) {
  fixture made = ten_records();
  rill_consumer* consumer = new_consumer(
      made.engine,
      (const char* const[]){"auto.offset.reset", "earliest", "max.poll.records", "2", NULL});
  OK(rill_consumer_assign(consumer, &kFirst, 1, &error));
  rill_partitions* assigned = NULL;
  OK(rill_consumer_assignment(consumer, &assigned, &error));
  CHECK(assigned->count == 1 && strcmp(assigned->items[0].topic, "orders") == 0);
  rill_partitions_free(assigned);

  int64_t at = -7;
  expect(consumer, "01");
  OK(rill_consumer_position(consumer, "orders", 0, &at, &error));
  CHECK(at == 2);
  OK(rill_consumer_lag(consumer, "orders", 0, &at, &error));
  CHECK(at == 8);
  OK(rill_consumer_seek(consumer, "orders", 0, 7, &error));
  expect(consumer, "78");
  OK(rill_consumer_seek_to_beginning(consumer, NULL, 0, &error));
  expect(consumer, "01");
  OK(rill_consumer_seek_to_time(consumer, 1000, &kFirst, 1, &error));
  expect(consumer, "01");
  OK(rill_consumer_seek_to_end(consumer, &kFirst, 1, &error));
  OK(rill_consumer_position(consumer, "orders", 0, &at, &error));
  CHECK(at == 10);
  FAILS(rill_consumer_seek(consumer, "orders", 1, 0, &error), RILL_FAILED_PRECONDITION, NO_CODE,
        "orders-1");
  FAILS(rill_consumer_seek(consumer, "orders", 0, -4, &error), RILL_INVALID_ARGUMENT, NO_CODE,
        "-4");
  rill_consumer_free(consumer);
  free_all(made);
}

static void paused_partitions_give_nothing(void) {
  fixture made = ten_records();
  rill_consumer* consumer =
      new_consumer(made.engine, (const char* const[]){"auto.offset.reset", "earliest", NULL});
  OK(rill_consumer_assign(consumer, &kFirst, 1, &error));
  OK(rill_consumer_pause(consumer, &kFirst, 1, &error));
  rill_partitions* paused = NULL;
  OK(rill_consumer_paused(consumer, &paused, &error));
  CHECK(paused->count == 1 && paused->items[0].partition == 0);
  rill_partitions_free(paused);
  rill_records* batch = NULL;
  OK(rill_consumer_poll(consumer, 0, &batch, &error));
  rill_record record;
  CHECK(rill_records_next(batch, &record, 1) == 0);
  rill_records_free(batch);
  OK(rill_consumer_resume(consumer, &kFirst, 1, &error));
  expect(consumer, "0123456789");
  rill_consumer_free(consumer);
  free_all(made);
}

static void note_commit(void* context, const rill_error* failed) {
  *(int*)context = failed == NULL ? 1 : 2;
}

static void offsets_are_committed_with_metadata_and_without_waiting(void) {
  fixture made = ten_records();
  rill_consumer* consumer = new_consumer(
      made.engine,
      (const char* const[]){"group.id", "billing", "auto.offset.reset", "earliest", NULL});
  OK(rill_consumer_assign(consumer, &kFirst, 1, &error));
  rill_partitions* committed = NULL;
  FAILS(rill_consumer_committed(consumer, "orders", 0, &committed, &error), RILL_NOT_FOUND, NO_CODE,
        "billing");
  const rill_topic_partition offset = {
      .topic = "orders", .metadata = "half", .offset = 5, .leader_epoch = -1};
  OK(rill_consumer_commit_offsets(consumer, &offset, 1, &error));
  OK(rill_engine_committed_offsets(made.engine, "billing", &committed, &error));
  CHECK(committed->count == 1 && committed->items[0].offset == 5);
  CHECK(strcmp(committed->items[0].metadata, "half") == 0);
  rill_partitions_free(committed);
  const rill_topic_partition strange = {.topic = "orders", .partition = 9, .leader_epoch = -1};
  FAILS(rill_consumer_commit_offsets(consumer, &strange, 1, &error), RILL_NOT_FOUND,
        UNKNOWN_TOPIC_OR_PARTITION, "orders-9");

  int done = 0;
  expect(consumer, "56789");
  OK(rill_consumer_commit_async(consumer, note_commit, &done, &error));
  OK(rill_consumer_commit_async(consumer, NULL, NULL, &error));
  OK(rill_consumer_close(consumer, &error));
  CHECK(done == 1);
  OK(rill_engine_committed_offsets(made.engine, "billing", &committed, &error));
  CHECK(committed->items[0].offset == 10);
  rill_partitions_free(committed);
  rill_consumer_free(consumer);
  free_all(made);
}

static void poll_says_why_it_gives_nothing(void) {
  fixture made = ten_records();
  rill_consumer* consumer =
      new_consumer(made.engine, (const char* const[]){"auto.offset.reset", "none", NULL});
  rill_records* batch = NULL;
  FAILS(rill_consumer_poll(consumer, 0, &batch, &error), RILL_FAILED_PRECONDITION, NO_CODE, "");
  CHECK(batch == NULL);
  OK(rill_consumer_assign(consumer, &kFirst, 1, &error));
  FAILS(rill_consumer_poll(consumer, 0, &batch, &error), RILL_OUT_OF_RANGE, OFFSET_OUT_OF_RANGE,
        "orders-0");
  rill_consumer_wakeup(consumer);
  FAILS(rill_consumer_poll(consumer, -1, &batch, &error), RILL_CANCELLED, NO_CODE, "");
  const char* const topics[] = {"orders"};
  FAILS(rill_consumer_subscribe(consumer, topics, 1, &error), RILL_FAILED_PRECONDITION,
        INVALID_GROUP_ID, "group");
  rill_consumer_free(consumer);

  rill_options* options = options_of((const char* const[]){"auto.offset.reset", "newest", NULL});
  FAILS(rill_engine_new_consumer(made.engine, options, &consumer, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "latest, earliest, none");
  CHECK(consumer == NULL);
  rill_options_free(options);
  free_all(made);
}

static void records_stay_readable_when_all_else_is_gone(void) {
  fixture made = ten_records();
  rill_consumer* consumer =
      new_consumer(made.engine, (const char* const[]){"auto.offset.reset", "earliest", NULL});
  OK(rill_consumer_assign(consumer, &kFirst, 1, &error));
  rill_records* batch = NULL;
  OK(rill_consumer_poll(consumer, 5000, &batch, &error));
  OK(rill_engine_delete_topic(made.engine, "orders", &error));
  rill_consumer_free(consumer);
  free_all(made);
  rill_record records[10];
  CHECK(rill_records_next(batch, records, 10) == 10);
  CHECK(is_text(records[9].value, "9") && strcmp(records[9].topic, "orders") == 0);
  rill_records_free(batch);
}

const test_case consumer_cases[] = {
    {"a group goes on where it committed", a_group_goes_on_where_it_committed},
    {"positions are moved and told", positions_are_moved_and_told},
    {"paused partitions give nothing", paused_partitions_give_nothing},
    {"offsets are committed with metadata and without waiting",
     offsets_are_committed_with_metadata_and_without_waiting},
    {"poll says why it gives nothing", poll_says_why_it_gives_nothing},
    {"records stay readable when all else is gone", records_stay_readable_when_all_else_is_gone},
    {NULL, NULL}};
