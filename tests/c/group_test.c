#include "c_test.h"

typedef struct changes {
  int counts[3];
  size_t partitions[3];
} changes;

static void note_change(void* context, int32_t event, const rill_topic_partition* partitions,
                        size_t count) {
  changes* noted = context;
  ++noted->counts[event];
  noted->partitions[event] += count;
  for (size_t i = 0; i < count; ++i) CHECK(strcmp(partitions[i].topic, "orders") == 0);
}

static rill_consumer* listening_consumer(rill_engine* engine, changes* noted) {
  rill_options* options =
      options_of((const char* const[]){"group.id", "billing", "client.id", "till",
                                       "partition.assignment.strategy", "roundrobin, range", NULL});
  OK(rill_options_set_rebalance_listener(options, note_change, noted, &error));
  rill_consumer* consumer = NULL;
  OK(rill_engine_new_consumer(engine, options, &consumer, &error));
  rill_options_free(options);
  OK(rill_consumer_subscribe_pattern(consumer, "ord.*", &error));
  return consumer;
}

static void poll_once(rill_consumer* consumer) {
  rill_records* batch = NULL;
  OK(rill_consumer_poll(consumer, 0, &batch, &error));
  rill_records_free(batch);
}

static size_t assigned(rill_consumer* consumer) {
  rill_partitions* partitions = NULL;
  OK(rill_consumer_assignment(consumer, &partitions, &error));
  const size_t count = partitions->count;
  rill_partitions_free(partitions);
  return count;
}

static void members_share_a_topic_and_hear_of_it(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 4);
  changes first_noted = {0};
  changes second_noted = {0};
  rill_consumer* first = listening_consumer(engine, &first_noted);
  while (assigned(first) != 4) poll_once(first);
  CHECK(first_noted.partitions[RILL_PARTITIONS_ASSIGNED] == 4);
  rill_consumer* second = listening_consumer(engine, &second_noted);
  while (assigned(first) != 2 || assigned(second) != 2) {
    poll_once(first);
    poll_once(second);
  }
  CHECK(first_noted.partitions[RILL_PARTITIONS_REVOKED] == 4);
  CHECK(second_noted.partitions[RILL_PARTITIONS_ASSIGNED] == 2);

  rill_group_description* group = NULL;
  OK(rill_engine_describe_group(engine, "billing", &group, &error));
  CHECK(strcmp(group->group, "billing") == 0 && strcmp(group->state, "Stable") == 0);
  CHECK(strcmp(group->assignor, "roundrobin") == 0 && group->generation >= 2);
  CHECK(group->member_count == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(group->members[i].assignment_count == 2);
    CHECK(strcmp(group->members[i].assignment[0].topic, "orders") == 0);
    CHECK(strcmp(group->members[i].client_id, "till") == 0);
    CHECK(strcmp(group->members[i].group_instance_id, "") == 0);
  }
  rill_group_description_free(group);
  FAILS(rill_engine_delete_group(engine, "billing", &error), RILL_FAILED_PRECONDITION,
        NON_EMPTY_GROUP, "billing");
  OK(rill_consumer_close(first, &error));
  CHECK(first_noted.partitions[RILL_PARTITIONS_REVOKED] == 6);
  CHECK(first_noted.counts[RILL_PARTITIONS_LOST] == 0);
  rill_consumer_free(first);
  rill_consumer_free(second);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

static void groups_are_listed_and_deleted(void) {
  rill_engine* engine = open_memory();
  rill_topic* topic = make_topic(engine, "orders", 1);
  rill_producer* producer = new_producer(engine);
  send_text(producer, topic, "coffee");
  rill_consumer* consumer = subscribe(engine, "billing", "orders");
  rill_records* batch = NULL;
  OK(rill_consumer_poll(consumer, 5000, &batch, &error));
  OK(rill_consumer_commit_records(consumer, batch, &error));
  rill_records_free(batch);
  OK(rill_consumer_close(consumer, &error));
  rill_consumer_free(consumer);

  rill_strings* groups = NULL;
  OK(rill_engine_list_groups(engine, &groups, &error));
  CHECK(groups->count == 1 && strcmp(groups->items[0], "billing") == 0);
  rill_strings_free(groups);
  OK(rill_engine_delete_group(engine, "billing", &error));
  rill_group_description* group = NULL;
  FAILS(rill_engine_describe_group(engine, "billing", &group, &error), RILL_NOT_FOUND,
        GROUP_ID_NOT_FOUND, "billing");
  CHECK(group == NULL);
  rill_producer_free(producer);
  rill_topic_free(topic);
  rill_engine_free(engine);
}

const test_case group_cases[] = {
    {"members share a topic and hear of it", members_share_a_topic_and_hear_of_it},
    {"groups are listed and deleted", groups_are_listed_and_deleted},
    {NULL, NULL}};
