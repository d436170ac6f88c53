#include <lmdb.h>

#include "hand_over.h"
#include "peer.h"

namespace rill::bench {
namespace {

void Ok(int result) {
  if (result != 0) Require(absl::InternalError(std::string("lmdb: ") + mdb_strerror(result)));
}

// By lmdb.h, LMDB's own documentation: MDB_INTEGERKEY for numbers in native order, MDB_APPEND for
// keys in order ("fast bulk loading"), MDB_WRITEMAP for a database that fits memory ("uses fewer
// mallocs"), MDB_MAPASYNC so that a commit does not sync; a reader resets and renews one
// transaction ("saves allocation overhead").
class Environment {
 public:
  Environment() {
    Ok(mdb_env_create(&env_));
    Ok(mdb_env_set_mapsize(env_, std::size_t{16} << 30));
    Ok(mdb_env_open(env_, folder_.path().c_str(), MDB_WRITEMAP | MDB_MAPASYNC, 0644));
    MDB_txn* txn;
    Ok(mdb_txn_begin(env_, nullptr, 0, &txn));
    Ok(mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY, &dbi_));
    Ok(mdb_txn_commit(txn));
  }
  ~Environment() { mdb_env_close(env_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  class Writer {
   public:
    explicit Writer(Environment& environment) : environment_(environment) {}
    void Put(std::string_view record) {
      if (pending_ == 0) {
        Ok(mdb_txn_begin(environment_.env_, nullptr, 0, &txn_));
        Ok(mdb_cursor_open(txn_, environment_.dbi_, &cursor_));
      }
      MDB_val key{sizeof number_, &number_};
      MDB_val value{record.size(), const_cast<char*>(record.data())};
      Ok(mdb_cursor_put(cursor_, &key, &value, MDB_APPEND));
      ++number_;
      if (++pending_ == kTransactionRecords) Flush();
    }
    void Flush() {
      if (pending_ == 0) return;
      mdb_cursor_close(cursor_);
      Ok(mdb_txn_commit(txn_));
      pending_ = 0;
    }

   private:
    Environment& environment_;
    MDB_txn* txn_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    std::size_t number_ = 0;
    int pending_ = 0;
  };

  class Reader {
   public:
    explicit Reader(Environment& environment) {
      Ok(mdb_txn_begin(environment.env_, nullptr, MDB_RDONLY, &txn_));
      Ok(mdb_cursor_open(txn_, environment.dbi_, &cursor_));
      mdb_txn_reset(txn_);
    }
    ~Reader() {
      mdb_cursor_close(cursor_);
      mdb_txn_abort(txn_);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    template <typename Each>
    void Take(Each each) {
      Ok(mdb_txn_renew(txn_));
      Ok(mdb_cursor_renew(txn_, cursor_));
      MDB_val key{sizeof next_, &next_};
      MDB_val value;
      int found = mdb_cursor_get(cursor_, &key, &value, MDB_SET_RANGE);
      std::size_t count = 0;
      for (; found == 0; found = mdb_cursor_get(cursor_, &key, &value, MDB_NEXT), ++count) {
        each(static_cast<const char*>(value.mv_data));
      }
      next_ += count;
      if (found != MDB_NOTFOUND) Ok(found);
      mdb_txn_reset(txn_);
    }

   private:
    MDB_txn* txn_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    std::size_t next_ = 0;
  };

 private:
  ScratchFolder folder_;
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
};

}  // namespace

void AddLmdbPeers(std::vector<Peer>& peers) {
  const std::string version = std::to_string(MDB_VERSION_MAJOR) + "." +
                              std::to_string(MDB_VERSION_MINOR) + "." +
                              std::to_string(MDB_VERSION_PATCH);
  peers.push_back(
      {"LMDB", version, "WRITEMAP, MAPASYNC, APPEND, 140 a transaction", RunFast<Environment>});
}

}  // namespace rill::bench
