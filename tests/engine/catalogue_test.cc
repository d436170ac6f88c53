// The catalogue of topics: commands, the file, and what damage does to it.

#include "engine/catalogue.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "engine/catalogue_file.h"
#include "fmt/format.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/small_file.h"
#include "rill/error.h"
#include "rill/record.h"
#include "rill/record_batch.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

using testing::FaultyStorage;
using testing::FileCall;

CatalogueTopic Topic(int partitions, ConfigMap configs = {}) {
  return {.id = base::Uuid::Random(),
          .partitions = partitions,
          .deleting = false,
          .configs = std::move(configs)};
}

std::string Refusal(const CatalogueImage& image, const CatalogueCommand& command) {
  const auto status = image.Check(command);
  if (status.ok()) return "";
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(GetErrorCode(status) == ErrorCode::kKafkaStorageError);
  return std::string(status.message());
}

TEST_CASE("A command reads back from its record as it was") {
  CatalogueTopic topic = Topic(3, {{"retention.ms", "1000"}, {"cleanup.policy", ""}});
  const TopicChange change{"orders", topic};
  CHECK(EncodeCommandKey(change) == "topic/orders");
  const std::string value = *EncodeCommandValue(change);
  CHECK(value == "id=" + topic.id.ToString() +
                     "\npartitions=3\nconfig.cleanup.policy=\nconfig.retention.ms=1000\n");
  const auto decoded = DecodeCommand("topic/orders", value);
  REQUIRE(decoded.ok());
  CHECK(std::get<TopicChange>(*decoded).name == "orders");
  CHECK(*std::get<TopicChange>(*decoded).topic == topic);

  topic.deleting = true;
  const auto deleting = DecodeCommand("topic/orders", *EncodeCommandValue(TopicChange{"o", topic}));
  REQUIRE(deleting.ok());
  CHECK(std::get<TopicChange>(*deleting).topic->deleting);

  CHECK_FALSE(EncodeCommandValue(TopicChange{"orders", std::nullopt}).has_value());
  const auto gone = DecodeCommand("topic/orders", std::string_view());
  REQUIRE(gone.ok());
  CHECK_FALSE(std::get<TopicChange>(*gone).topic.has_value());

  const auto ids = DecodeCommand("producer-ids", *EncodeCommandValue(ProducerIdsTaken{2000}));
  REQUIRE(ids.ok());
  CHECK(std::get<ProducerIdsTaken>(*ids).end == 2000);
}

TEST_CASE("Configs of what is no topic read back from their record as they were") {
  const ResourceConfigsChange change = {"broker/1", {{"log.roll.ms", "5"}, {"x", "a=b"}}};
  CHECK(EncodeCommandKey(change) == "configs/broker/1");
  const std::string value = *EncodeCommandValue(change);
  CHECK(value == "config.log.roll.ms=5\nconfig.x=a=b\n");
  const auto decoded = DecodeCommand("configs/broker/1", value);
  REQUIRE(decoded.ok());
  CHECK(std::get<ResourceConfigsChange>(*decoded).resource == "broker/1");
  CHECK(std::get<ResourceConfigsChange>(*decoded).configs == change.configs);
  CatalogueImage image;
  REQUIRE(Refusal(image, change) == "");
  image.Apply(change);
  CHECK(image.resource_configs() == ResourceConfigs{{"broker/1", change.configs}});
  CHECK(image.size() == 1);
  CHECK(ParseCatalogue(*FormatCatalogue(image, 0), "f")->image.resource_configs() ==
        image.resource_configs());

  CHECK_FALSE(EncodeCommandValue(ResourceConfigsChange{"broker/1", {}}).has_value());
  const auto gone = DecodeCommand("configs/broker/1", std::string_view());
  REQUIRE(gone.ok());
  image.Apply(*gone);
  CHECK(image.resource_configs().empty());
  for (const char* name : {"", "a=b", "a\nb"}) {
    CHECK(Refusal(image, ResourceConfigsChange{"x/", {{name, "1"}}}) != "");
  }
  CHECK(Refusal(image, ResourceConfigsChange{"x/", {{"a", "1\n"}}}) != "");
}

