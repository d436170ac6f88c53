#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rill/rill.h"

// Header of each record: the number of its line in the file, from 1 (the line with the column names
// is not counted).
inline constexpr char kLineHeader[] = "line";

// The line number in a record's header; -1 when there is none.
std::int64_t LineOf(const rill::Record& record);

struct IngestOptions {
  std::string csv;  // compressed with zstd
  // Take at least this long for the whole file; zero: as fast as it goes.
  absl::Duration stretch_to;
};

// Writes the flights of the file into `topic`, keyed by origin and stamped with their departure,
// going on where the log ends: a line that an earlier run wrote is not written again. `written`
// counts the lines that were read: each is sent, or was in the log already.
absl::Status Ingest(rill::Engine& engine, const rill::Topic& topic, const IngestOptions& options,
                    std::atomic<std::int64_t>& written);
