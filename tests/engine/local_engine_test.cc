// Topics of an engine: made, found, described, grown, changed, deleted, and still so after a
// restart.

#include "engine/local_engine.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine_under_test.h"
#include "rill/testing/faulty_storage.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;
using testing::FaultyStorage;
using testing::FileCall;
namespace fs = std::filesystem;

using Changes = std::map<std::string, std::optional<std::string>>;

TEST_CASE("Topics, their ids, partitions and configs survive a restart") {
  const TemporaryFolder folder;
  std::string id;
  {
    const auto engine = MustOpen(folder.path());
    const auto made =
        engine->CreateTopic("orders", {.partitions = 3, .configs = {{"retention.ms", "5000000"}}});
    REQUIRE(made.ok());
    id = (*made)->id();
    REQUIRE(engine->CreateTopic("empty", {}).ok());
    REQUIRE(engine->CreatePartitions("orders", 4).ok());
    REQUIRE(engine->AlterTopicConfigs("orders", {{"flush.ms", "9"}}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders", 2), "kept").ok());
    REQUIRE(engine->Close().ok());
  }
  const auto engine = MustOpen(folder.path());
  CHECK(engine->ListTopics(true) == std::vector<std::string>{"empty", "orders"});
  const auto described = engine->DescribeTopic("orders");
  REQUIRE(described.ok());
  CHECK(described->id == id);
  CHECK(described->partitions == 4);
  CHECK(described->configs.at("retention.ms").value == "5000000");
  CHECK(described->configs.at("flush.ms").value == "9");
  CHECK(described->configs.at("flush.ms").source == ConfigSource::kDynamicTopicConfig);
  CHECK(Values(MustPartition(*engine, "orders", 2)) == std::vector<std::string>{"kept"});
}

TEST_CASE("An engine on mem: does the same, until it is closed") {
  const auto engine = MustOpen("mem:");
  REQUIRE(engine->CreateTopic("orders", {.partitions = 2}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "orders", 1), "x").ok());
  CHECK(Values(MustPartition(*engine, "orders", 1)) == std::vector<std::string>{"x"});
  REQUIRE(engine->Close().ok());
  CHECK(MustOpen("mem:")->ListTopics(true).empty());
}

TEST_CASE("Making a topic that cannot be made says why, by Kafka's codes") {
  const auto engine = MustOpen("mem:", ByCaller());
  REQUIRE(engine->CreateTopic("a.b", {}).ok());
  const auto refused = [&](const std::string& name, const TopicOptions& options) {
    return engine->CreateTopic(name, options).status();
  };
  CHECK(refused("a.b", {}).code() == absl::StatusCode::kAlreadyExists);
  CHECK(GetErrorCode(refused("a.b", {})) == ErrorCode::kTopicAlreadyExists);
  CHECK(GetErrorCode(refused("a_b", {})) == ErrorCode::kInvalidTopic);
  CHECK(Mentions(refused("a_b", {}), "collides with the topic a.b"));
  CHECK(GetErrorCode(refused("a/b", {})) == ErrorCode::kInvalidTopic);
  CHECK(GetErrorCode(refused("c", {.partitions = 0})) == ErrorCode::kInvalidPartitions);
  CHECK(GetErrorCode(refused("c", {.partitions = -2})) == ErrorCode::kInvalidPartitions);
  CHECK(GetErrorCode(refused("c", {.partitions = 10001})) == ErrorCode::kInvalidPartitions);
  CHECK(GetErrorCode(refused("c", {.configs = {{"retention.ms", "x"}}})) ==
        ErrorCode::kInvalidConfig);
  CHECK(GetErrorCode(refused("c", {.configs = {{"no.such.config", "1"}}})) ==
        ErrorCode::kInvalidConfig);
  CHECK(engine->ListTopics(true) == std::vector<std::string>{"a.b"});
}

TEST_CASE("Ensuring a topic makes it once and takes it as it is from then on") {
  Options options = ByCaller();
  options.configs = {{"num.partitions", "6"}};
  const auto engine = MustOpen("mem:", options);
  const auto made = engine->EnsureTopic("orders", {});
  REQUIRE(made.ok());
  CHECK((*made)->partition_count() == 6);
  const auto found = engine->EnsureTopic("orders", {.partitions = 2});
  REQUIRE(found.ok());
  CHECK(*found == *made);
  CHECK(GetErrorCode(engine->EnsureTopic("a b", {}).status()) == ErrorCode::kInvalidTopic);
}

TEST_CASE("Threads that ensure one topic at once all get the same") {
  const auto engine = MustOpen("mem:");
  std::vector<std::shared_ptr<TopicState>> got(8);
  std::vector<std::thread> threads;
  for (auto& topic : got) {
    threads.emplace_back([&] { topic = engine->EnsureTopic("orders", {.partitions = 3}).value(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& topic : got) CHECK(topic == got[0]);
}

TEST_CASE("A topic that is not there is told so by every call") {
  const auto engine = MustOpen("mem:", ByCaller());
  for (const absl::Status& status :
       {engine->FindTopic("x").status(), engine->DeleteTopic("x"),
        engine->DescribeTopic("x").status(), engine->CreatePartitions("x", 2),
        engine->AlterTopicConfigs("x", {})}) {
    CHECK(status.code() == absl::StatusCode::kNotFound);
    CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_CASE("A topic grows, and only grows") {
  const auto engine = MustOpen("mem:", ByCaller());
  const auto topic = *engine->CreateTopic("orders", {.partitions = 2});
  CHECK(topic->OpenPartition(2).status().code() == absl::StatusCode::kNotFound);
  CHECK(topic->OpenPartition(-1).status().code() == absl::StatusCode::kNotFound);
  const std::uint64_t version = engine->topics_version();
  REQUIRE(engine->CreatePartitions("orders", 5).ok());
  CHECK(engine->topics_version() > version);
  CHECK(topic->partition_count() == 5);
  CHECK(topic->OpenPartition(4).ok());
  for (const int total : {5, 4, 0, -1, 10001}) {
    CAPTURE(total);
    CHECK(GetErrorCode(engine->CreatePartitions("orders", total)) == ErrorCode::kInvalidPartitions);
  }
}

TEST_CASE("Changed configs hold for logs that are open, and a refused change changes nothing") {
  const auto engine = MustOpen("mem:", ByCaller());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  Partition partition = MustPartition(*engine, "orders");
  REQUIRE(AppendOne(partition, std::string(500, 'x')).ok());
  REQUIRE(engine->AlterTopicConfigs("orders", {{"max.message.bytes", "200"}}).ok());
  CHECK(GetErrorCode(AppendOne(partition, std::string(500, 'x'))) == ErrorCode::kMessageTooLarge);
  const Changes half_wrong = {{"max.message.bytes", "1000"}, {"retention.ms", "x"}};
  CHECK(GetErrorCode(engine->AlterTopicConfigs("orders", half_wrong)) == ErrorCode::kInvalidConfig);
  CHECK(engine->DescribeTopic("orders")->configs.at("max.message.bytes").value == "200");
  REQUIRE(engine->AlterTopicConfigs("orders", {{"max.message.bytes", std::nullopt}}).ok());
  CHECK(AppendOne(partition, std::string(500, 'x')).ok());
}

TEST_CASE("Engine-wide configs are the defaults of topics") {
  Options options = ByCaller();
  options.configs = {{"message.max.bytes", "200"}, {"log.retention.hours", "1"}};
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  CHECK(GetErrorCode(AppendOne(MustPartition(*engine, "orders"), std::string(500, 'x'))) ==
        ErrorCode::kMessageTooLarge);
  const auto configs = engine->DescribeTopic("orders")->configs;
  CHECK(configs.at("retention.ms").value == "3600000");
  CHECK(configs.at("retention.ms").source == ConfigSource::kStaticBrokerConfig);
}

TEST_CASE("Internal topics are listed when asked for, and cannot be deleted") {
  const auto engine = MustOpen("mem:", ByCaller());
  REQUIRE(engine->CreateTopic("__consumer_offsets", {}).ok());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  CHECK(engine->ListTopics(false) == std::vector<std::string>{"orders"});
  CHECK(engine->ListTopics(true) == std::vector<std::string>{"__consumer_offsets", "orders"});
  CHECK(engine->DescribeTopic("__consumer_offsets")->is_internal);
  CHECK(engine->DeleteTopic("__consumer_offsets").code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("The offsets topic is compacted whoever makes it, unless asked for otherwise") {
  Options options = ByCaller();
  options.configs = {{"offsets.topic.num.partitions", "7"},
                     {"offsets.topic.segment.bytes", "2000000"},
                     {"num.partitions", "3"}};
  for (const bool create : {true, false}) {
    const auto engine = MustOpen("mem:", options);
    REQUIRE((create ? engine->CreateTopic("__consumer_offsets", {})
                    : engine->EnsureTopic("__consumer_offsets", {}))
                .ok());
    const auto made = engine->DescribeTopic("__consumer_offsets");
    REQUIRE(made.ok());
    CHECK(made->partitions == 7);
    CHECK(made->configs.at("cleanup.policy").value == "compact");
    CHECK(made->configs.at("segment.bytes").value == "2000000");
  }
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine
              ->CreateTopic("__consumer_offsets",
                            {.partitions = 2, .configs = {{"segment.bytes", "3000000"}}})
              .ok());
  const auto made = engine->DescribeTopic("__consumer_offsets");
  REQUIRE(made.ok());
  CHECK(made->partitions == 2);
  CHECK(made->configs.at("cleanup.policy").value == "compact");
  CHECK(made->configs.at("segment.bytes").value == "3000000");
}

TEST_CASE("A partition has no folder before it is used") {
  const TemporaryFolder folder;
  const auto engine = MustOpen(folder.path(), ByCaller());
  const auto topic = engine->CreateTopic("orders", {.partitions = 10000});
  REQUIRE(topic.ok());
  REQUIRE((*topic)->OpenPartition(77).ok());
  int folders = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) folders += entry.is_directory();
  CHECK(folders == 1);
  CHECK(FileText(folder.path() + "/orders-77/partition.metadata") ==
        "version: 0\ntopic_id: " + (*topic)->id());
}

TEST_CASE("After the engine is closed every call is told so, and closing again is nothing") {
  const auto engine = MustOpen("mem:");
  const auto topic = *engine->CreateTopic("orders", {.partitions = 2});
  Partition partition = MustPartition(*engine, "orders");
  REQUIRE(AppendOne(partition, "x").ok());
  REQUIRE(engine->Close().ok());
  CHECK(engine->Close().ok());
  CHECK(engine->closed());
  for (const absl::Status& status :
       {engine->CreateTopic("a", {}).status(), engine->EnsureTopic("a", {}).status(),
        engine->FindTopic("orders").status(), engine->DeleteTopic("orders"),
        engine->DescribeTopic("orders").status(), engine->CreatePartitions("orders", 3),
        engine->AlterTopicConfigs("orders", {}), engine->Flush(), engine->NewProducerId().status(),
        topic->OpenPartition(0).status(), topic->OpenPartition(1).status(),
        AppendOne(partition, "y"), partition.Read(0).status(), partition.Flush(),
        partition.WaitFor(1, absl::ZeroDuration())}) {
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  }
  CHECK(engine->ListTopics(true).empty());
  CHECK(engine->RunMaintenance() == absl::InfiniteFuture());
}

TEST_CASE("What cannot be opened is told with the reason") {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& where, const Options& options = {}) {
    return LocalEngine::Open(where, options).status();
  };
  CHECK(refused("").code() == absl::StatusCode::kInvalidArgument);
  CHECK(refused("kafka://host:9092").code() == absl::StatusCode::kInvalidArgument);
  CHECK(Mentions(refused("kafka://host:9092"), "the scheme \"kafka\" is not known"));
  CHECK(refused("mem:x").code() == absl::StatusCode::kInvalidArgument);
  for (const char* const where : {"mem", "~", "~/data", "~user/data"}) {
    CHECK(refused(where).code() == absl::StatusCode::kInvalidArgument);
    CHECK_FALSE(fs::exists(where));
  }
  CHECK(Mentions(refused("mem"), "topics in memory are \"mem:\"; give \"./mem\""));
  CHECK(Mentions(refused("~/data"), "\"./~/data\" if that is one"));
  Options existing;
  existing.create_if_missing = false;
  CHECK(refused(folder.path() + "/none", existing).code() == absl::StatusCode::kNotFound);
  CHECK_FALSE(fs::exists(folder.path() + "/none"));
  CHECK(LocalEngine::Open("mem:", existing).ok());  // it is missing nowhere
  std::ofstream(folder.path() + "/file") << "x";
  CHECK_FALSE(refused(folder.path() + "/file").ok());
  Options few_files;
  few_files.max_open_files = 1;
  CHECK(Mentions(refused(folder.path() + "/a", few_files), "Options::max_open_files=1"));
  Options no_mode;
  no_mode.maintenance = static_cast<Options::Maintenance>(7);
  CHECK(Mentions(refused(folder.path() + "/a", no_mode), "Options::maintenance"));
  Options bad_config;
  bad_config.configs = {{"log.retention.msec", "1"}};
  CHECK(GetErrorCode(refused(folder.path() + "/a", bad_config)) == ErrorCode::kInvalidConfig);
  CHECK_FALSE(fs::exists(folder.path() + "/a"));
}

TEST_CASE("A folder that cannot be written is permission denied") {
  const auto storage = std::make_shared<FaultyStorage>();
  Options options;
  options.storage = storage;
  MustOpen("data", options).reset();
  storage->Fail({.call = FileCall::kLock, .path_part = ".lock", .error = EACCES});
  CHECK(LocalEngine::Open("data", options).status().code() == absl::StatusCode::kPermissionDenied);
}

TEST_CASE("Folders of a depth that does not exist yet are made") {
  const TemporaryFolder folder;
  CHECK(MustOpen(folder.path() + "/a/b/c/")->Close().ok());
  CHECK(fs::exists(folder.path() + "/a/b/c/meta.properties"));
}

TEST_CASE("A damaged catalogue keeps the engine from opening and names file and position") {
  const TemporaryFolder folder;
  MustOpen(folder.path())->CreateTopic("orders", {}).IgnoreError();
  const std::string path = folder.path() + "/rill.catalogue";
  std::string bytes = FileText(path);
  bytes[70] = static_cast<char>(bytes[70] ^ 1);
  std::ofstream(path) << bytes;
  const auto status = LocalEngine::Open(folder.path(), {}).status();
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(Mentions(status, path + ", position 0"));
}

TEST_CASE("The root of the folder has Kafka's files, as Kafka writes them") {
  const TemporaryFolder folder;
  const std::string root = folder.path() + "/";
  std::string properties;
  {
    const auto engine = MustOpen(folder.path());
    properties = FileText(root + "meta.properties");
    CHECK(properties.find("version=1\n") != std::string::npos);
    CHECK(fs::exists(root + ".lock"));
    CHECK_FALSE(fs::exists(root + ".kafka_cleanshutdown"));
    REQUIRE(engine->CreateTopic("orders", {.partitions = 2}).ok());
    for (int i = 0; i < 5; ++i) REQUIRE(AppendOne(MustPartition(*engine, "orders", 1), "x").ok());
    REQUIRE(MustPartition(*engine, "orders", 1).DeleteRecordsBefore(3).ok());
    REQUIRE(engine->Close().ok());
  }
  CHECK(FileText(root + ".kafka_cleanshutdown") == R"({"version":0,"brokerEpoch":-1})");
  CHECK(FileText(root + "recovery-point-offset-checkpoint") == "0\n1\norders 1 5\n");
  CHECK(FileText(root + "replication-offset-checkpoint") == "0\n1\norders 1 5\n");
  CHECK(FileText(root + "log-start-offset-checkpoint") == "0\n1\norders 1 3\n");
  CHECK(FileText(root + "meta.properties") == properties);
  const auto engine = MustOpen(folder.path());
  CHECK_FALSE(fs::exists(root + ".kafka_cleanshutdown"));
  CHECK(FileText(root + "meta.properties") == properties);
  CHECK(MustPartition(*engine, "orders", 1).log_start_offset() == 3);
}

TEST_CASE("Folders that the catalogue does not know are left alone, with a warning") {
  const TemporaryFolder folder;
  MustOpen(folder.path())->CreateTopic("orders", {}).IgnoreError();
  for (const char* name : {"unknown-0", "orders-7", "__cluster_metadata-0", "notes"}) {
    fs::create_directory(folder.path() + "/" + name);
  }
  Said said;
  Options options;
  options.log_sink = said.sink();
  REQUIRE(MustOpen(folder.path(), options)->Close().ok());
  for (const char* name : {"unknown-0", "orders-7", "__cluster_metadata-0", "notes"}) {
    CAPTURE(name);
    CHECK(fs::exists(folder.path() + "/" + name));
    CHECK(said.Has(LogLevel::kWarning, std::string(name) + " is left alone"));
  }
}

TEST_CASE("A topic is not made over a folder that holds somebody else's log") {
  const TemporaryFolder folder;
  const auto engine = MustOpen(folder.path());
  fs::create_directory(folder.path() + "/orders-1");
  std::ofstream(folder.path() + "/orders-1/partition.metadata")
      << "version: 0\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqeA";
  const auto refused = engine->EnsureTopic("orders", {.partitions = 2}).status();
  CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Mentions(refused, "orders-1 holds the log of a topic"));
  REQUIRE(engine->CreateTopic("orders", {.partitions = 1}).ok());
  CHECK(engine->CreatePartitions("orders", 2).code() == absl::StatusCode::kFailedPrecondition);
  fs::remove_all(folder.path() + "/orders-1");
  CHECK(engine->CreatePartitions("orders", 2).ok());
}

TEST_CASE("A folder that belongs to another topic of the name is not written to") {
  const TemporaryFolder folder;
  const auto engine = MustOpen(folder.path());
  const auto topic = *engine->CreateTopic("orders", {});
  fs::create_directory(folder.path() + "/orders-0");
  std::ofstream(folder.path() + "/orders-0/partition.metadata")
      << "version: 0\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqeA";
  const auto status = topic->OpenPartition(0).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Mentions(status, "belongs to a topic with the id Hq1Y6xyTRkaSaMQp0HGqeA"));
}

TEST_CASE("Producer ids are never given twice, not even after a restart") {
  const TemporaryFolder folder;
  std::int64_t last = -1;
  for (int round = 0; round < 3; ++round) {
    const auto engine = MustOpen(folder.path(), ByCaller());
    for (int i = 0; i < 1500; ++i) {
      const auto id = engine->NewProducerId();
      REQUIRE(id.ok());
      REQUIRE(*id > last);
      last = *id;
    }
  }
}

TEST_CASE("Several records are appended as one batch, none is refused") {
  const auto engine = MustOpen("mem:", ByCaller());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  Partition partition = MustPartition(*engine, "orders");
  const RecordData records[] = {{.key = "a", .value = "1"}, {.value = "2", .timestamp_ms = 77}};
  const auto appended = partition.Append(records);
  REQUIRE(appended.ok());
  CHECK(appended->base_offset == 0);
  CHECK(appended->last_offset == 1);
  CHECK(Values(partition) == std::vector<std::string>{"1", "2"});
  CHECK(GetErrorCode(partition.Append({}).status()) == ErrorCode::kInvalidRecord);
}

TEST_CASE("Topics are made, used and deleted by many threads at once") {
  const TemporaryFolder folder;
  const auto engine = MustOpen(folder.path());
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string name = "topic-" + std::to_string(t % 2);
      for (int i = 0; i < 25; ++i) {
        const auto topic = engine->EnsureTopic(name, {.partitions = 2});
        if (!topic.ok()) ++failures;
        if (topic.ok()) {
          const auto partition = (*topic)->OpenPartition(i % 2);
          if (partition.ok()) AppendOne(PartitionAccess::Make(*partition), "x").IgnoreError();
        }
        engine->ListTopics(true);
        if (i % 5 == t) engine->DeleteTopic(name).IgnoreError();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(engine->Close().ok());
  CHECK(MustOpen(folder.path())->Close().ok());
}

}  // namespace
}  // namespace rill::engine
