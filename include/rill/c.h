#pragma once

// rill for C, and for every language that can call C: the library librill_c. Its ABI stays as it is
// (docs/reference/c.md has the rules and docs/guide/c.md a tour). What holds for all of it:
//
// Results     A function that can fail returns a rill_status, and on failure describes it in what
//             its last parameter points to, which may be null. What is said of errors in the C++
//             header of the same noun holds here; besides, everything may give
//             RILL_INVALID_ARGUMENT (a null that must not be one, a size without data; nothing was
//             done) and RILL_RESOURCE_EXHAUSTED (no memory). No exception leaves a function.
// Ownership   What is given through a `T** out` is the caller's, to free with rill_..._free; after
//             a failure it is null. Freeing null does nothing. A `const T*` that a function returns
//             belongs to the object asked. Arguments are looked at until the function returns.
// Lifetimes   Handles may be freed in any order. What belongs to an engine that is closed or freed
//             gives RILL_FAILED_PRECONDITION.
// Bytes       Keys and values: a pointer and a size. A null pointer is Kafka's null; any other with
//             size 0 is empty. Names, paths and texts are UTF-8 and end with NUL.
// Time        Milliseconds: since the Unix epoch, or a timeout, where a negative one waits forever.
// Threads     Engines, topics, partitions and producers are used by any number of threads at once;
//             all else by one at a time, any. A handle is freed when nobody uses it any more.
// Callbacks   Get the `context` they were handed over with, which must live as long as they may
//             run; what they are shown, for the time of the call. They must not throw or longjmp.

#include <stddef.h>
#include <stdint.h>

#define RILL_C_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

// ---- Versions and errors

// The ABI that this header describes. A library has this one when rill_abi_version() is the same or
// higher: what is added counts it up, and nothing is ever taken away.
#define RILL_C_ABI_VERSION 1
RILL_C_API int32_t rill_abi_version(void);
// The version of rill, e.g. "0.1.0".
RILL_C_API const char* rill_version(void);

// What became of a call: kinds of failures, by the numbers of absl::StatusCode.
typedef int32_t rill_status;
enum {
  RILL_OK = 0,
  RILL_CANCELLED = 1,
  RILL_UNKNOWN = 2,
  RILL_INVALID_ARGUMENT = 3,
  RILL_DEADLINE_EXCEEDED = 4,
  RILL_NOT_FOUND = 5,
  RILL_ALREADY_EXISTS = 6,
  RILL_PERMISSION_DENIED = 7,
  RILL_RESOURCE_EXHAUSTED = 8,
  RILL_FAILED_PRECONDITION = 9,
  RILL_ABORTED = 10,
  RILL_OUT_OF_RANGE = 11,
  RILL_UNIMPLEMENTED = 12,
  RILL_INTERNAL = 13,
  RILL_UNAVAILABLE = 14,
  RILL_DATA_LOSS = 15
};

// A failure. The caller's memory; written on failure only.
typedef struct rill_error {
  rill_status status;
  int32_t kafka_code;  // of kafka.apache.org/protocol#protocol_error_codes; -1: Kafka has none
  char message[1016];  // cut, with "..." at the end, where it is longer
} rill_error;

// "OK", "NOT_FOUND", ...; "" for a number that is none.
RILL_C_API const char* rill_status_name(rill_status status);
// "NONE", "OFFSET_OUT_OF_RANGE", ...; "UNKNOWN_SERVER_ERROR" for a number that is not known.
RILL_C_API const char* rill_kafka_code_name(int32_t kafka_code);

// ---- Shapes of data

typedef struct rill_bytes {
  const void* data;
  size_t size;
} rill_bytes;

typedef struct rill_header {
  rill_bytes name;  // UTF-8; not null
  rill_bytes value;
} rill_header;

// A partition by name, and, where a function says so, an offset in it.
typedef struct rill_topic_partition {
  const char* topic;
  const char* metadata;  // of a committed offset; null: none
  int64_t offset;
  int32_t partition;
  int32_t leader_epoch;  // of a committed offset; -1: none
} rill_topic_partition;

