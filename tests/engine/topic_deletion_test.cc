// Topics that are deleted: what goes with them, what does not, and what is met on the way.

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../io/temporary_folder.h"
#include "absl/synchronization/notification.h"
#include "catch.h"
#include "engine_under_test.h"
#include "rill/testing/faulty_storage.h"
#include "watched_offset_store.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;
using testing::FaultyStorage;
using testing::FileCall;
namespace fs = std::filesystem;

TEST_CASE("A deleted topic is gone with its files; its name is free for another one") {
  const TemporaryFolder folder;
  const auto engine = MustOpen(folder.path(), ByCaller());
  const auto first = *engine->CreateTopic("orders", {.partitions = 2});
  Partition partition = MustPartition(*engine, "orders");
  REQUIRE(AppendOne(partition, "old").ok());
  const auto records = partition.Read(0);
  REQUIRE(records.ok());
  const std::uint64_t version = engine->topics_version();
  REQUIRE(engine->DeleteTopic("orders").ok());
  CHECK(engine->topics_version() > version);
  CHECK(engine->FindTopic("orders").status().code() == absl::StatusCode::kNotFound);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    CHECK_FALSE(entry.is_directory());
  }
  // Handles tell; what was read stays readable.
  CHECK(first->deleted());
  CHECK(GetErrorCode(first->OpenPartition(0).status()) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(GetErrorCode(AppendOne(partition, "late")) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(partition.Read(0).status().code() == absl::StatusCode::kNotFound);
  for (const Record& record : *records) CHECK(record.value() == "old");

  const auto second = engine->CreateTopic("orders", {});
  REQUIRE(second.ok());
  CHECK((*second)->id() != first->id());
  CHECK((*second)->ordinal() != first->ordinal());
  CHECK(MustPartition(*engine, "orders").log_end_offset() == 0);
  REQUIRE(AppendOne(MustPartition(*engine, "orders"), "new").ok());
  REQUIRE(engine->Close().ok());
  CHECK(Values(MustPartition(*MustOpen(folder.path()), "orders")) ==
        std::vector<std::string>{"new"});
}

TEST_CASE("A topic whose folder cannot be moved is deleted all the same, and cleared away later") {
  const auto storage = std::make_shared<FaultyStorage>();
  Said said;
  Options options = ByCaller();
  options.storage = storage;
  options.log_sink = said.sink();
  const auto engine = MustOpen("data", options);
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "orders"), "old").ok());
  storage->Fail({.call = FileCall::kRename,
                 .path_part = "orders-0",
                 .error = EACCES,
                 .after = 0,
                 .times = 2,
                 .written = 0});
  REQUIRE(engine->DeleteTopic("orders").ok());
  CHECK(said.Has(LogLevel::kWarning, "topic orders is deleted, but"));
  CHECK(engine->ListTopics(true).empty());
  CHECK_FALSE(engine->CreateTopic("orders", {}).ok());  // its place is not free yet
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  CHECK(Values(MustPartition(*engine, "orders")).empty());
}

TEST_CASE("A disk that is full, also for forgetting offsets, is emptied by deleting a topic") {
  const TemporaryFolder folder;
  Options options = ByCaller();
  options.max_disk_bytes = 16 << 20;
  const auto engine = MustOpen(folder.path(), options);
  REQUIRE(engine->CreateTopic("big", {}).ok());
  Partition big = MustPartition(*engine, "big");
  const std::string value(100000, 'x');
  while (AppendOne(big, value).ok()) {
  }
  absl::Status full;
  for (int i = 0; full.ok(); ++i) {
    full = engine->groups()->Commit({.group_id = "g" + std::to_string(i)},
                                    {{{"big", 0}, {1, -1, std::string(4000, 'm')}}});
  }
  REQUIRE(absl::IsResourceExhausted(full));
  const std::uint64_t used = engine->resource_use().disk_bytes;
  REQUIRE(engine->DeleteTopic("big").ok());
  CHECK(engine->resource_use().disk_bytes < used / 2);
  REQUIRE(engine->CreateTopic("big", {}).ok());
  CHECK(AppendOne(MustPartition(*engine, "big"), value).ok());
  CHECK(engine->groups()->FetchAll("g0").value().empty());
}

TEST_CASE("What a deletion left behind is removed when the engine opens") {
  const TemporaryFolder folder;
  const std::string left = folder.path() + "/" + DeletedFolderName("orders", 0);
  fs::create_directories(left + "/inner");
  std::ofstream(left + "/00000000000000000000.log") << "x";
  REQUIRE(MustOpen(folder.path())->Close().ok());
  CHECK_FALSE(fs::exists(left));
}

TEST_CASE("An engine that is closed while a topic is deleted finishes when it is opened again") {
  for (const bool in_other_thread : {false, true}) {
    CAPTURE(in_other_thread);
    const auto storage = std::make_shared<FaultyStorage>();
    const auto store = std::make_shared<WatchedOffsetStore>();
    Options options = ByCaller();
    options.storage = storage;
    options.offset_store = store;
    const auto engine = MustOpen("data", options);
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "old").ok());
    absl::Status closed;
    store->on_delete_topic = [&] {
      if (!in_other_thread) {
        closed = engine->Close();
        return;
      }
      std::thread([&] { closed = engine->Close(); }).join();
    };
    CHECK(engine->DeleteTopic("orders") == absl::OkStatus());
    CHECK(closed == absl::OkStatus());
    store->on_delete_topic = [] {};
    const auto again = MustOpen("data", options);
    CHECK(again->ListTopics(true).empty());
    REQUIRE(again->CreateTopic("orders", {}).ok());
    CHECK(Values(MustPartition(*again, "orders")).empty());
  }
}

TEST_CASE("An offset store that forgets a topic slowly does not forget the next of its name") {
  const auto store = std::make_shared<WatchedOffsetStore>();
  Options options = ByCaller();
  options.offset_store = store;
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  const WatchedOffsetStore::Offsets offsets = {{{"orders", 0}, {7, -1, ""}}};
  absl::Notification forgetting;
  absl::Notification committed;
  store->on_delete_topic = [&] {
    if (forgetting.HasBeenNotified()) return;
    forgetting.Notify();
    committed.WaitForNotificationWithTimeout(absl::Milliseconds(100));
  };
  absl::Status deleted;
  std::thread deleter([&] { deleted = engine->DeleteTopic("orders"); });
  forgetting.WaitForNotification();
  CHECK(engine->CreateTopic("orders", {}).ok());
  CHECK(store->Commit("billing", offsets).ok());
  committed.Notify();
  deleter.join();
  CHECK(deleted.ok());
  CHECK(*store->FetchAll("billing") == offsets);
}

TEST_CASE("An offset store that makes the topic which it is to forget is told to let that be") {
  const auto store = std::make_shared<WatchedOffsetStore>();
  Options options = ByCaller();
  options.offset_store = store;
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  absl::Status made;
  store->on_delete_topic = [&] { made = engine->CreateTopic("orders", {}).status(); };
  CHECK(engine->DeleteTopic("orders").ok());
  CHECK(absl::IsUnavailable(made));
  CHECK(Mentions(made, "topic orders is being deleted"));
  store->on_delete_topic = [] {};
  CHECK(engine->CreateTopic("orders", {}).ok());
}

}  // namespace
}  // namespace rill::engine
