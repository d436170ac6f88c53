#include "cli/tool_consumer.h"

#include <utility>

#include "cli/java_log.h"

namespace rill::cli {

absl::StatusOr<ToolConsumer> OpenToolConsumer(const CommandContext& context, const KafkaTool& tool,
                                              const CommandLine& line,
                                              const ClientProperties& properties, bool has_group,
                                              const AdjustConsumer& adjust) {
  auto place = PlaceOf(context, line, {}, has_group ? LogUse::kReadAndWrite : LogUse::kRead);
  if (!place.ok()) return place.status();
  auto configs = ToConsumerConfigs(properties, place->kind);
  if (!configs.ok()) return configs.status();
  TellPassedOver(context, tool, configs->passed_over);
  adjust(place->kind, *configs);
  const bool is_alone = place->kind == LogKind::kFolder && !has_group;
  if (is_alone) {
    configs->options.group.clear();
    configs->options.group_instance_id.clear();
    configs->options.enable_auto_commit = false;
  }
  auto engine = OpenLog(context, tool, *place, is_alone ? LogUse::kRead : LogUse::kReadAndWrite,
                        std::move(configs->connection));
  if (!engine.ok()) return engine.status();
  auto consumer = engine->NewConsumer(configs->options);
  if (!consumer.ok()) return InPropertyNames(consumer.status());
  return ToolConsumer{*std::move(place), is_alone, *std::move(engine), *std::move(consumer)};
}

}  // namespace rill::cli
