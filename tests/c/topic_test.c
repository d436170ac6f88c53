#include "c_test.h"

static void topics_are_made_found_and_listed(void) {
  rill_engine* engine = open_memory();
  rill_topic* tea = make_topic(engine, "tea", 3);
  CHECK(strcmp(rill_topic_name(tea), "tea") == 0);
  CHECK(strlen(rill_topic_id(tea)) == 22);
  CHECK(rill_topic_partition_count(tea) == 3);

  rill_topic* again = tea;
  FAILS(rill_engine_create_topic(engine, "tea", 1, NULL, &again, &error), RILL_ALREADY_EXISTS,
        TOPIC_ALREADY_EXISTS, "tea");
  CHECK(again == NULL);
  OK(rill_engine_ensure_topic(engine, "tea", 1, NULL, &again, &error));
  CHECK(rill_topic_partition_count(again) == 3);
  rill_topic_free(again);
  OK(rill_engine_ensure_topic(engine, "coffee", -1, NULL, NULL, &error));
  OK(rill_engine_find_topic(engine, "coffee", &again, &error));
  CHECK(rill_topic_partition_count(again) == 1);
  rill_topic_free(again);
  FAILS(rill_engine_create_topic(engine, "a b", 1, NULL, NULL, &error), RILL_INVALID_ARGUMENT,
        INVALID_TOPIC, "0x20");
  FAILS(rill_engine_create_topic(engine, "cocoa", 0, NULL, NULL, &error), RILL_INVALID_ARGUMENT,
        INVALID_PARTITIONS, "0");
  FAILS(rill_engine_find_topic(engine, "cocoa", &again, &error), RILL_NOT_FOUND,
        UNKNOWN_TOPIC_OR_PARTITION, "cocoa");

  rill_strings* names = NULL;
  OK(rill_engine_list_topics(engine, 0, &names, &error));
  CHECK(names->count == 2);
  CHECK(strcmp(names->items[0], "coffee") == 0 && strcmp(names->items[1], "tea") == 0);
  rill_strings_free(names);
  rill_topic_free(tea);
  rill_engine_free(engine);
}

static const rill_config* config_named(const rill_topic_description* topic, const char* name) {
  for (size_t i = 0; i < topic->config_count; ++i) {
    if (strcmp(topic->configs[i].name, name) == 0) return &topic->configs[i];
  }
  fail(__FILE__, __LINE__, name);
  return NULL;
}

static void check_retention(rill_engine* engine, const char* value, int32_t source) {
  rill_topic_description* topic = NULL;
  OK(rill_engine_describe_topic(engine, "tea", &topic, &error));
  const rill_config* retention = config_named(topic, "retention.ms");
  CHECK(strcmp(retention->value, value) == 0 && retention->source == source);
  rill_topic_description_free(topic);
}

static void topics_are_described_and_their_configs_changed(void) {
  rill_options* options = options_of((const char* const[]){"log.retention.ms", "5000000", NULL});
  rill_engine* engine = NULL;
  OK(rill_open("mem:", options, &engine, &error));
  rill_options_free(options);
  options = options_of((const char* const[]){"retention.ms", "4000000", NULL});
  OK(rill_engine_create_topic(engine, "tea", 2, options, NULL, &error));

  rill_topic_description* topic = NULL;
  OK(rill_engine_describe_topic(engine, "tea", &topic, &error));
  CHECK(strcmp(topic->name, "tea") == 0 && strlen(topic->id) == 22);
  CHECK(topic->partitions == 2 && topic->is_internal == 0);
  CHECK(config_named(topic, "cleanup.policy")->source == RILL_CONFIG_DEFAULT);
  rill_topic_description_free(topic);
  check_retention(engine, "4000000", RILL_CONFIG_OF_TOPIC);

  OK(rill_options_set(options, "retention.ms", "3000000", &error));
  OK(rill_engine_alter_topic_configs(engine, "tea", options, &error));
  check_retention(engine, "3000000", RILL_CONFIG_OF_TOPIC);
  OK(rill_options_set(options, "segment.bytes", "-5", &error));
  OK(rill_options_set(options, "retention.ms", NULL, &error));
  FAILS(rill_engine_alter_topic_configs(engine, "tea", options, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "segment.bytes");
  check_retention(engine, "3000000", RILL_CONFIG_OF_TOPIC);
  OK(rill_options_set(options, "segment.bytes", NULL, &error));
  OK(rill_engine_alter_topic_configs(engine, "tea", options, &error));
  check_retention(engine, "5000000", RILL_CONFIG_OF_ENGINE);
  rill_options_free(options);
  rill_engine_free(engine);
}

static void topics_grow_and_go(void) {
  rill_engine* engine = open_memory();
  rill_topic* tea = make_topic(engine, "tea", 1);
  OK(rill_engine_create_partitions(engine, "tea", 4, &error));
  CHECK(rill_topic_partition_count(tea) == 4);
  FAILS(rill_engine_create_partitions(engine, "tea", 4, &error), RILL_INVALID_ARGUMENT,
        INVALID_PARTITIONS, "4");
  OK(rill_engine_delete_topic(engine, "tea", &error));
  FAILS(rill_engine_delete_topic(engine, "tea", &error), RILL_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION,
        "tea");
  rill_partition* partition = NULL;
  FAILS(rill_topic_get_partition(tea, 0, &partition, &error), RILL_NOT_FOUND,
        UNKNOWN_TOPIC_OR_PARTITION, "tea");
  CHECK(partition == NULL);
  rill_topic_free(tea);
  rill_engine_free(engine);
}

static void hear_nothing(void* context, int32_t level, const char* line) {
  (void)context, (void)level, (void)line;
}

static void callbacks_are_refused_where_nobody_calls_them(void) {
  rill_engine* engine = open_memory();
  rill_options* options = rill_options_new();
  OK(rill_options_set_log_sink(options, hear_nothing, NULL, &error));
  FAILS(rill_engine_create_topic(engine, "tea", 1, options, NULL, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "log sink");
  FAILS(rill_engine_alter_topic_configs(engine, "tea", options, &error), RILL_INVALID_ARGUMENT,
        INVALID_CONFIG, "log sink");
  OK(rill_options_set_log_sink(options, NULL, NULL, &error));
  OK(rill_engine_create_topic(engine, "tea", 1, options, NULL, &error));
  rill_options_free(options);
  rill_engine_free(engine);
}

const test_case topic_cases[] = {
    {"topics are made, found and listed", topics_are_made_found_and_listed},
    {"topics are described and their configs changed",
     topics_are_described_and_their_configs_changed},
    {"topics grow and go", topics_grow_and_go},
    {"callbacks are refused where nobody calls them",
     callbacks_are_refused_where_nobody_calls_them},
    {NULL, NULL}};
