#include "database.h"

#include <fmt/format.h>

absl::StatusOr<std::shared_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int result = sqlite3_open(path.c_str(), &handle);
  std::shared_ptr<Database> database(new Database(handle));
  if (result != SQLITE_OK) return database->Failure("open " + path);
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"}) {
    if (auto rows = database->Run(sql); !rows.ok()) return rows.status();
  }
  return database;
}

absl::Status Database::Begin() {
  mutex_.lock();
  auto rows = Run("BEGIN IMMEDIATE");
  if (!rows.ok()) mutex_.unlock();
  return rows.status();
}

absl::Status Database::Commit() {
  auto rows = Run("COMMIT");
  if (!rows.ok()) {
    Rollback();
    return rows.status();
  }
  mutex_.unlock();
  return absl::OkStatus();
}

void Database::Rollback() {
  Run("ROLLBACK").IgnoreError();
  mutex_.unlock();
}

absl::StatusOr<std::vector<Database::Row>> Database::Run(const std::string& sql,
                                                         const std::vector<Value>& values) {
  const std::lock_guard lock(mutex_);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    return Failure(sql);
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
      sqlite3_bind_int64(prepared, at, *number);
    } else {
      const std::string& text = std::get<std::string>(values[i]);
      sqlite3_bind_text(prepared, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    }
  }
  std::vector<Row> rows;
  int result = 0;
  while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
      if (sqlite3_column_type(prepared, column) == SQLITE_INTEGER) {
        row.emplace_back(std::int64_t{sqlite3_column_int64(prepared, column)});
      } else {
        row.emplace_back(
            std::string(reinterpret_cast<const char*>(sqlite3_column_text(prepared, column)),
                        sqlite3_column_bytes(prepared, column)));
      }
    }
  }
  if (result != SQLITE_DONE) return Failure(sql);
  return rows;
}

absl::Status Database::Failure(const std::string& sql) const {
  return absl::InternalError(fmt::format("SQLite: {} ({})", sqlite3_errmsg(handle_.get()), sql));
}
