#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill::log {

// File names of a segment, as Kafka makes them: its base offset in twenty digits, and a suffix.
inline constexpr char kLogSuffix[] = ".log";
inline constexpr char kOffsetIndexSuffix[] = ".index";
inline constexpr char kTimeIndexSuffix[] = ".timeindex";
inline constexpr char kTransactionIndexSuffix[] = ".txnindex";
inline constexpr char kSnapshotSuffix[] = ".snapshot";
// Added to a file that is waiting to be removed.
inline constexpr char kDeletedSuffix[] = ".deleted";
// Files that compaction is still writing; what an interrupted one left was never part of the log.
inline constexpr char kCleanedSuffix[] = ".cleaned";
// Files that compaction is putting in the place of those that they were made from.
inline constexpr char kSwapSuffix[] = ".swap";
// A log that is being cut to its sound part, until it takes the place of the original.
inline constexpr char kTruncatedSuffix[] = ".truncated";

// "<directory>/00000000000000001234"
std::string SegmentStem(const std::string& directory, std::int64_t base_offset);

// The base offset in a file name with this suffix, or nothing when the name is not of that form.
std::optional<std::int64_t> ParseSegmentName(std::string_view name, std::string_view suffix);
// The same of an index file of any kind.
std::optional<std::int64_t> ParseIndexName(std::string_view name);

}  // namespace rill::log