TEST_CASE("A record that is no command is damage") {
  const std::string id = "id=Hq1Y6xyTRkaSaMQp0HGqeA\n";
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"topics/x", id + "partitions=1\n"},
           {"", ""},
           {"topic/x", ""},
           {"topic/x", "partitions=1\n"},
           {"topic/x", "id=short\npartitions=1\n"},
           {"topic/x", id},
           {"topic/x", id + "partitions=one\n"},
           {"topic/x", id + "partitions=1\nretention.ms=1\n"},
           {"topic/x", id + "partitions=1\nconfig.retention.ms\n"},
           {"topic/x", id + "partitions=1\nconfig.a=1\nconfig.a=2\n"},
           {"configs/broker/1", ""},
           {"configs/broker/1", "log.roll.ms=5\n"},
           {"configs/broker/1", "config.a=1\nconfig.a=2\n"},
           {"producer-ids", "end=\n"},
           {"producer-ids", "end=1\nmore"}}) {
    CAPTURE(key, value);
    CHECK(DecodeCommand(key, value).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("Only changes that can follow on one another are taken") {
  CatalogueImage image;
  const CatalogueTopic topic = Topic(3);
  CHECK(Refusal(image, TopicChange{"orders", std::nullopt}) ==
        "topic orders goes, without having been deleted");
  CHECK(Refusal(image, TopicChange{"a b", topic}).find("the byte 0x20") != std::string::npos);
  CHECK(Refusal(image, TopicChange{"orders", Topic(0)}).find("has 0 partitions") !=
        std::string::npos);
  CHECK(Refusal(image, TopicChange{"orders", Topic(10001)}) != "");
  CatalogueTopic reserved = topic;
  reserved.id = base::Uuid();
  CHECK(Refusal(image, TopicChange{"orders", reserved}).find("reserved id") != std::string::npos);

  REQUIRE(Refusal(image, TopicChange{"orders", topic}) == "");
  image.Apply(TopicChange{"orders", topic});
  CHECK(Refusal(image, TopicChange{"others", topic}).find("of another one") != std::string::npos);
  CHECK(Refusal(image, TopicChange{"orders", Topic(3)}).find("changes its id") !=
        std::string::npos);
  CatalogueTopic smaller = topic;
  smaller.partitions = 2;
  CHECK(Refusal(image, TopicChange{"orders", smaller}).find("shrinks from 3 to 2") !=
        std::string::npos);
  CHECK(Refusal(image, TopicChange{"orders", std::nullopt}) != "");

  CatalogueTopic deleting = topic;
  deleting.deleting = true;
  REQUIRE(Refusal(image, TopicChange{"orders", deleting}) == "");
  image.Apply(TopicChange{"orders", deleting});
  CHECK(Refusal(image, TopicChange{"orders", topic}).find("is there again") != std::string::npos);
  REQUIRE(Refusal(image, TopicChange{"orders", std::nullopt}) == "");
  image.Apply(TopicChange{"orders", std::nullopt});
  CHECK(image.topics().empty());
  // Its id is free again, as it is for a backup that is put back.
  CHECK(Refusal(image, TopicChange{"orders", topic}) == "");

  image.Apply(ProducerIdsTaken{1000});
  CHECK(Refusal(image, ProducerIdsTaken{1000}) != "");
  CHECK(Refusal(image, ProducerIdsTaken{1001}) == "");
}

// A catalogue in storage that can fail.
struct Bench {
  std::shared_ptr<FaultyStorage> storage = std::make_shared<FaultyStorage>();
  testing::ManualClock clock;
  std::vector<std::string> said;

  absl::StatusOr<std::unique_ptr<CatalogueFile>> Open() {
    said.clear();
    io::FileSystem& files = io::FileSystemOf(*storage);
    REQUIRE(files.CreateDirectories("/data").ok());
    REQUIRE(files.SyncDirectory("/").ok());
    return CatalogueFile::Open(
        &io::FileSystemOf(*storage), "/data", &clock,
        [this](LogLevel, std::string_view line) { said.emplace_back(line); });
  }
  std::string Bytes() const { return *storage->ReadFile("/data/rill.catalogue"); }
};

// Topics by name, to be compared as a whole.
using Topics = std::map<std::string, CatalogueTopic>;

TEST_CASE("A change that a killed process did not sync is there for good once it was read") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Bench bench;
    REQUIRE(bench.Open().ok());
    CatalogueImage image;
    image.Apply(TopicChange{"orders", Topic(1)});
    {
      auto file =
          io::FileSystemOf(*bench.storage).Open("/data/rill.catalogue", io::OpenMode::kReadWrite);
      REQUIRE(file.ok());
      REQUIRE((*file)->WriteAt(0, *FormatCatalogue(image, 0)).ok());
    }
    REQUIRE((*bench.Open())->image().topics().contains("orders"));
    bench.storage = bench.storage->PowerLoss(seed);
    const auto after = bench.Open();
    REQUIRE(after.ok());
    CHECK((*after)->image().topics().contains("orders"));
  }
}

