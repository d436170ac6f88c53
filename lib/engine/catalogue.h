#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "engine/config_spec.h"
#include "engine/resource_configs.h"

namespace rill::engine {

// What an engine has to remember beside its logs: which topics there are, which producer ids were
// given out, what was set while it ran. An image, and the commands that change it. Plain values, no
// I/O: catalogue_file.h keeps them in a file.

struct CatalogueTopic {
  base::Uuid id;
  std::int32_t partitions = 0;
  // Deleted as far as anybody can see; its folders are still to be cleared away.
  bool deleting = false;
  ConfigMap configs;
  friend bool operator==(const CatalogueTopic&, const CatalogueTopic&) = default;
};

// The topic called `name` is now as `topic` says, or gone.
struct TopicChange {
  std::string name;
  std::optional<CatalogueTopic> topic;
};

// Producer ids below `end` may be in use.
struct ProducerIdsTaken {
  std::int64_t end = 0;
};

// The configs of something that is no topic (resource_configs.h) are now `configs`.
struct ResourceConfigsChange {
  std::string resource;
  ConfigMap configs;
};

using CatalogueCommand = std::variant<TopicChange, ProducerIdsTaken, ResourceConfigsChange>;

// Most that Kafka makes in one request.
inline constexpr std::int32_t kMaxPartitionsPerTopic = 10000;

// Not thread-safe.
class CatalogueImage {
 public:
  // By name.
  const std::map<std::string, CatalogueTopic>& topics() const { return topics_; }

  const ResourceConfigs& resource_configs() const { return resource_configs_; }
  std::int64_t producer_ids_end() const { return producer_ids_end_; }
  // How many commands make this image from nothing.
  std::size_t size() const {
    return topics_.size() + resource_configs_.size() + (producer_ids_end_ > 0 ? 1 : 0);
  }

  // Whether the change can follow on this image: names and ids are legal and unique, a topic keeps
  // its id, its partitions do not become fewer, only one that is being deleted goes, producer ids
  // are taken in order, configs of other things are lines of text. DataLoss (KAFKA_STORAGE_ERROR)
  // otherwise.
  absl::Status Check(const CatalogueCommand& command) const;
  // Makes a change that Check lets through.
  void Apply(const CatalogueCommand& command);

 private:
  absl::Status CheckTopic(const TopicChange& command) const;

  std::map<std::string, CatalogueTopic> topics_;
  std::set<base::Uuid> ids_;
  ResourceConfigs resource_configs_;
  std::int64_t producer_ids_end_ = 0;
};

// A command as a record. The value has lines of "name=value" in this order:
//
//   key "topic/orders"          value null for a topic that is gone, else
//     id=Hq1Y6xyTRkaSaMQp0HGqeA
//     partitions=3
//     deleting=true               only where it is
//     config.retention.ms=1000    for each config that is set, in order of name
//   key "producer-ids"
//     end=1000
//   key "configs/broker/1"      value null where none is set any more, else
//     config.retention.ms=1000    for each, in order of name
std::string EncodeCommandKey(const CatalogueCommand& command);
std::optional<std::string> EncodeCommandValue(const CatalogueCommand& command);

// Whether a record with this key is a command that this rill knows.
bool IsCommandKey(std::string_view key);

// DataLoss (KAFKA_STORAGE_ERROR) says what is wrong.
absl::StatusOr<CatalogueCommand> DecodeCommand(std::string_view key, std::string_view value);

}  // namespace rill::engine