// A name with a value: a config of a topic.
typedef struct rill_config {
  const char* name;
  const char* value;
  int32_t source;  // RILL_CONFIG_...
  int32_t reserved;
} rill_config;
enum {
  RILL_CONFIG_OF_TOPIC = 0,
  RILL_CONFIG_OF_ENGINE = 1,
  RILL_CONFIG_DEFAULT = 2,
  RILL_CONFIG_OF_BROKER = 3,      // set while a node runs, for it
  RILL_CONFIG_OF_ALL_BROKERS = 4  // ... for all
};

// Lists that functions give. Their items live as long as they do.
typedef struct rill_strings {
  size_t count;
  const char* const* items;
} rill_strings;
RILL_C_API void rill_strings_free(rill_strings* strings);

typedef struct rill_partitions {
  size_t count;
  const rill_topic_partition* items;
} rill_partitions;
RILL_C_API void rill_partitions_free(rill_partitions* partitions);

// ---- Options

// Names with values, for the call that opens or makes something; it refuses by
// RILL_INVALID_ARGUMENT a name that it does not know and a value out of range. Null options are
// empty ones. Values are numbers, true or false, or one of the words in docs/reference/c.md, which
// lists all names.
typedef struct rill_options rill_options;

// Null when there is no memory.
RILL_C_API rill_options* rill_options_new(void);
// A name that is set again has the new value.
RILL_C_API rill_status rill_options_set(rill_options* options, const char* name, const char* value,
                                        rill_error* error);
RILL_C_API void rill_options_free(rill_options* options);

// For rill_open: hears what rill has to tell the operator. Called from any thread, several at a
// time, perhaps under locks of rill's: it must be quick and must not call rill.
enum { RILL_LOG_DEBUG = 0, RILL_LOG_INFO = 1, RILL_LOG_WARNING = 2, RILL_LOG_ERROR = 3 };
typedef void (*rill_log_sink)(void* context, int32_t level, const char* line);
RILL_C_API rill_status rill_options_set_log_sink(rill_options* options, rill_log_sink sink,
                                                 void* context, rill_error* error);

// For rill_engine_new_producer: chooses the partition, from 0 to partitions - 1, of a record that
// names none. Called in the threads that send. `key` is null for a record without one.
typedef int32_t (*rill_partitioner)(void* context, const char* topic, const void* key,
                                    size_t key_size, int32_t partitions);
RILL_C_API rill_status rill_options_set_partitioner(rill_options* options,
                                                    rill_partitioner partitioner, void* context,
                                                    rill_error* error);

// For rill_engine_new_consumer: told what a group gives and takes, from within poll, close, free,
// unsubscribe and assign of the consumer, in the thread that calls them. Revoked is the moment to
// commit; after lost it is too late. The consumer may be used inside, except for these functions
// and subscribe; none of it in free.
enum { RILL_PARTITIONS_REVOKED = 0, RILL_PARTITIONS_ASSIGNED = 1, RILL_PARTITIONS_LOST = 2 };
typedef void (*rill_rebalance_listener)(void* context, int32_t event,
                                        const rill_topic_partition* partitions, size_t count);
RILL_C_API rill_status rill_options_set_rebalance_listener(rill_options* options,
                                                           rill_rebalance_listener listener,
                                                           void* context, rill_error* error);

// ---- Engines (engine.h)

typedef struct rill_engine rill_engine;
typedef struct rill_topic rill_topic;
typedef struct rill_partition rill_partition;
typedef struct rill_producer rill_producer;
typedef struct rill_consumer rill_consumer;
typedef struct rill_records rill_records;

// Opens "mem:" or a folder.
RILL_C_API rill_status rill_open(const char* where, const rill_options* options, rill_engine** out,
                                 rill_error* error);
// Sends what producers hold back, writes the checkpoints and lets the folder go. Returns the first
// failure, but closes all the same. Again: RILL_OK.
RILL_C_API rill_status rill_engine_close(rill_engine* engine, rill_error* error);
// Closes, and tells nobody what failed. Not from a delivery callback.
RILL_C_API void rill_engine_free(rill_engine* engine);

// Everything appended so far survives a power cut when this returns.
RILL_C_API rill_status rill_engine_flush(rill_engine* engine, rill_error* error);
// With the option maintenance=by-caller: does the background work that is due, and gives when to
// come again, in ms from now; -1: when something was appended or changed.
RILL_C_API rill_status rill_engine_run_maintenance(rill_engine* engine, int64_t* wait_ms,
                                                   rill_error* error);

