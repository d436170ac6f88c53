#include "log/transaction_index.h"

#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"

namespace rill::log {
namespace {

absl::Status Damaged(const std::string& path, std::size_t position, const std::string& what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: byte {}: {}; `rill check` tells what the batches give", path,
                               position, what));
}

}  // namespace

absl::StatusOr<std::vector<CompletedTransaction>> LoadTransactionIndex(io::FileSystem& files,
                                                                       const std::string& path) {
  std::vector<CompletedTransaction> transactions;
  const auto bytes = io::ReadSmallFile(files, path, kMaxTransactionIndexSize);
  if (absl::IsNotFound(bytes.status())) return transactions;
  if (!bytes.ok()) return bytes.status();
  transactions.reserve(bytes->size() / kTransactionEntrySize);
  std::size_t at = 0;
  for (; bytes->size() - at >= kTransactionEntrySize; at += kTransactionEntrySize) {
    const std::string_view entry = std::string_view(*bytes).substr(at, kTransactionEntrySize);
    const auto version = base::LoadBigEndian<std::int16_t>(entry.data());
    if (version != kTransactionEntryVersion) {
      return Damaged(
          path, at,
          fmt::format("version {}, where {} is known", version, kTransactionEntryVersion));
    }
    transactions.push_back(ReadTransactionEntry(entry));
  }
  if (at != bytes->size()) {
    return Damaged(path, at,
                   fmt::format("{} bytes are no whole entry of {}", bytes->size() - at,
                               kTransactionEntrySize));
  }
  return transactions;
}

}  // namespace rill::log
