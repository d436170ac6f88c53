// librdkafka's C interface, as a client of tests/clients/run.py.
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "records.h"

enum { kPatience = 60000 };  // ms
static const char* address;
static char reason[1024];
static int64_t undelivered;

// A step gives NULL, or why it failed.
typedef const char* Outcome;

static Outcome Failed(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  return reason;
}

static void CountDelivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque) {
  (void)client, (void)opaque;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) --undelivered;
}

// configs: names and values in turns, then NULL.
static rd_kafka_t* NewClient(rd_kafka_type_t type, const char* const* configs) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", address, NULL, 0);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, CountDelivered);
  for (; configs && *configs; configs += 2) {
    if (rd_kafka_conf_set(conf, configs[0], configs[1], error, sizeof error) != RD_KAFKA_CONF_OK) {
      fprintf(stderr, "%s\n", error);
      exit(1);
    }
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, error, sizeof error);
  if (client) return client;
  fprintf(stderr, "%s\n", error);
  exit(1);
}

static Outcome Produce(const char* topic, int64_t count, const char* const* configs) {
  rd_kafka_t* producer = NewClient(RD_KAFKA_PRODUCER, configs);
  undelivered = count;
  for (int64_t i = 0; i < count;) {
    struct Expected r = RecordAt(i);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION((int32_t)(i % kPartitions)),
        RD_KAFKA_V_KEY(r.key, strlen(r.key)), RD_KAFKA_V_VALUE(r.value, r.value_size),
        RD_KAFKA_V_HEADER("h", r.header, (ssize_t)strlen(r.header)),
        RD_KAFKA_V_TIMESTAMP(r.timestamp), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ++i;
    } else if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return Failed("produce: %s", rd_kafka_err2str(error));
    }
    rd_kafka_poll(producer, error ? 10 : 0);
  }
  rd_kafka_flush(producer, kPatience);
  rd_kafka_destroy(producer);
  return undelivered == 0 ? NULL : Failed("%lld records are not delivered", (long long)undelivered);
}

static Outcome CheckRecord(const rd_kafka_message_t* m, int64_t offset) {
  struct Expected r = RecordAt(offset * kPartitions + m->partition);
  const void* header = NULL;
  size_t header_size = 0;
  rd_kafka_headers_t* headers = NULL;
  if (m->offset != offset)
    return Failed("offset %lld, not %lld", (long long)m->offset, (long long)offset);
  if (!Same(m->key, m->key_len, r.key, strlen(r.key)))
    return Failed("key at %lld", (long long)offset);
  if (!Same(m->payload, m->len, r.value, r.value_size))
    return Failed("value at %lld", (long long)offset);
  if (rd_kafka_message_timestamp(m, NULL) != r.timestamp)
    return Failed("timestamp at %lld", (long long)offset);
  if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_cnt(headers) != 1 ||
      rd_kafka_header_get_last(headers, "h", &header, &header_size) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      !Same(header, header_size, r.header, strlen(r.header))) {
    return Failed("header at %lld", (long long)offset);
  }
  return NULL;
}

// A consumer that reads the partitions from first to last, from an offset on.
static rd_kafka_t* Assigned(const char* topic, int first, int last, int64_t offset) {
  const char* configs[] = {"group.id", "none", "enable.auto.commit", "false", NULL};
  rd_kafka_t* consumer = NewClient(RD_KAFKA_CONSUMER, configs);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(kPartitions);
  for (int p = first; p <= last; ++p) {
    rd_kafka_topic_partition_list_add(list, topic, p)->offset = offset;
  }
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  return consumer;
}

static Outcome NextIs(rd_kafka_t* consumer, int64_t* ends) {
  rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, kPatience);
  if (!message) return Failed("nothing is read for %d ms", kPatience);
  Outcome failed = message->err ? Failed("read: %s", rd_kafka_message_errstr(message))
                                : CheckRecord(message, ends[message->partition]++);
  rd_kafka_message_destroy(message);
  return failed;
}

static Outcome ReadAll(const char* topic, int64_t count) {
  int64_t ends[kPartitions] = {0};
  Outcome failed = NULL;
  rd_kafka_t* consumer = Assigned(topic, 0, kPartitions - 1, RD_KAFKA_OFFSET_BEGINNING);
  for (int64_t i = 0; i < count && !failed; ++i) failed = NextIs(consumer, ends);
  rd_kafka_destroy(consumer);
  return failed;
}

static Outcome Seek(const char* topic, int partition, int64_t offset) {
  int64_t ends[kPartitions] = {0};
  rd_kafka_t* consumer = Assigned(topic, partition, partition, RD_KAFKA_OFFSET_BEGINNING);
  Outcome failed = NextIs(consumer, ends);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
  rd_kafka_error_t* error = rd_kafka_seek_partitions(consumer, list, kPatience);
  if (error) failed = Failed("seek: %s", rd_kafka_error_string(error));
  ends[partition] = offset;
  if (!failed) failed = NextIs(consumer, ends);
  if (!failed) failed = NextIs(consumer, ends);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
  return failed;
}

