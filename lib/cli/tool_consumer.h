#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "cli/client_configs.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "cli/log_place.h"
#include "rill/consumer.h"
#include "rill/engine.h"

namespace rill::cli {

// A tool's consumer, and what it reads.
struct ToolConsumer {
  LogPlace place;
  // Whether it is in no group: in a folder, where its user named none.
  bool is_alone = false;
  Engine engine;
  Consumer consumer;
};

// What a tool has to say of its consumer's configs, besides the user's properties.
using AdjustConsumer = std::function<void(LogKind kind, ConsumerConfigs& configs)>;

// Opens the log that `line` names, and a consumer with `properties` there; tells what of these does
// nothing. Errors as PlaceOf, ToConsumerConfigs, OpenLog and Engine::NewConsumer, the last in names
// of properties.
absl::StatusOr<ToolConsumer> OpenToolConsumer(const CommandContext& context, const KafkaTool& tool,
                                              const CommandLine& line,
                                              const ClientProperties& properties, bool has_group,
                                              const AdjustConsumer& adjust);

}  // namespace rill::cli
