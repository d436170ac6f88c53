#include "sqlite_offset_store.h"

#include <utility>

namespace {

using Offsets = std::map<rill::TopicPartition, rill::OffsetAndMetadata>;

std::int64_t Number(const Database::Value& value) { return std::get<std::int64_t>(value); }
const std::string& Text(const Database::Value& value) { return std::get<std::string>(value); }

class SqliteOffsetStore final : public rill::OffsetStore {
 public:
  explicit SqliteOffsetStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  absl::Status Commit(const std::string& group, const Offsets& offsets) override {
    // Inside of the caller's transaction; a savepoint makes it all or nothing without one, too.
    if (auto rows = database_->Run("SAVEPOINT offsets"); !rows.ok()) return rows.status();
    for (const auto& [partition, committed] : offsets) {
      auto rows = database_->Run(
          "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?, ?, ?)",
          {group, partition.topic, std::int64_t{partition.partition}, committed.offset,
           std::int64_t{committed.leader_epoch}, committed.metadata});
      if (!rows.ok()) {
        database_->Run("ROLLBACK TO offsets").IgnoreError();
        database_->Run("RELEASE offsets").IgnoreError();
        return rows.status();
      }
    }
    return database_->Run("RELEASE offsets").status();
  }

  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<rill::TopicPartition>& partitions) override {
    auto all = FetchAll(group);
    if (!all.ok()) return all;
    Offsets wanted;
    for (const auto& partition : partitions) {
      if (auto found = all->find(partition); found != all->end()) wanted.insert(*found);
    }
    return wanted;
  }

  absl::StatusOr<Offsets> FetchAll(const std::string& group) override {
    auto rows = database_->Run(
        "SELECT topic, part, next, leader_epoch, metadata FROM offsets WHERE grp = ?", {group});
    if (!rows.ok()) return rows.status();
    Offsets offsets;
    for (const Database::Row& row : *rows) {
      offsets[{Text(row[0]), static_cast<std::int32_t>(Number(row[1]))}] = {
          Number(row[2]), static_cast<std::int32_t>(Number(row[3])), Text(row[4])};
    }
    return offsets;
  }

  absl::StatusOr<std::vector<std::string>> Groups() override {
    auto rows = database_->Run("SELECT DISTINCT grp FROM offsets ORDER BY grp");
    if (!rows.ok()) return rows.status();
    std::vector<std::string> groups;
    for (const Database::Row& row : *rows) groups.push_back(Text(row[0]));
    return groups;
  }

  absl::Status DeleteGroup(const std::string& group) override {
    return database_->Run("DELETE FROM offsets WHERE grp = ?", {group}).status();
  }

  absl::Status DeleteTopic(const std::string& topic) override {
    return database_->Run("DELETE FROM offsets WHERE topic = ?", {topic}).status();
  }

 private:
  const std::shared_ptr<Database> database_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<rill::OffsetStore>> NewSqliteOffsetStore(
    std::shared_ptr<Database> database) {
  auto rows = database->Run(
      "CREATE TABLE IF NOT EXISTS offsets (grp TEXT, topic TEXT, part INTEGER, next INTEGER, "
      "leader_epoch INTEGER, metadata TEXT, PRIMARY KEY (grp, topic, part))");
  if (!rows.ok()) return rows.status();
  return std::make_shared<SqliteOffsetStore>(std::move(database));
}