// Set struct_size to sizeof(rill_resource_use). What the library has beyond is not written, what it
// does not have is 0.
typedef struct rill_resource_use {
  size_t struct_size;
  uint64_t buffer_bytes;
  uint64_t disk_bytes;
  int32_t open_files;
  int32_t mappings;
} rill_resource_use;
RILL_C_API rill_status rill_engine_resource_use(const rill_engine* engine, rill_resource_use* use,
                                                rill_error* error);

// What the engine has done since it was opened, and holds, as a page in Prometheus's text format
// 0.0.4: the one item of `out`. Eleven lines a partition more where `with_partitions` is not 0.
RILL_C_API rill_status rill_engine_prometheus_text(const rill_engine* engine,
                                                   int32_t with_partitions, rill_strings** out,
                                                   rill_error* error);

// ---- Topics (topic.h)

// Make a topic, or take the one that is there (ensure). `partitions`: -1 for num.partitions.
// Options: topic configs by Kafka's names. `out` may be null.
RILL_C_API rill_status rill_engine_create_topic(rill_engine* engine, const char* name,
                                                int32_t partitions, const rill_options* options,
                                                rill_topic** out, rill_error* error);
RILL_C_API rill_status rill_engine_ensure_topic(rill_engine* engine, const char* name,
                                                int32_t partitions, const rill_options* options,
                                                rill_topic** out, rill_error* error);
RILL_C_API rill_status rill_engine_find_topic(const rill_engine* engine, const char* name,
                                              rill_topic** out, rill_error* error);
RILL_C_API rill_status rill_engine_delete_topic(rill_engine* engine, const char* name,
                                                rill_error* error);
// Names in order; internal topics too where `include_internal` is not 0.
RILL_C_API rill_status rill_engine_list_topics(const rill_engine* engine, int32_t include_internal,
                                               rill_strings** out, rill_error* error);
// Grows the topic to `total` partitions.
RILL_C_API rill_status rill_engine_create_partitions(rill_engine* engine, const char* name,
                                                     int32_t total, rill_error* error);
// Sets configs; one whose value was set to null goes back to the default. All or nothing.
RILL_C_API rill_status rill_engine_alter_topic_configs(rill_engine* engine, const char* name,
                                                       const rill_options* changes,
                                                       rill_error* error);

typedef struct rill_topic_description {
  const char* name;
  const char* id;  // Kafka's topic id, in text
  int32_t partitions;
  int32_t is_internal;
  size_t config_count;
  const rill_config* configs;  // every config that a topic has, by name
} rill_topic_description;
RILL_C_API rill_status rill_engine_describe_topic(const rill_engine* engine, const char* name,
                                                  rill_topic_description** out, rill_error* error);
RILL_C_API void rill_topic_description_free(rill_topic_description* description);

// Null, and -1, for a null topic.
RILL_C_API const char* rill_topic_name(const rill_topic* topic);
RILL_C_API const char* rill_topic_id(const rill_topic* topic);
RILL_C_API int32_t rill_topic_partition_count(const rill_topic* topic);
// The partition `index`, from 0.
RILL_C_API rill_status rill_topic_get_partition(const rill_topic* topic, int32_t index,
                                                rill_partition** out, rill_error* error);
RILL_C_API void rill_topic_free(rill_topic* topic);

// ---- Producing (producer.h)

// A record to write. All zero is a record with null key and value, for now and any partition.
typedef struct rill_producer_record {
  rill_bytes key;
  rill_bytes value;
  const rill_header* headers;
  size_t header_count;
  int64_t timestamp_ms;  // looked at with RILL_SET_TIMESTAMP
  int32_t partition;     // looked at with RILL_SET_PARTITION
  uint32_t set;          // RILL_SET_... added up; other bits must be 0
} rill_producer_record;
enum { RILL_SET_TIMESTAMP = 1, RILL_SET_PARTITION = 2 };

// What became of one record. After a failure, offset, timestamp_ms and partition are -1.
typedef struct rill_delivery {
  int64_t offset;
  int64_t timestamp_ms;
  int32_t partition;
  rill_status status;
  int32_t kafka_code;  // as in rill_error; 0 for RILL_OK
  int32_t reserved;
} rill_delivery;

