#pragma once

#include <memory>

#include "database.h"
#include "rill/rill.h"

// Keeps the offsets of consumer groups in an SQLite database. A commit takes part in the
// transaction that the calling thread has begun there, if it has: results and offsets become true
// together.
absl::StatusOr<std::shared_ptr<rill::OffsetStore>> NewSqliteOffsetStore(
    std::shared_ptr<Database> database);
