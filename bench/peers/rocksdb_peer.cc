#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include <memory>

#include "base/bytes.h"
#include "hand_over.h"
#include "peer.h"

namespace rill::bench {
namespace {

void Ok(const rocksdb::Status& status) {
  if (!status.ok()) Require(absl::InternalError("rocksdb: " + status.ToString()));
}

// By the wiki's page "Implement Queue Service Using RocksDB": keys are sequence numbers in
// big-endian, a reader seeks behind the last one that it has read, with iterate_upper_bound set, by
// a tailing iterator. By "Setup Options and Basic Tuning": the defaults, and more background jobs.
// By "Basic Operations": writes that come together share a WriteBatch; the WAL is written and not
// synced (WriteOptions::sync is false).
class Database {
 public:
  Database() {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.IncreaseParallelism(2);
    rocksdb::DB* db = nullptr;
    Ok(rocksdb::DB::Open(options, folder_.path() + "/db", &db));
    db_.reset(db);
  }

  class Writer {
   public:
    explicit Writer(Database& database) : db_(database.db_.get()) {}
    void Put(std::string_view record) {
      char key[8];
      base::StoreBigEndian(key, number_++);
      Ok(batch_.Put(rocksdb::Slice(key, sizeof key), rocksdb::Slice(record.data(), record.size())));
      if (batch_.Count() == kTransactionRecords) Flush();
    }
    void Flush() {
      Ok(db_->Write(rocksdb::WriteOptions(), &batch_));
      batch_.Clear();
    }

   private:
    rocksdb::DB* db_;
    rocksdb::WriteBatch batch_;
    std::uint64_t number_ = 0;
  };

  class Reader {
   public:
    explicit Reader(Database& database) {
      rocksdb::ReadOptions options;
      options.tailing = true;
      options.iterate_upper_bound = &bound_;
      iterator_.reset(database.db_->NewIterator(options));
    }
    template <typename Each>
    void Take(Each each) {
      char key[8];
      base::StoreBigEndian(key, next_);
      iterator_->Seek(rocksdb::Slice(key, sizeof key));
      for (; iterator_->Valid(); iterator_->Next(), ++next_) each(iterator_->value().data());
      Ok(iterator_->status());
    }

   private:
    rocksdb::Slice bound_{"\xff\xff\xff\xff\xff\xff\xff\xff", 8};
    std::unique_ptr<rocksdb::Iterator> iterator_;
    std::uint64_t next_ = 0;
  };

 private:
  ScratchFolder folder_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

void AddRocksdbPeers(std::vector<Peer>& peers) {
  peers.push_back({"RocksDB", rocksdb::GetRocksVersionAsString(),
                   "tailing iterator, WAL not synced, 140 a WriteBatch", RunFast<Database>});
}

}  // namespace rill::bench