// Called once per record, by the thread that completes it: one that sends, or the engine's own.
// `error` is null where the record was stored. It may send; it must not wait: send_wait, flush and
// close are RILL_FAILED_PRECONDITION in it.
typedef void (*rill_delivery_callback)(void* context, const rill_delivery* delivery,
                                       const rill_error* error);

RILL_C_API rill_status rill_engine_new_producer(rill_engine* engine, const rill_options* options,
                                                rill_producer** out, rill_error* error);
// Sends a record. RILL_OK says that it was taken: `callback`, which may be null, hears the rest,
// before this returns where nothing lingers, and so does rill_producer_flush.
RILL_C_API rill_status rill_producer_send(rill_producer* producer, const rill_topic* topic,
                                          const rill_producer_record* record,
                                          rill_delivery_callback callback, void* context,
                                          rill_error* error);
// Sends a record and waits for what becomes of it. RILL_DEADLINE_EXCEEDED (REQUEST_TIMED_OUT): it
// may still be delivered. `delivery` may be null.
RILL_C_API rill_status rill_producer_send_wait(rill_producer* producer, const rill_topic* topic,
                                               const rill_producer_record* record,
                                               int64_t timeout_ms, rill_delivery* delivery,
                                               rill_error* error);
// The same for `count` records, in order, in one call; they share batches where linger.ms is not 0.
// None is sent when there is something wrong with the arguments.
RILL_C_API rill_status rill_producer_send_batch(rill_producer* producer, const rill_topic* topic,
                                                const rill_producer_record* records, size_t count,
                                                rill_delivery_callback callback, void* context,
                                                rill_error* error);
// Returns the first failure. `deliveries`, which may be null, has room for `count`: each entry is
// written, and says what became of the record in its place; RILL_UNKNOWN where that is not known,
// for memory ran out on the way.
RILL_C_API rill_status rill_producer_send_batch_wait(rill_producer* producer,
                                                     const rill_topic* topic,
                                                     const rill_producer_record* records,
                                                     size_t count, int64_t timeout_ms,
                                                     rill_delivery* deliveries, rill_error* error);
// Sends what lingers and waits for all that was sent. Returns the first failure of any record since
// the last flush, or RILL_DEADLINE_EXCEEDED.
RILL_C_API rill_status rill_producer_flush(rill_producer* producer, int64_t timeout_ms,
                                           rill_error* error);
// Takes no more records, then flushes; what is not begun when the time is over fails.
RILL_C_API rill_status rill_producer_close(rill_producer* producer, int64_t timeout_ms,
                                           rill_error* error);
// Closes, waiting as long as it takes.
RILL_C_API void rill_producer_free(rill_producer* producer);

// ---- Records (records.h)

// A record that was read: views into the rill_records that gave it, valid as long as that lives.
typedef struct rill_record {
  const char* topic;
  rill_bytes key;
  rill_bytes value;
  rill_bytes headers;  // as stored; rill_record_headers reads them
  int64_t offset;
  int64_t timestamp_ms;  // -1: the producer gave none
  int32_t partition;
  int32_t header_count;
} rill_record;

// Fills `records` with the next ones, at most `capacity`, and returns how many: 0 at the end. Per
// partition in order of offset. Copies nothing but the structs.
RILL_C_API size_t rill_records_next(rill_records* batch, rill_record* records, size_t capacity);
// Begins again at the first record.
RILL_C_API void rill_records_rewind(rill_records* batch);
// RILL_DATA_LOSS when the bytes changed since they were read and rill_records_next ended early.
RILL_C_API rill_status rill_records_check(const rill_records* batch, rill_error* error);
// Bytes of the batches read, as stored.
RILL_C_API size_t rill_records_stored_bytes(const rill_records* batch);
// The partitions read, with the offset to read next: what committing these records commits.
RILL_C_API rill_status rill_records_positions(const rill_records* batch, rill_partitions** out,
                                              rill_error* error);
// Unpins the memory that the records stand in.
RILL_C_API void rill_records_free(rill_records* batch);
// Fills `headers` with the first `capacity` headers of the record; returns how many those are.
RILL_C_API size_t rill_record_headers(const rill_record* record, rill_header* headers,
                                      size_t capacity);

// ---- Consuming (consumer.h)

