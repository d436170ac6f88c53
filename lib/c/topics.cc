#include <cstdint>
#include <string>
#include <utility>

#include "c/call.h"
#include "c/handles.h"
#include "c/lists.h"
#include "c/options_of.h"

using rill::c::Call;
using rill::c::Cleared;

namespace {

// Gives a topic to those who want it.
absl::Status Give(absl::StatusOr<rill::Topic> topic, rill_topic** out) {
  if (topic.ok() && out != nullptr) *out = new rill_topic{*topic};
  return topic.status();
}

// Engine::CreateTopic or Engine::EnsureTopic.
using MakeTopic = absl::StatusOr<rill::Topic> (rill::Engine::*)(const std::string&,
                                                                const rill::TopicOptions&);

absl::Status Make(rill_engine* engine, MakeTopic make, const char* name, std::int32_t partitions,
                  const rill_options* options, rill_topic** out) {
  const auto topic_options = rill::c::TopicOptionsOf(partitions, options);
  if (!topic_options.ok()) return topic_options.status();
  return Give((engine->engine.*make)(name, *topic_options), out);
}

}  // namespace

extern "C" {

rill_status rill_engine_create_topic(rill_engine* engine, const char* name, int32_t partitions,
                                     const rill_options* options, rill_topic** out,
                                     rill_error* error) {
  Cleared(out);
  return Call(error, {{"engine", engine}, {"name", name}}, [&] {
    return Make(engine, &rill::Engine::CreateTopic, name, partitions, options, out);
  });
}

rill_status rill_engine_ensure_topic(rill_engine* engine, const char* name, int32_t partitions,
                                     const rill_options* options, rill_topic** out,
                                     rill_error* error) {
  Cleared(out);
  return Call(error, {{"engine", engine}, {"name", name}}, [&] {
    return Make(engine, &rill::Engine::EnsureTopic, name, partitions, options, out);
  });
}

rill_status rill_engine_find_topic(const rill_engine* engine, const char* name, rill_topic** out,
                                   rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}, {"name", name}},
              [&] { return Give(engine->engine.FindTopic(name), out); });
}

rill_status rill_engine_delete_topic(rill_engine* engine, const char* name, rill_error* error) {
  return Call(error, {{"engine", engine}, {"name", name}},
              [&] { return engine->engine.DeleteTopic(name); });
}

rill_status rill_engine_list_topics(const rill_engine* engine, int32_t include_internal,
                                    rill_strings** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}}, [&] {
    *out = new rill::c::Strings(engine->engine.ListTopics(include_internal != 0));
    return absl::OkStatus();
  });
}

rill_status rill_engine_create_partitions(rill_engine* engine, const char* name, int32_t total,
                                          rill_error* error) {
  return Call(error, {{"engine", engine}, {"name", name}},
              [&] { return engine->engine.CreatePartitions(name, total); });
}

rill_status rill_engine_alter_topic_configs(rill_engine* engine, const char* name,
                                            const rill_options* changes, rill_error* error) {
  return Call(error, {{"engine", engine}, {"name", name}, {"changes", changes}}, [&] {
    const auto configs = rill::c::ConfigChangesOf(changes);
    return configs.ok() ? engine->engine.AlterTopicConfigs(name, *configs) : configs.status();
  });
}

rill_status rill_engine_describe_topic(const rill_engine* engine, const char* name,
                                       rill_topic_description** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}, {"name", name}},
              [&]() -> absl::Status {
                auto description = engine->engine.DescribeTopic(name);
                if (!description.ok()) return description.status();
                *out = new rill::c::TopicDescribed(*std::move(description));
                return absl::OkStatus();
              });
}

const char* rill_topic_name(const rill_topic* topic) {
  return topic != nullptr ? topic->topic.name().c_str() : nullptr;
}

const char* rill_topic_id(const rill_topic* topic) {
  return topic != nullptr ? topic->topic.id().c_str() : nullptr;
}

int32_t rill_topic_partition_count(const rill_topic* topic) {
  return topic != nullptr ? topic->topic.partition_count() : -1;
}

rill_status rill_topic_get_partition(const rill_topic* topic, int32_t index, rill_partition** out,
                                     rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"topic", topic}}, [&]() -> absl::Status {
    auto partition = topic->topic.partition(index);
    if (!partition.ok()) return partition.status();
    *out = new rill_partition{*partition};
    return absl::OkStatus();
  });
}

void rill_topic_free(rill_topic* topic) { delete topic; }

}  // extern "C"