TEST_CASE("What was committed is there when the catalogue is opened again") {
  Bench bench;
  Topics expected;
  {
    auto catalogue = bench.Open();
    REQUIRE(catalogue.ok());
    CHECK((*catalogue)->image().topics().empty());
    for (const char* name : {"a", "b", "c"}) {
      expected[name] = Topic(2, {{"retention.ms", "7"}});
      REQUIRE((*catalogue)->Commit(TopicChange{name, expected[name]}).ok());
    }
    expected["b"].partitions = 5;
    REQUIRE((*catalogue)->Commit(TopicChange{"b", expected["b"]}).ok());
    expected["c"].deleting = true;
    REQUIRE((*catalogue)->Commit(TopicChange{"c", expected["c"]}).ok());
    REQUIRE((*catalogue)->Commit(TopicChange{"c", std::nullopt}).ok());
    expected.erase("c");
    REQUIRE((*catalogue)->Commit(ProducerIdsTaken{3000}).ok());
  }
  auto again = bench.Open();
  REQUIRE(again.ok());
  CHECK((*again)->image().topics() == expected);
  CHECK((*again)->image().producer_ids_end() == 3000);
  CHECK(bench.said.empty());
}

TEST_CASE("A command that cannot follow is refused and leaves no trace") {
  Bench bench;
  auto catalogue = bench.Open();
  REQUIRE(catalogue.ok());
  const std::string before = bench.Bytes();
  CHECK_FALSE((*catalogue)->Commit(TopicChange{"a", std::nullopt}).ok());
  CHECK(bench.Bytes() == before);
}

TEST_CASE("A catalogue does not grow beyond what is read again") {
  Bench bench;
  auto catalogue = bench.Open();
  REQUIRE(catalogue.ok());
  CatalogueTopic large = Topic(1);
  for (int i = 0; i < 1000; ++i) large.configs[fmt::format("own.{}", i)] = std::string(32'000, 'x');
  absl::Status status;
  int taken = 0;
  while (status.ok() && taken < 100) {
    large.id = base::Uuid::Random();
    status = (*catalogue)->Commit(TopicChange{fmt::format("t{}", taken), large});
    if (status.ok()) ++taken;
  }
  CAPTURE(taken, status.ToString());
  CHECK(absl::IsResourceExhausted(status));
  REQUIRE(taken > 0);
  CHECK(bench.Bytes().size() <= kMaxCatalogueSize);
  // What makes it smaller is taken, and there is room again.
  CatalogueTopic going = (*catalogue)->image().topics().at("t0");
  going.deleting = true;
  REQUIRE((*catalogue)->Commit(TopicChange{"t0", going}).ok());
  REQUIRE((*catalogue)->Commit(TopicChange{"t0", std::nullopt}).ok());
  CHECK((*catalogue)->Commit(TopicChange{"fits", Topic(1)}).ok());
  const auto again = bench.Open();
  REQUIRE(again.ok());
  CHECK((*again)->image().topics() == (*catalogue)->image().topics());
}

TEST_CASE("A catalogue that is mostly history is written anew") {
  Bench bench;
  auto catalogue = bench.Open();
  REQUIRE(catalogue.ok());
  CatalogueTopic topic = Topic(1);
  std::size_t largest = 0;
  for (int i = 1; i <= 500; ++i) {
    topic.configs["retention.ms"] = std::to_string(i);
    REQUIRE((*catalogue)->Commit(TopicChange{"a", topic}).ok());
    largest = std::max(largest, bench.Bytes().size());
  }
  CHECK(largest < 64 * 200);
  const auto again = bench.Open();
  REQUIRE(again.ok());
  CHECK((*again)->image().topics().at("a") == topic);
}

TEST_CASE("A change that could not be written is not there, and the next one is") {
  for (const FileCall call : {FileCall::kOpen, FileCall::kWrite, FileCall::kSync}) {
    Bench bench;
    auto catalogue = bench.Open();
    REQUIRE(catalogue.ok());
    const CatalogueTopic kept = Topic(1);
    REQUIRE((*catalogue)->Commit(TopicChange{"kept", kept}).ok());
    bench.storage->Fail({.call = call,
                         .path_part = "rill.catalogue",
                         .error = ENOSPC,
                         .after = 0,
                         .times = 1,
                         .written = 40});
    CHECK_FALSE((*catalogue)->Commit(TopicChange{"failed", Topic(1)}).ok());
    CHECK((*catalogue)->image().topics().size() == 1);
    {
      Bench other;
      other.storage = bench.storage->PowerLoss(1);
      auto found = other.Open();
      REQUIRE(found.ok());
      CHECK((*found)->image().topics().at("kept") == kept);
    }
    bench.storage->ClearFaults();
    REQUIRE((*catalogue)->Commit(TopicChange{"later", Topic(1)}).ok());
    auto again = bench.Open();
    REQUIRE(again.ok());
    CHECK((*again)->image().topics().size() == 2);
    CHECK((*again)->image().topics().contains("later"));
  }
}

std::vector<Topics> Grow(Bench& bench, int changes) {
  auto catalogue = bench.Open();
  REQUIRE(catalogue.ok());
  std::vector<Topics> states = {(*catalogue)->image().topics()};
  for (int i = 0; i < changes; ++i) {
    const std::string name = "topic-" + std::to_string(i);
    REQUIRE(
        (*catalogue)->Commit(TopicChange{name, Topic(i + 1, {{"retention.ms", "100000"}})}).ok());
    states.push_back((*catalogue)->image().topics());
  }
  return states;
}

TEST_CASE("Whatever bit of a catalogue flips, it is refused with the position, never misread") {
  Bench bench;
  const auto states = Grow(bench, 3);
  const std::string sound = bench.Bytes();
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string flipped = sound;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto contents = ParseCatalogue(flipped, "rill.catalogue");
    CAPTURE(bit);
    REQUIRE_FALSE(contents.ok());
    REQUIRE(contents.status().code() == absl::StatusCode::kDataLoss);
    REQUIRE(std::string(contents.status().message()).find("rill.catalogue, position ") == 0);
  }
}

