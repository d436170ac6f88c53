// Exactly once, with the application's own database: balances of accounts and the offsets of the
// transfers that made them are written in one SQLite transaction. Kill it at any moment, start it
// again: in the end every transfer has been booked once.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <thread>

#include "database.h"
#include "rill/rill.h"
#include "sqlite_offset_store.h"

namespace {

constexpr std::int64_t kTransfers = 200000;
constexpr int kAccounts = 7;

std::int64_t AmountOf(std::int64_t number) { return number % 13 - 3; }

// Transfers are numbered from 0; the offset of each is its number, for there is one partition.
absl::Status WriteTransfers(rill::Engine& engine, const rill::Topic& transfers) {
  auto partition = transfers.partition(0);
  if (!partition.ok()) return partition.status();
  auto producer = engine.NewProducer();
  if (!producer.ok()) return producer.status();
  for (std::int64_t number = partition->log_end_offset(); number < kTransfers; ++number) {
    const std::string account = fmt::format("account-{}", number % kAccounts);
    const std::string amount = std::to_string(AmountOf(number));
    auto sent = producer->Send(transfers, {.key = account, .value = amount}).Wait();
    if (!sent.ok()) return sent.status();
  }
  return producer->Close();
}

absl::Status Book(Database& database, const rill::Records& records) {
  std::map<std::string, std::int64_t> sums;
  std::map<std::string, std::int64_t> counts;
  for (const rill::Record& record : records) {
    std::int64_t amount = 0;
    std::from_chars(record.value().data(), record.value().data() + record.value().size(), amount);
    sums[std::string(record.key())] += amount;
    ++counts[std::string(record.key())];
  }
  for (const auto& [account, sum] : sums) {
    auto rows = database.Run(
        "INSERT INTO balances VALUES (?1, ?2, ?3) ON CONFLICT (account) "
        "DO UPDATE SET balance = balance + ?2, transfers = transfers + ?3",
        {account, sum, counts[account]});
    if (!rows.ok()) return rows.status();
  }
  return absl::OkStatus();
}

absl::Status BookTransfers(rill::Engine& engine, Database& database) {
  auto consumer = engine.Subscribe("bookkeeping", {"transfers"}, {.reset = rill::kEarliest});
  if (!consumer.ok()) return consumer.status();
  for (;;) {
    auto records = consumer->Poll(absl::Milliseconds(100));
    if (!records.ok()) return records.status();
    if (records->empty()) {
      auto position = consumer->Position({"transfers", 0});
      if (position.ok() && *position >= kTransfers) break;
      continue;
    }
    if (auto status = database.Begin(); !status.ok()) return status;
    absl::Status status = Book(database, *records);
    if (status.ok()) status = consumer->Commit(*records);  // writes into the same transaction
    if (!status.ok()) {
      database.Rollback();
      return status;
    }
    if (status = database.Commit(); !status.ok()) return status;
  }
  return consumer->Close();
}

absl::Status Check(Database& database) {
  auto rows = database.Run("SELECT account, balance, transfers FROM balances ORDER BY account");
  if (!rows.ok()) return rows.status();
  std::int64_t transfers = 0;
  std::int64_t sum = 0;
  for (const auto& row : *rows) {
    fmt::print("{}  balance {:>7}  transfers {}\n", std::get<std::string>(row[0]),
               std::get<std::int64_t>(row[1]), std::get<std::int64_t>(row[2]));
    sum += std::get<std::int64_t>(row[1]);
    transfers += std::get<std::int64_t>(row[2]);
  }
  std::int64_t expected = 0;
  for (std::int64_t number = 0; number < kTransfers; ++number) expected += AmountOf(number);
  fmt::print("{} transfers of {}, sum {} of {}\n", transfers, kTransfers, sum, expected);
  if (transfers != kTransfers || sum != expected)
    return absl::DataLossError("the books do not balance");
  return absl::OkStatus();
}

absl::Status Run(const std::string& folder) {
  auto database = Database::Open(folder + "/books.sqlite");
  if (!database.ok()) return database.status();
  auto rows = (*database)->Run(
      "CREATE TABLE IF NOT EXISTS balances "
      "(account TEXT PRIMARY KEY, balance INTEGER, transfers INTEGER)");
  if (!rows.ok()) return rows.status();
  auto store = NewSqliteOffsetStore(*database);
  if (!store.ok()) return store.status();
  rill::Options options;
  options.offset_store = *store;
  auto engine = rill::Open(folder + "/log", options);
  if (!engine.ok()) return engine.status();
  auto transfers = engine->EnsureTopic("transfers", {.partitions = 1});
  if (!transfers.ok()) return transfers.status();

  absl::Status written;
  std::thread writer([&] { written = WriteTransfers(*engine, *transfers); });
  const absl::Status booked = BookTransfers(*engine, **database);
  writer.join();
  if (!written.ok()) return written;
  if (!booked.ok()) return booked;
  if (auto status = Check(**database); !status.ok()) return status;
  return engine->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(
        stderr,
        "usage: sqlite_offsets FOLDER   (an existing folder, for the log and the database)\n");
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) fmt::print(stderr, "sqlite_offsets: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