static Outcome SeekToTime(const char* topic, int64_t count) {
  const int64_t i = count / 2 / kPartitions * kPartitions;  // the first of partition 0 at that time
  rd_kafka_t* consumer = Assigned(topic, 0, 0, RD_KAFKA_OFFSET_BEGINNING);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RecordAt(i - 1).timestamp;
  rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(consumer, list, kPatience);
  const int64_t offset = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
  if (error) return Failed("offsets for times: %s", rd_kafka_err2str(error));
  if (offset != i / kPartitions) return Failed("it is offset %lld", (long long)offset);
  return Seek(topic, 0, offset);
}

// Waits for the answer to an admin request; NULL with a reason when it has an error.
static rd_kafka_event_t* Answer(rd_kafka_queue_t* queue, Outcome* failed) {
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kPatience);
  *failed = !event                        ? Failed("no answer")
            : rd_kafka_event_error(event) ? Failed("%s", rd_kafka_event_error_string(event))
                                          : NULL;
  return event;
}

static Outcome FirstTopicError(const rd_kafka_topic_result_t** topics) {
  const char* text = rd_kafka_topic_result_error_string(topics[0]);
  return rd_kafka_topic_result_error(topics[0]) ? Failed("%s", text) : NULL;
}

static Outcome CreateTopic(rd_kafka_t* admin, rd_kafka_queue_t* queue, const char* topic,
                           const char* retention) {
  Outcome failed;
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic, kPartitions, 1, NULL, 0);
  if (retention) rd_kafka_NewTopic_set_config(wanted, "retention.ms", retention);
  rd_kafka_CreateTopics(admin, &wanted, 1, NULL, queue);
  rd_kafka_event_t* event = Answer(queue, &failed);
  size_t count;
  if (!failed)
    failed = FirstTopicError(
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count));
  rd_kafka_event_destroy(event);
  rd_kafka_NewTopic_destroy(wanted);
  return failed;
}

static Outcome DeleteTopic(rd_kafka_t* admin, rd_kafka_queue_t* queue, const char* topic) {
  Outcome failed;
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic);
  rd_kafka_DeleteTopics(admin, &wanted, 1, NULL, queue);
  rd_kafka_event_t* event = Answer(queue, &failed);
  size_t count;
  if (!failed)
    failed = FirstTopicError(
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count));
  rd_kafka_event_destroy(event);
  rd_kafka_DeleteTopic_destroy(wanted);
  return failed;
}

// Whether the topic is there, with that many partitions (0: it is not there).
static Outcome HasPartitions(rd_kafka_t* admin, const char* topic, int partitions) {
  const struct rd_kafka_metadata* metadata;
  rd_kafka_resp_err_t error = rd_kafka_metadata(admin, 1, NULL, &metadata, kPatience);
  if (error) return Failed("metadata: %s", rd_kafka_err2str(error));
  int found = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (strcmp(metadata->topics[i].topic, topic) == 0) found = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  return found == partitions ? NULL : Failed("%d partitions of %s are there", found, topic);
}

static Outcome RetentionIs(rd_kafka_t* admin, rd_kafka_queue_t* queue, const char* topic,
                           const char* retention) {
  Outcome failed;
  rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  rd_kafka_DescribeConfigs(admin, &wanted, 1, NULL, queue);
  rd_kafka_event_t* event = Answer(queue, &failed);
  if (!failed) {
    size_t count, entries;
    const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    const rd_kafka_ConfigEntry_t** configs =
        rd_kafka_ConfigResource_configs(resources[0], &entries);
    failed = Failed("retention.ms is not %s", retention);
    for (size_t i = 0; i < entries; ++i) {
      const char* value = rd_kafka_ConfigEntry_value(configs[i]);
      if (strcmp(rd_kafka_ConfigEntry_name(configs[i]), "retention.ms") == 0 && value &&
          strcmp(value, retention) == 0) {
        failed = NULL;
      }
    }
  }
  rd_kafka_event_destroy(event);
  rd_kafka_ConfigResource_destroy(wanted);
  return failed;
}

static Outcome SetRetention(rd_kafka_t* admin, rd_kafka_queue_t* queue, const char* topic,
                            const char* retention) {
  Outcome failed;
  rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  rd_kafka_ConfigResource_set_config(wanted, "retention.ms", retention);
  rd_kafka_AlterConfigs(admin, &wanted, 1, NULL, queue);
  rd_kafka_event_destroy(Answer(queue, &failed));
  rd_kafka_ConfigResource_destroy(wanted);
  return failed ? failed : RetentionIs(admin, queue, topic, retention);
}

