// A folder that a broker of Kafka's has after a writer was killed in it.

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/bytes.h"
#include "catch.h"
#include "kill_writer.h"
#include "reader_and_writer.h"
#include "rill/record_batch.h"

namespace rill::testing {
namespace {

// A child that has done `begin`, and waits until it is killed.
template <typename Begin>
pid_t Waiting(const Begin& begin) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // where the test throws
    [[maybe_unused]] const auto held = begin();
    if (::write(ready[1], "x", 1) != 1) ::_exit(3);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  return child;
}

// Of a topic with a record in each of two partitions.
pid_t StartWriter(const std::string& folder) {
  return Waiting([&] {
    auto engine = Open(folder, Writing());
    if (!engine.ok()) ::_exit(2);
    const auto topic = engine->CreateTopic("orders", {.partitions = 2});
    if (!topic.ok()) ::_exit(2);
    for (const int partition : {0, 1}) {
      if (!TryAppend(*topic, "one", partition).ok()) ::_exit(2);
    }
    return *std::move(engine);
  });
}

// Has the folder as Java has it.
pid_t StartBroker(const std::string& folder) {
  return Waiting([&] {
    struct flock posix = {};
    posix.l_type = F_WRLCK;
    posix.l_whence = SEEK_SET;
    const int fd = ::open((folder + "/.lock").c_str(), O_RDWR | O_CREAT, 0644);
    if (::fcntl(fd, F_SETLK, &posix) != 0) ::_exit(2);
    return fd;
  });
}

// Leaves the log as a broker does that cut what is behind its batches, and appended the first anew.
void AppendFirstAgain(const std::string& folder, int partition) {
  const std::string log =
      folder + "/orders-" + std::to_string(partition) + "/00000000000000000000.log";
  std::ifstream file(log, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto first = ParseBatch(bytes);
  REQUIRE(first.ok());
  std::string again(first->bytes());
  base::StoreBigEndian(again.data(), first->next_offset());
  std::ofstream(log, std::ios::binary | std::ios::trunc) << first->bytes() << again;
}

using Values = std::vector<std::string>;

// A reader looks every 250 ms who the writer is.
constexpr absl::Duration kUntilItLooked = absl::Milliseconds(300);

Partition LogOf(const Engine& reader, int partition) {
  return Get(Get(reader.FindTopic("orders")).partition(partition));
}

TEST_CASE("A killed writer's page is not believed while a broker of Kafka's has the folder") {
  const Folder folder;
  Kill(StartWriter(folder.data()));
  const pid_t broker = StartBroker(folder.data());
  AppendFirstAgain(folder.data(), 0);
  Engine reader = Get(Open(folder.data(), Reading()));
  CHECK(reader.has_writer());
  CHECK(ReadFrom(LogOf(reader, 0), 0) == Values{"one", "one"});
  Kill(broker);
}

TEST_CASE(
    "A reader that had a killed writer's page lets go of it where a broker of Kafka's comes") {
  const Folder folder;
  const pid_t writer = StartWriter(folder.data());
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition known = LogOf(reader, 0);
  CHECK(ReadFrom(known, 0) == Values{"one"});
  Kill(writer);
  const pid_t broker = StartBroker(folder.data());
  AppendFirstAgain(folder.data(), 0);
  AppendFirstAgain(folder.data(), 1);
  absl::SleepFor(kUntilItLooked);
  CHECK(ReadFrom(known, 0) == Values{"one"});
  CHECK(ReadFrom(LogOf(reader, 1), 0) == Values{"one", "one"});
  Kill(broker);
  for (int looks = 0; looks < 100 && known.high_watermark() == 1; ++looks) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  CHECK(ReadFrom(known, 0) == Values{"one", "one"});
}

TEST_CASE("What a broker of Kafka's appended is seen though it was killed, and left nothing else") {
  const Folder folder;
  const pid_t writer = StartWriter(folder.data());
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition known = LogOf(reader, 0);
  Kill(writer);
  absl::SleepFor(kUntilItLooked);
  CHECK(known.high_watermark() == 1);  // by what is left, from here on
  const pid_t broker = StartBroker(folder.data());
  absl::SleepFor(kUntilItLooked);
  const Partition fresh = LogOf(reader, 1);
  CHECK(fresh.high_watermark() == 1);
  AppendFirstAgain(folder.data(), 0);
  AppendFirstAgain(folder.data(), 1);
  Kill(broker);
  for (const Partition& log : {known, fresh}) {
    for (int looks = 0; looks < 100 && log.high_watermark() == 1; ++looks) {
      absl::SleepFor(absl::Milliseconds(100));
    }
    CHECK(ReadFrom(log, 0) == Values{"one", "one"});
  }
}

}  // namespace
}  // namespace rill::testing