TEST_CASE("A catalogue cut anywhere shows a state that it had, or is refused") {
  Bench bench;
  const auto states = Grow(bench, 3);
  const std::string sound = bench.Bytes();
  std::size_t shown = 0;
  for (std::size_t size = 0; size < sound.size(); ++size) {
    CAPTURE(size);
    const auto contents = ParseCatalogue(sound.substr(0, size), "rill.catalogue");
    if (!contents.ok()) {
      REQUIRE(contents.status().code() == absl::StatusCode::kDataLoss);
      continue;
    }
    ++shown;
    REQUIRE(contents->sound_size <= size);
    REQUIRE(contents->batches >= 1);
    REQUIRE(contents->image.topics() == states[contents->batches - 1]);
  }
  CHECK(shown > 0);
}

TEST_CASE("A torn last change is dropped with a warning, and the catalogue goes on") {
  Bench bench;
  const auto states = Grow(bench, 2);
  const std::string sound = bench.Bytes();
  REQUIRE(bench.storage->WriteFile("/data/rill.catalogue", sound.substr(0, sound.size() - 5)).ok());
  auto catalogue = bench.Open();
  REQUIRE(catalogue.ok());
  CHECK((*catalogue)->image().topics() == states[1]);
  REQUIRE(bench.said.size() == 1);
  CHECK(bench.said[0].find("not completed") != std::string::npos);
  REQUIRE((*catalogue)->Commit(TopicChange{"more", Topic(1)}).ok());
  auto again = bench.Open();
  REQUIRE(again.ok());
  CHECK((*again)->image().topics().size() == states[1].size() + 1);
  CHECK(bench.said.empty());
}