static Outcome DeleteRecords(rd_kafka_t* admin, rd_kafka_queue_t* queue, const char* topic) {
  Outcome failed;
  int64_t low, high;
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, 0)->offset = 10;
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(list);
  rd_kafka_DeleteRecords(admin, &wanted, 1, NULL, queue);
  rd_kafka_event_destroy(Answer(queue, &failed));
  rd_kafka_DeleteRecords_destroy(wanted);
  rd_kafka_topic_partition_list_destroy(list);
  if (failed) return failed;
  rd_kafka_query_watermark_offsets(admin, topic, 0, &low, &high, kPatience);
  return low == 10 ? NULL : Failed("the first offset is %lld", (long long)low);
}

static void Report(const char* step, Outcome failed) {
  printf("%s\t%s%s\n", step, failed ? "FAILED " : "passed", failed ? failed : "");
  fflush(stdout);
}

static const char* Topic(const char* prefix, const char* name) {
  static char topic[256];
  snprintf(topic, sizeof topic, "%s-%s", prefix, name);
  return topic;
}

static void Steps(int64_t count, const char* prefix, const char* reference) {
  static const struct {
    const char *name, *topic, *config, *value;
  } kProducers[] = {{"none", "none", "compression.codec", "none"},
                    {"gzip", "gzip", "compression.codec", "gzip"},
                    {"snappy", "snappy", "compression.codec", "snappy"},
                    {"lz4", "lz4", "compression.codec", "lz4"},
                    {"zstd", "zstd", "compression.codec", "zstd"},
                    {"acks 0", "acks-0", "acks", "0"},
                    {"acks 1", "acks-1", "acks", "1"},
                    {"idempotent", "idempotent", "enable.idempotence", "true"}};
  rd_kafka_t* admin = NewClient(RD_KAFKA_PRODUCER, NULL);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(admin);
  const char* topic = Topic(prefix, "made");
  Outcome failed = CreateTopic(admin, queue, topic, "3600000");
  Report("create topic", failed ? failed : HasPartitions(admin, topic, kPartitions));
  Report("describe configs", RetentionIs(admin, queue, topic, "3600000"));
  Report("alter configs", SetRetention(admin, queue, topic, "7200000"));
  failed = DeleteTopic(admin, queue, topic);
  Report("delete topic", failed ? failed : HasPartitions(admin, topic, 0));
  for (size_t i = 0; i < sizeof kProducers / sizeof *kProducers; ++i) {
    // A later one holds: acks are all where the step has none of its own.
    const char* configs[] = {"linger.ms",         "5", "acks", "all", kProducers[i].config,
                             kProducers[i].value, NULL};
    topic = Topic(prefix, kProducers[i].topic);
    failed = CreateTopic(admin, queue, topic, NULL);
    if (!failed) failed = Produce(topic, count, configs);
    Report(kProducers[i].name, failed ? failed : ReadAll(topic, count));
  }
  Report("seek to offset", Seek(Topic(prefix, "none"), 1, count / 6));
  Report("seek to time", SeekToTime(Topic(prefix, "none"), count));
  Report("delete records", DeleteRecords(admin, queue, Topic(prefix, "acks-1")));
  Report("read reference", ReadAll(reference, count));
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(admin);
}

static int Member(const char* group, const char* topic, int64_t count) {
  const char* configs[] = {"group.id",
                           group,
                           "enable.auto.commit",
                           "false",
                           "auto.offset.reset",
                           "earliest",
                           "session.timeout.ms",
                           "6000",
                           "heartbeat.interval.ms",
                           "500",
                           "topic.metadata.refresh.interval.ms",
                           "1000",
                           NULL};
  rd_kafka_t* consumer = NewClient(RD_KAFKA_CONSUMER, configs);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_subscribe(consumer, topics);
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  for (int64_t read = 0; count ? read < count : poll(&input, 1, 0) == 0;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (!message) continue;
    if (!message->err) {
      printf("%d %lld\n", message->partition, (long long)message->offset);
      fflush(stdout);
      ++read;
      rd_kafka_commit_message(consumer, message, false);
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_topic_partition_list_destroy(topics);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return 0;
}

int main(int argc, char** argv) {
  const char* role = argc > 2 ? argv[1] : "";
  address = argc > 2 ? argv[2] : "";
  if (strcmp(role, "member") == 0 && argc == 6) return Member(argv[3], argv[4], atoll(argv[5]));
  if (strcmp(role, "write") == 0 && argc == 5) {  // the topic that all clients read
    const char* configs[] = {"compression.codec", "gzip", "linger.ms", "5", NULL};
    return Produce(argv[4], atoll(argv[3]), configs) ? 1 : 0;
  }
  if (strcmp(role, "steps") != 0 || argc != 6) return 2;
  Steps(atoll(argv[3]), argv[4], argv[5]);
  return 0;
}
