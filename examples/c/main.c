#include <rill/c.h>
#include <stdio.h>
#include <string.h>

static rill_bytes Bytes(const char* text) { return (rill_bytes){text, strlen(text)}; }

static rill_status Produce(rill_engine* log, rill_topic* orders, rill_error* error) {
  rill_producer* producer = NULL;
  const rill_producer_record record = {.key = Bytes("seoul"), .value = Bytes("coffee")};
  rill_status status = rill_engine_new_producer(log, NULL, &producer, error);
  if (status == RILL_OK) {
    status = rill_producer_send_wait(producer, orders, &record, 5000, NULL, error);
  }
  rill_producer_free(producer);
  return status;
}

// Prints what one poll gives, and commits it.
static rill_status ConsumeOnce(rill_consumer* billing, rill_error* error) {
  rill_records* batch = NULL;  // owns what its records show
  rill_record records[64];
  size_t count = 0;
  rill_status status = rill_consumer_poll(billing, 5000, &batch, error);
  while ((count = rill_records_next(batch, records, 64)) > 0) {
    for (size_t i = 0; i < count; ++i) {
      printf("%d@%lld %.*s\n", (int)records[i].partition, (long long)records[i].offset,
             (int)records[i].value.size, (const char*)records[i].value.data);
    }
  }
  if (status == RILL_OK) status = rill_consumer_commit_records(billing, batch, error);
  rill_records_free(batch);
  return status;
}

static rill_status Consume(rill_engine* log, rill_error* error) {
  rill_consumer* billing = NULL;
  const char* const topics[] = {"orders"};
  rill_options* options = rill_options_new();
  rill_status status = rill_options_set(options, "group.id", "billing", error);
  if (status == RILL_OK) status = rill_options_set(options, "auto.offset.reset", "earliest", error);
  if (status == RILL_OK) status = rill_engine_new_consumer(log, options, &billing, error);
  if (status == RILL_OK) status = rill_consumer_subscribe(billing, topics, 1, error);
  if (status == RILL_OK) status = ConsumeOnce(billing, error);
  rill_consumer_free(billing);
  rill_options_free(options);
  return status;
}

int main(int argc, char** argv) {
  rill_engine* log = NULL;
  rill_topic* orders = NULL;
  rill_error error;
  // "mem:" or a folder
  rill_status status = rill_open(argc > 1 ? argv[1] : "mem:", NULL, &log, &error);
  if (status == RILL_OK) status = rill_engine_ensure_topic(log, "orders", 3, NULL, &orders, &error);
  if (status == RILL_OK) status = Produce(log, orders, &error);
  if (status == RILL_OK) status = Consume(log, &error);
  if (status == RILL_OK) status = rill_engine_close(log, &error);
  if (status != RILL_OK) fprintf(stderr, "%s: %s\n", rill_status_name(status), error.message);
  rill_topic_free(orders);
  rill_engine_free(log);
  return status == RILL_OK ? 0 : 1;
}