// Options: group.id, auto.offset.reset, max.poll.records, ...
RILL_C_API rill_status rill_engine_new_consumer(rill_engine* engine, const rill_options* options,
                                                rill_consumer** out, rill_error* error);
// Joins the group as a member that wants these topics, or those whose name matches.
RILL_C_API rill_status rill_consumer_subscribe(rill_consumer* consumer, const char* const* topics,
                                               size_t count, rill_error* error);
RILL_C_API rill_status rill_consumer_subscribe_pattern(rill_consumer* consumer, const char* pattern,
                                                       rill_error* error);
RILL_C_API rill_status rill_consumer_unsubscribe(rill_consumer* consumer, rill_error* error);
// Takes these partitions, without membership.
RILL_C_API rill_status rill_consumer_assign(rill_consumer* consumer,
                                            const rill_topic_partition* partitions, size_t count,
                                            rill_error* error);
RILL_C_API rill_status rill_consumer_subscription(const rill_consumer* consumer, rill_strings** out,
                                                  rill_error* error);
RILL_C_API rill_status rill_consumer_assignment(const rill_consumer* consumer,
                                                rill_partitions** out, rill_error* error);
// The member's name in its group; "" before it joined. Null for null, or without memory. Valid
// until the next call with this consumer.
RILL_C_API const char* rill_consumer_member_id(rill_consumer* consumer);

// Records from the positions on, which move behind them. Waits until there are some, at most
// `timeout_ms`; then gives records that are empty. RILL_CANCELLED: rill_consumer_wakeup was called.
RILL_C_API rill_status rill_consumer_poll(rill_consumer* consumer, int64_t timeout_ms,
                                          rill_records** out, rill_error* error);
// Makes the poll that is waiting, or else the next, RILL_CANCELLED. From any thread.
RILL_C_API void rill_consumer_wakeup(rill_consumer* consumer);

// Move positions of assigned partitions; no partitions (count 0): of all.
RILL_C_API rill_status rill_consumer_seek(rill_consumer* consumer, const char* topic,
                                          int32_t partition, int64_t offset, rill_error* error);
RILL_C_API rill_status rill_consumer_seek_to_beginning(rill_consumer* consumer,
                                                       const rill_topic_partition* partitions,
                                                       size_t count, rill_error* error);
RILL_C_API rill_status rill_consumer_seek_to_end(rill_consumer* consumer,
                                                 const rill_topic_partition* partitions,
                                                 size_t count, rill_error* error);
// To the first record of that time or later.
RILL_C_API rill_status rill_consumer_seek_to_time(rill_consumer* consumer, int64_t time_ms,
                                                  const rill_topic_partition* partitions,
                                                  size_t count, rill_error* error);
// Poll gives nothing of paused partitions.
RILL_C_API rill_status rill_consumer_pause(rill_consumer* consumer,
                                           const rill_topic_partition* partitions, size_t count,
                                           rill_error* error);
RILL_C_API rill_status rill_consumer_resume(rill_consumer* consumer,
                                            const rill_topic_partition* partitions, size_t count,
                                            rill_error* error);
RILL_C_API rill_status rill_consumer_paused(const rill_consumer* consumer, rill_partitions** out,
                                            rill_error* error);

// The offset that poll reads next, and how many there are from there to the end.
RILL_C_API rill_status rill_consumer_position(rill_consumer* consumer, const char* topic,
                                              int32_t partition, int64_t* offset,
                                              rill_error* error);
RILL_C_API rill_status rill_consumer_lag(rill_consumer* consumer, const char* topic,
                                         int32_t partition, int64_t* lag, rill_error* error);
// What the group committed, as a list of one; RILL_NOT_FOUND when nothing.
RILL_C_API rill_status rill_consumer_committed(rill_consumer* consumer, const char* topic,
                                               int32_t partition, rill_partitions** out,
                                               rill_error* error);

// Commit the positions, the ends of `records`, or the given offsets. Stored when they return, all
// or nothing.
RILL_C_API rill_status rill_consumer_commit(rill_consumer* consumer, rill_error* error);
RILL_C_API rill_status rill_consumer_commit_records(rill_consumer* consumer,
                                                    const rill_records* records, rill_error* error);
RILL_C_API rill_status rill_consumer_commit_offsets(rill_consumer* consumer,
                                                    const rill_topic_partition* offsets,
                                                    size_t count, rill_error* error);
