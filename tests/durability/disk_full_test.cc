// A disk that is full: a real one, one in memory, and the cap that an application sets.

#include <functional>
#include <memory>
#include <string>

#include "catch.h"
#include "client/client_test.h"
#include "io/small_disk.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {
namespace {

constexpr std::uint64_t kDisk = 4 << 20;

struct Place {
  std::string folder;
  Options options = {.maintenance = Options::Maintenance::kByCaller, .log_sink = {}};
};

// Runs `test` on each of the disks there are.
void OnFullDisks(const std::function<void(const Place&)>& test) {
  const test::SmallDisk real("size=4m");
  if (test::CanRun(real)) test({.folder = real.path() + "/data"});
  Place faulty = {.folder = "/data"};
  faulty.options.storage = std::make_shared<FaultyStorage>();
  faulty.options.storage->SetCapacity(kDisk);
  test(faulty);
  const Folder folder;
  Place capped = {.folder = folder.data()};
  capped.options.max_disk_bytes = kDisk;
  test(capped);
}

bool IsFull(const absl::Status& status) { return absl::IsResourceExhausted(status); }

// Sends until there is no room; how many were taken.
int Fill(Producer& producer, const Topic& topic, int first = 0) {
  for (int i = first; i < 1000; ++i) {
    const std::string value = std::to_string(i) + std::string(30000, 'x');
    const auto sent = producer.Send(topic, {.value = value}).Wait();
    if (sent.ok()) continue;
    INFO(sent.status());
    REQUIRE(IsFull(sent.status()));
    // The smallest does not fit either, or did not until now.
    while (producer.Send(topic, {.value = "small"}).Wait().ok()) ++i;
    return i;
  }
  FAIL("the disk takes everything");
  return 0;
}

TEST_CASE("A full disk refuses appends, keeps and shows all, and takes more when there is room") {
  OnFullDisks([](const Place& place) {
    CAPTURE(place.folder);
    Engine engine = Get(Open(place.folder, place.options));
    const Topic large = MakeTopic(engine, "large");
    const Topic other = MakeTopic(engine, "other");
    Producer producer = Get(engine.NewProducer());
    REQUIRE(producer.Send(other, {.value = "before"}).Wait().ok());
    const int taken = Fill(producer, large);
    CHECK(taken > 50);
    CHECK(EndOf(large) == taken);
    CHECK(Values(large).size() == static_cast<std::size_t>(taken));
    // The other one has room that was reserved for it.
    CHECK(producer.Send(other, {.value = "in between"}).Wait().ok());
    const auto made = engine.CreateTopic("one more", {.partitions = 1});
    CHECK((made.ok() || IsFull(made.status()) || absl::IsInvalidArgument(made.status())));
    engine.RunMaintenance();
    REQUIRE(engine.DeleteTopic("large") == absl::OkStatus());
    const Topic again = MakeTopic(engine, "large");
    CHECK(producer.Send(again, {.value = std::string(30000, 'x')}).Wait().ok());
    CHECK(Values(other) == std::vector<std::string>{"before", "in between"});
    producer.Close().IgnoreError();  // tells of the first that was refused
    CHECK(engine.Close() == absl::OkStatus());
  });
}

TEST_CASE("An engine on a full disk closes or says why, and opens again with all that it had") {
  OnFullDisks([](const Place& place) {
    CAPTURE(place.folder);
    int taken = 0;
    {
      Engine engine = Get(Open(place.folder, place.options));
      const Topic topic = MakeTopic(engine, "large", 1, {{"flush.messages", "1"}});
      Producer producer = Get(engine.NewProducer());
      taken = Fill(producer, topic);
      producer.Close().IgnoreError();
      const absl::Status closed = engine.Close();
      INFO(closed);
      CHECK((closed.ok() || IsFull(closed)));
    }
    Engine engine = Get(Open(place.folder, place.options));
    const Topic topic = Get(engine.FindTopic("large"));
    CHECK(EndOf(topic) == taken);
    CHECK(Values(topic).size() == static_cast<std::size_t>(taken));
    Partition partition = Get(topic.partition(0));
    REQUIRE(partition.DeleteRecordsBefore(taken).ok());
    engine.RunMaintenance();
    REQUIRE(engine.DeleteTopic("large") == absl::OkStatus());
    const Topic small = MakeTopic(engine, "small");
    Producer producer = Get(engine.NewProducer());
    CHECK(producer.Send(small, {.value = "goes on"}).Wait().ok());
  });
}

TEST_CASE("Commits on a full disk are stored or refused, and what was stored is found again") {
  OnFullDisks([](const Place& place) {
    CAPTURE(place.folder);
    std::int64_t committed = 0;
    {
      Engine engine = Get(Open(place.folder, place.options));
      const Topic topic = MakeTopic(engine, "large");
      Producer producer = Get(engine.NewProducer());
      Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
      Fill(producer, topic);
      absl::Status status;
      for (std::int64_t offset = 1; status.ok() && offset < 20000; ++offset) {
        status = consumer.Commit({{{"large", 0}, {.offset = offset}}});
        if (status.ok()) committed = offset;
      }
      INFO(status);
      CHECK(IsFull(status));
      engine.Close().IgnoreError();
    }
    Engine engine = Get(Open(place.folder, place.options));
    const auto offsets = Get(engine.CommittedOffsets("g"));
    CHECK((committed == 0 ? offsets.empty() : offsets.at({"large", 0}).offset == committed));
  });
}

}  // namespace
}  // namespace rill::testing
