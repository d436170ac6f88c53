#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "io/file_system.h"
#include "log/producer_state.h"

namespace rill::log {

// An entry of a segment's .txnindex, a transaction that was aborted by a marker in that segment:
// int16 version, int64 producer id, first offset, last offset (the marker's), last stable offset.
inline constexpr std::size_t kTransactionEntrySize = 34;
inline constexpr std::int16_t kTransactionEntryVersion = 0;
// Of a file that is read as a whole: what a segment of the smallest batches could have, and more.
inline constexpr std::uint64_t kMaxTransactionIndexSize = std::uint64_t{1} << 30;

// `bytes` are at least kTransactionEntrySize; the version has been looked at.
inline CompletedTransaction ReadTransactionEntry(std::string_view bytes) {
  const auto number = [&](std::size_t at) {
    return base::LoadBigEndian<std::int64_t>(bytes.data() + at);
  };
  return {.producer_id = number(2),
          .first_offset = number(10),
          .last_offset = number(18),
          .is_aborted = true,
          .last_stable_offset = number(26)};
}

// As ReadTransactionEntry takes it.
inline void AppendTransactionEntry(const CompletedTransaction& transaction, std::string& bytes) {
  char entry[kTransactionEntrySize];
  char* p = base::StoreBigEndian(entry, kTransactionEntryVersion);
  p = base::StoreBigEndian(p, transaction.producer_id);
  p = base::StoreBigEndian(p, transaction.first_offset);
  p = base::StoreBigEndian(p, transaction.last_offset);
  base::StoreBigEndian(p, transaction.last_stable_offset);
  bytes.append(entry, sizeof entry);
}

// The transactions that a .txnindex tells of, in order of their markers; none where there is no
// such file. DataLoss (KAFKA_STORAGE_ERROR) names file and position of an entry that is none.
absl::StatusOr<std::vector<CompletedTransaction>> LoadTransactionIndex(io::FileSystem& files,
                                                                       const std::string& path);

}  // namespace rill::log
