#include <sqlite3.h>

#include "hand_over.h"
#include "peer.h"

namespace rill::bench {
namespace {

void Ok(int result, sqlite3* db) {
  if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
  Require(absl::InternalError(std::string("sqlite: ") + sqlite3_errmsg(db)));
}

// Read by the page wal.html ("Write-Ahead Logging"): readers do not block the writer, and
// transactions are appended in order; by pragma.html ("PRAGMA synchronous"): NORMAL is a good
// choice for most applications in WAL mode; by faq.html ("INSERT is really slow"): many INSERTs
// share a transaction. With OFF, nothing is synced at all, as with the peers that never sync.
class Connection {
 public:
  Connection(const std::string& path, const char* synchronous) {
    Ok(sqlite3_open(path.c_str(), &db_), db_);
    Ok(sqlite3_busy_timeout(db_, kBusyMs), db_);
    Run("PRAGMA journal_mode=WAL");
    Run((std::string("PRAGMA synchronous=") + synchronous).c_str());
    Run("CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY, value BLOB NOT NULL)");
  }
  ~Connection() {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* db() const { return db_; }
  void Run(const char* sql) { Ok(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), db_); }
  sqlite3_stmt* Prepare(const char* sql) {
    Ok(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr), db_);
    return statement_;
  }

 private:
  // wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode": the last to close, and who is
  // first behind it, hold everybody up for a moment.
  static constexpr int kBusyMs = 10'000;

  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

struct Normal {
  static constexpr const char* kSynchronous = "NORMAL";
};
struct Off {
  static constexpr const char* kSynchronous = "OFF";
};

template <typename Synchronous>
class Table {
 public:
  Table() { Connection(path_, Synchronous::kSynchronous); }

  class Writer {
   public:
    explicit Writer(Table& table)
        : connection_(table.path_, Synchronous::kSynchronous),
          insert_(connection_.Prepare("INSERT INTO log (value) VALUES (?)")) {}
    void Put(std::string_view record) {
      if (pending_ == 0) connection_.Run("BEGIN");
      Ok(sqlite3_bind_blob(insert_, 1, record.data(), static_cast<int>(record.size()),
                           SQLITE_STATIC),
         connection_.db());
      Ok(sqlite3_step(insert_), connection_.db());
      Ok(sqlite3_reset(insert_), connection_.db());
      if (++pending_ == kTransactionRecords) Flush();
    }
    void Flush() {
      if (pending_ != 0) connection_.Run("COMMIT");
      pending_ = 0;
    }

   private:
    Connection connection_;
    sqlite3_stmt* insert_;
    int pending_ = 0;
  };

  class Reader {
   public:
    explicit Reader(Table& table)
        : connection_(table.path_, Synchronous::kSynchronous),
          select_(connection_.Prepare(
              "SELECT number, value FROM log WHERE number > ? ORDER BY number LIMIT 1000")) {}
    template <typename Each>
    void Take(Each each) {
      Ok(sqlite3_bind_int64(select_, 1, last_), connection_.db());
      int step;
      while ((step = sqlite3_step(select_)) == SQLITE_ROW) {
        last_ = sqlite3_column_int64(select_, 0);
        each(static_cast<const char*>(sqlite3_column_blob(select_, 1)));
      }
      Ok(step, connection_.db());
      Ok(sqlite3_reset(select_), connection_.db());
    }

   private:
    Connection connection_;
    sqlite3_stmt* select_;
    std::int64_t last_ = 0;
  };

 private:
  ScratchFolder folder_;
  std::string path_ = folder_.path() + "/log.db";
};

}  // namespace

void AddSqlitePeers(std::vector<Peer>& peers) {
  peers.push_back({"SQLite", sqlite3_libversion(), "WAL, synchronous=NORMAL, 140 a transaction",
                   RunFast<Table<Normal>>});
  peers.push_back({"SQLite, never synced", sqlite3_libversion(),
                   "WAL, synchronous=OFF, 140 a transaction", RunFast<Table<Off>>});
}

}  // namespace rill::bench