// Commits the positions at the latest in the next poll, commit or close, where `callback`, which
// may be null, then runs; `error` is null where it was stored. Rules as for a rebalance listener.
typedef void (*rill_commit_callback)(void* context, const rill_error* error);
RILL_C_API rill_status rill_consumer_commit_async(rill_consumer* consumer,
                                                  rill_commit_callback callback, void* context,
                                                  rill_error* error);
// Leaves the group. Why the last automatic commit failed, but closes all the same.
RILL_C_API rill_status rill_consumer_close(rill_consumer* consumer, rill_error* error);
RILL_C_API void rill_consumer_free(rill_consumer* consumer);

// ---- Groups (group.h)

typedef struct rill_group_member {
  const char* member_id;
  const char* group_instance_id;  // "": not a static member
  const char* client_id;
  const char* host;
  size_t assignment_count;
  const rill_topic_partition* assignment;
} rill_group_member;

typedef struct rill_group_description {
  const char* group;
  const char* state;  // Kafka's name of it, e.g. "Stable"
  const char* assignor;
  size_t member_count;
  const rill_group_member* members;
  int32_t generation;
  int32_t reserved;
} rill_group_description;

RILL_C_API rill_status rill_engine_list_groups(const rill_engine* engine, rill_strings** out,
                                               rill_error* error);
RILL_C_API rill_status rill_engine_describe_group(const rill_engine* engine, const char* group,
                                                  rill_group_description** out, rill_error* error);
RILL_C_API void rill_group_description_free(rill_group_description* description);
// The offsets that the group committed.
RILL_C_API rill_status rill_engine_committed_offsets(const rill_engine* engine, const char* group,
                                                     rill_partitions** out, rill_error* error);
RILL_C_API rill_status rill_engine_delete_group(rill_engine* engine, const char* group,
                                                rill_error* error);

// ---- Partitions, bare (partition.h)

typedef struct rill_append_result {
  int64_t base_offset;
  int64_t last_offset;
  int64_t log_append_time_ms;  // -1: the log does not stamp the time
} rill_append_result;

// Appends the records as one batch. RILL_SET_PARTITION must not be set. `result` may be null.
RILL_C_API rill_status rill_partition_append(rill_partition* partition,
                                             const rill_producer_record* records, size_t count,
                                             rill_append_result* result, rill_error* error);
// Appends one of Kafka's record batches, sealed.
RILL_C_API rill_status rill_partition_append_batch(rill_partition* partition, const void* batch,
                                                   size_t size, rill_append_result* result,
                                                   rill_error* error);
// Records from `offset` on: batches of at most `max_bytes`, but one at least, and of them at most
// `max_records`, -1 for no limit. Empty at the high watermark; does not wait.
RILL_C_API rill_status rill_partition_read(const rill_partition* partition, int64_t offset,
                                           size_t max_bytes, int64_t max_records,
                                           rill_records** out, rill_error* error);
// Until the high watermark is above `offset`, or RILL_DEADLINE_EXCEEDED.
RILL_C_API rill_status rill_partition_wait_for(const rill_partition* partition, int64_t offset,
                                               int64_t timeout_ms, rill_error* error);
// -1 for a null partition.
RILL_C_API int64_t rill_partition_log_start_offset(const rill_partition* partition);
RILL_C_API int64_t rill_partition_high_watermark(const rill_partition* partition);
RILL_C_API int64_t rill_partition_log_end_offset(const rill_partition* partition);
// Bytes of the log; 0 for a null partition.
RILL_C_API uint64_t rill_partition_size_bytes(const rill_partition* partition);
// The first record of that time or later: its offset (-1: none is) and, if not null, its time.
RILL_C_API rill_status rill_partition_offset_for_time(const rill_partition* partition,
                                                      int64_t time_ms, int64_t* offset,
                                                      int64_t* timestamp_ms, rill_error* error);
// Deletes the records below `offset`; gives, if not null, where the log now starts.
RILL_C_API rill_status rill_partition_delete_records_before(rill_partition* partition,
                                                            int64_t offset, int64_t* log_start,
                                                            rill_error* error);
RILL_C_API rill_status rill_partition_flush(rill_partition* partition, rill_error* error);
RILL_C_API void rill_partition_free(rill_partition* partition);

#ifdef __cplusplus
}
#endif
