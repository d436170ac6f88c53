#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// One SQLite database, as much of it as this example needs. A transaction holds the lock from Begin
// to Commit or Rollback, so the statements in it must come from the thread that began it.
class Database {
 public:
  using Value = std::variant<std::int64_t, std::string>;
  using Row = std::vector<Value>;

  static absl::StatusOr<std::shared_ptr<Database>> Open(const std::string& path);

  absl::Status Begin();
  absl::Status Commit();
  void Rollback();

  // Runs one statement with its parameters and returns the rows it gives.
  absl::StatusOr<std::vector<Row>> Run(const std::string& sql,
                                       const std::vector<Value>& values = {});

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  absl::Status Failure(const std::string& sql) const;

  std::unique_ptr<sqlite3, Close> handle_;
  std::recursive_mutex mutex_;
};
