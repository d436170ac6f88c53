#pragma once

#include <memory>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "io/storage_history.h"

namespace rill::io {

// The tree of all that is in `files`, everything in it synced.
absl::StatusOr<std::shared_ptr<Inode>> AdoptTree(FileSystem& files);

// Fills the empty `files` with what a power cut may leave of the tree under `root`.
absl::Status CopySurvivors(const Inode& root, FileSystem& files, std::mt19937_64& random);

// Fills the empty `files` with all of the tree under `root`; the result is the same tree over them,
// with the same history.
absl::StatusOr<std::shared_ptr<Inode>> CopyTree(const std::shared_ptr<Inode>& root,
                                                FileSystem& files);

}  // namespace rill::io
