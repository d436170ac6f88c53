// No descriptor left, in the process or under Options::max_open_files.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "catch.h"
#include "client/client_test.h"
#include "io/child_process.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

const std::map<std::string, std::string> kSmallSegments = {{"index.interval.bytes", "0"},
                                                           {"segment.index.bytes", "24"}};

// Takes all descriptors that the process may have, until it is destroyed.
class Hoard {
 public:
  Hoard() {
    for (int file = ::open("/dev/null", O_RDONLY); file >= 0;
         file = ::open("/dev/null", O_RDONLY)) {
      files_.push_back(file);
    }
  }
  ~Hoard() {
    for (const int file : files_) ::close(file);
  }

 private:
  std::vector<int> files_;
};

bool Is(bool condition, const char* what) {
  if (!condition) std::cout << "not so: " << what << std::endl;
  return condition;
}

// In a child process, whose limit this lowers.
bool GoesOnWithoutDescriptors(const std::string& folder) {
  const rlimit limit = {128, 128};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  auto engine = Open(folder, {.maintenance = Options::Maintenance::kByCaller});
  auto topic = engine->CreateTopic("t", {.partitions = 2, .configs = kSmallSegments});
  auto producer = engine->NewProducer();
  const auto send = [&](int partition) {
    return producer->Send(*topic, {.value = "v", .partition = partition}).Wait().status();
  };
  if (!Is(send(0).ok(), "a record before")) return false;
  // Once before: UBSan wants a pipe to look at the first object of a type.
  if (!Is(Open(folder + "2").ok(), "another engine before")) return false;
  int taken = 1;
  absl::Status refused;
  {
    const Hoard hoard;
    for (int i = 0; i < 20 && refused.ok(); ++i) {
      refused = send(0);
      taken += refused.ok() ? 1 : 0;
    }
    engine->RunMaintenance();
    const auto first = send(1);  // has no folder yet
    if (!Is(absl::IsResourceExhausted(first), first.ToString().c_str())) return false;
    const auto made = engine->CreateTopic("another").status();
    if (!Is(absl::IsResourceExhausted(made), made.ToString().c_str())) return false;
    const auto second = Open(folder + "2").status();
    if (!Is(absl::IsResourceExhausted(second), second.ToString().c_str())) return false;
    const auto flushed = engine->Flush();
    if (!Is(flushed.ok() || absl::IsResourceExhausted(flushed), flushed.ToString().c_str())) {
      return false;
    }
  }
  return Is(absl::IsResourceExhausted(refused), refused.ToString().c_str()) &&
         Is(Says(refused, "ulimit -n"), refused.ToString().c_str()) &&
         Is(send(0).ok() && send(1).ok(), "records afterwards") &&
         Is(engine->CreateTopic("another").ok(), "a topic afterwards") &&
         Is(EndOf(*topic, 0) == taken + 1, "all that was taken") &&
         Is(Values(*topic, 0).size() == static_cast<std::size_t>(taken) + 1, "all of it read") &&
         Is(engine->Flush().ok(), "a flush afterwards") &&
         Is(engine->Close().ok(), "a close afterwards") &&
         Is(Values(*Get(Open(folder)).FindTopic("t"), 0).size() ==
                static_cast<std::size_t>(taken) + 1,
            "all of it in the next process");
}

TEST_CASE("A process without descriptors gets a status, and goes on when it has some") {
  const Folder folder;
  CHECK(test::InChild([&] { return GoesOnWithoutDescriptors(folder.data()); }));
}

TEST_CASE("A cap on descriptors refuses by its name, and nothing that was taken is lost") {
  const Folder folder;
  for (int cap = 1; cap <= 8; ++cap) {
    CAPTURE(cap);
    const Options options = {.maintenance = Options::Maintenance::kByCaller, .max_open_files = cap};
    auto engine = Open(folder.data() + std::to_string(cap), options);
    std::size_t taken = 0;
    absl::Status refused = engine.status();
    if (engine.ok()) {
      auto topic = engine->CreateTopic("t", {.partitions = 1, .configs = kSmallSegments});
      refused.Update(topic.status());
      for (int i = 0; topic.ok() && i < 30; ++i) {
        Producer producer = Get(engine->NewProducer());
        const auto sent = producer.Send(*topic, {.value = "v"}).Wait();
        refused.Update(sent.status());
        taken += sent.ok() ? 1 : 0;
        engine->RunMaintenance();
      }
      engine->Close().IgnoreError();
    }
    INFO(refused);
    CHECK((refused.ok() || Says(refused, "Options::max_open_files")));
    Engine after = Get(Open(folder.data() + std::to_string(cap)));
    const auto topic = after.FindTopic("t");
    CHECK((topic.ok() ? Values(*topic).size() : 0) == taken);
  }
}

}  // namespace
}  // namespace rill::testing