TEST_CASE("Whenever the power goes, the catalogue has all that was committed") {
  const char* const given = std::getenv("RILL_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::cout << "RILL_SEED=" << first << std::endl;
  for (std::uint64_t seed = first; seed < first + 40; ++seed) {
    std::mt19937_64 random(seed);
    Bench bench;
    auto catalogue = bench.Open();
    REQUIRE(catalogue.ok());
    Topics committed;
    for (int i = 0; i < 30; ++i) {
      const std::string name = "t" + std::to_string(random() % 8);
      CatalogueTopic topic =
          committed.contains(name) ? committed[name] : Topic(static_cast<int>(random() % 5) + 1);
      topic.configs["retention.ms"] = std::string(1 + random() % 18, '1');
      topic.partitions += static_cast<int>(random() % 2);
      // The power goes while a change is being written, or after it.
      const bool fails = random() % 4 == 0;
      if (fails) bench.storage->FailNext(FileCall::kSync, "rill.catalogue");
      const auto status = (*catalogue)->Commit(TopicChange{name, topic});
      bench.storage->ClearFaults();
      Topics either = committed;
      either[name] = topic;
      if (status.ok()) committed = either;
      Bench after;
      after.storage = bench.storage->PowerLoss(random());
      auto found = after.Open();
      CAPTURE(seed, i, fails, found.status().ToString());
      REQUIRE(found.ok());
      const Topics& topics = (*found)->image().topics();
      REQUIRE((topics == committed || (!status.ok() && topics == either)));
    }
  }
}

// The bytes of a catalogue with these records.
std::string CatalogueOf(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string bytes;
  BatchOptions options;
  options.partition_leader_epoch = 0;
  for (const auto& [key, value] : records) {
    BatchBuilder builder(options);
    REQUIRE(builder.Append({.key = key, .value = value, .timestamp_ms = 1}).ok());
    bytes += *builder.Seal();
    ++options.base_offset;
  }
  return bytes;
}

const std::string kTopicValue = "id=Hq1Y6xyTRkaSaMQp0HGqeA\npartitions=1\n";

TEST_CASE("A catalogue of another kind is refused") {
  for (const char* format : {"version=0", "version=-1", "version=01", "version=1.0", "version=1.",
                             "version=1.-2", "version=", "version=1 ", "Version=1", "1"}) {
    CAPTURE(format);
    const auto status = ParseCatalogue(CatalogueOf({{"format", format}}), "file").status();
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find("not a catalogue") != std::string::npos);
  }
  CHECK(absl::IsDataLoss(ParseCatalogue(CatalogueOf({{"topic/x", kTopicValue}}), "f").status()));
  CHECK(ParseCatalogue("", "file").status().code() == absl::StatusCode::kDataLoss);
  CHECK(ParseCatalogue("hello", "file").status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("A catalogue of a later major version is refused, with the way out") {
  for (const char* format : {"version=2", "version=2.1", "version=17"}) {
    // Whatever comes behind the first record is that version's own.
    const auto status =
        ParseCatalogue(CatalogueOf({{"format", format}, {"?", "?"}}), "dir/file").status();
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(GetErrorCode(status) == ErrorCode::kKafkaStorageError);
    const std::string message(status.message());
    for (const char* part : {"dir/file", format, "version=1)", "open it with that one"}) {
      CHECK(message.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("Records of a later minor version are passed by, and kept") {
  const std::string bytes = CatalogueOf({{"format", "version=1.3"},
                                         {"colour/x", "red"},
                                         {"topic/x", kTopicValue},
                                         {"colour/x", "blue"},
                                         {"shape", "round"}});
  auto files = io::NewMemoryFileSystem();
  testing::ManualClock clock;
  REQUIRE(files->CreateDirectories("dir").ok());
  REQUIRE(io::ReplaceSmallFile(*files, "dir/rill.catalogue", bytes).ok());
  std::size_t changes = 0;
  for (int opened = 0; opened < 2; ++opened) {
    auto catalogue = CatalogueFile::Open(files.get(), "dir", &clock, nullptr);
    REQUIRE(catalogue.ok());
    REQUIRE((*catalogue)->image().topics().size() == 1);
    // Until the file was written anew.
    for (; changes < 100u * (opened + 1); ++changes) {
      const auto end = static_cast<std::int64_t>(changes + 1);
      REQUIRE((*catalogue)->Commit(ProducerIdsTaken{end}).ok());
    }
    const auto now = ParseCatalogue(*io::ReadSmallFile(*files, "dir/rill.catalogue", 1 << 20), "f");
    REQUIRE(now.ok());
    CHECK(now->batches < 100);
    CHECK(now->later.version == FormatVersion{.major = 1, .minor = 3});
    CHECK(now->later.values ==
          std::map<std::string, std::string>{{"colour/x", "blue"}, {"shape", "round"}});
  }
}

TEST_CASE("A record of an unknown kind is damage in a version that has none") {
  const auto status =
      ParseCatalogue(CatalogueOf({{"format", "version=1"}, {"colour/x", "red"}}), "f").status();
  CHECK(absl::IsDataLoss(status));
  CHECK(std::string(status.message()).find("unknown kind") != std::string::npos);
}

}  // namespace
}  // namespace rill::engine
