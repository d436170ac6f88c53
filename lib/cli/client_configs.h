#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client_properties.h"
#include "rill/consumer.h"
#include "rill/producer.h"

namespace rill::cli {

// Where the log is that a tool reads or writes.
enum class LogKind { kFolder, kCluster };

// What properties of a Java client say to rill. Properties that rill's options have go there, those
// that librdkafka has under the same or another name to its configs, where the log is a cluster's.
struct ProducerConfigs {
  ProducerOptions options;
  std::map<std::string, std::string> connection;  // for Options::configs
  std::vector<std::string> passed_over;           // a line for each property that does nothing
};
struct ConsumerConfigs {
  ConsumerOptions options;
  // auto.offset.reset=by_duration:...: how long before now to begin where there is no offset, which
  // is the tool's to do. ConsumerOptions::reset is kEarliest then.
  std::optional<absl::Duration> reset_by = {};
  std::map<std::string, std::string> connection;
  std::vector<std::string> passed_over;
};

// A group's members over a cluster join by KIP-848 where group.protocol says so; a folder that is
// read here has no broker, and there it does nothing.
//
// InvalidArgument for a value that a property cannot have, Unimplemented for what rill cannot do,
// such as transactions; both name the property.
absl::StatusOr<ProducerConfigs> ToProducerConfigs(const ClientProperties& properties, LogKind kind);
absl::StatusOr<ConsumerConfigs> ToConsumerConfigs(const ClientProperties& properties, LogKind kind);

}  // namespace rill::cli
