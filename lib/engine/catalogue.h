#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/config_spec.h"
#include "engine/uuid.h"

namespace rill::engine {

// Which topics there are: an image, and the commands that change it. Plain values, no I/O:
// catalogue_file.h keeps them in a file.

struct CatalogueTopic {
  Uuid id;
  std::int32_t partitions = 0;
  // Deleted as far as anybody can see; its folders are still to be cleared away.
  bool deleting = false;
  ConfigMap configs;
  friend bool operator==(const CatalogueTopic&, const CatalogueTopic&) = default;
};

// The topic called `name` is now as `topic` says, or gone.
struct CatalogueCommand {
  std::string name;
  std::optional<CatalogueTopic> topic;
};

// Most that Kafka makes in one request.
inline constexpr std::int32_t kMaxPartitionsPerTopic = 10000;

// Not thread-safe.
class CatalogueImage {
 public:
  // By name.
  const std::map<std::string, CatalogueTopic>& topics() const { return topics_; }

  // Whether the change can follow on this image: names and ids are legal and unique, a topic keeps
  // its id, its partitions do not become fewer, only one that is being deleted goes. DataLoss
  // (KAFKA_STORAGE_ERROR) otherwise.
  absl::Status Check(const CatalogueCommand& command) const;
  // Makes a change that Check lets through.
  void Apply(const CatalogueCommand& command);

 private:
  std::map<std::string, CatalogueTopic> topics_;
  std::set<Uuid> ids_;
};

// A command as a record. Key: "topic/<name>". Value: lines of "name=value" in this order, or null
// for a topic that is gone:
//
//   id=Hq1Y6xyTRkaSaMQp0HGqeA
//   partitions=3
//   deleting=true               only where it is
//   config.retention.ms=1000    for each config that is set, in order of name
std::string EncodeCommandKey(const CatalogueCommand& command);
std::optional<std::string> EncodeCommandValue(const CatalogueCommand& command);

// `value` null (IsNull) for a topic that is gone. DataLoss (KAFKA_STORAGE_ERROR) says what is
// wrong.
absl::StatusOr<CatalogueCommand> DecodeCommand(std::string_view key, std::string_view value);

}  // namespace rill::engine
