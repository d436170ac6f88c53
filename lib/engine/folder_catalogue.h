#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/catalogue.h"
#include "io/file_system.h"
#include "rill/options.h"

namespace rill::engine {

// The topics of a data folder, as they are now, for who may not write there: by rill's catalogue,
// of which a change that is being written does not count yet; or, in a folder of Apache Kafka's,
// which has none, by the folders of partitions, each with the id in its partition.metadata (one
// without is told to `sink` and left out). Errors as ParseCatalogue and FileSystem::List.
absl::StatusOr<CatalogueImage> ReadFolderCatalogue(io::FileSystem& files,
                                                   const std::string& directory,
                                                   const LogSink& sink);

}  // namespace rill::engine
