#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "rill/c.h"
#include "rill/rill.h"

namespace rill::c {

// What the C++ interface takes, from names and values; null options are the defaults.
// InvalidArgument (INVALID_CONFIG) for a name that is not known, a value that cannot be read, or a
// callback that is for something else.
absl::StatusOr<Options> EngineOptionsOf(const rill_options* options);
absl::StatusOr<TopicOptions> TopicOptionsOf(std::int32_t partitions, const rill_options* options);
// Here a name without a value goes back to the default.
absl::StatusOr<std::map<std::string, std::optional<std::string>>> ConfigChangesOf(
    const rill_options* changes);
absl::StatusOr<ProducerOptions> ProducerOptionsOf(const rill_options* options);
absl::StatusOr<ConsumerOptions> ConsumerOptionsOf(const rill_options* options);

}  // namespace rill::c
