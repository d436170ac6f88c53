// A folder that a broker of Kafka's has after a writer was killed in it.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "catch.h"
#include "kill_writer.h"
#include "reader_and_writer.h"
#include "rill/record_batch.h"

namespace rill::testing {
namespace {

// Leaves its page, and one record.
void WriteAndDie(const std::string& folder) {
  const pid_t writer = ::fork();
  if (writer == 0) {
    auto engine = Open(folder, Writing());
    if (!engine.ok()) ::_exit(2);
    const auto topic = engine->CreateTopic("orders");
    if (!topic.ok() || !TryAppend(*topic, "one").ok()) ::_exit(3);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(writer, &status, 0) == writer);
  REQUIRE(WIFSIGNALED(status));
}

// Has the folder as Java has it, until it is killed.
pid_t LockAsJava(const std::string& folder) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t broker = ::fork();
  if (broker == 0) {
    struct flock posix = {};
    posix.l_type = F_WRLCK;
    posix.l_whence = SEEK_SET;
    const int fd = ::open((folder + "/.lock").c_str(), O_RDWR | O_CREAT, 0644);
    if (::fcntl(fd, F_SETLK, &posix) != 0) ::_exit(2);
    if (::write(ready[1], "x", 1) != 1) ::_exit(3);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::close(ready[0]);
  return broker;
}

// The log as a broker leaves it that cut what is behind its batches, and appended the first anew.
void AppendFirstAgain(const std::string& log) {
  std::ifstream file(log, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto first = ParseBatch(bytes);
  REQUIRE(first.ok());
  std::string again(first->bytes());
  base::StoreBigEndian(again.data(), first->next_offset());
  std::ofstream(log, std::ios::binary | std::ios::trunc) << first->bytes() << again;
}

TEST_CASE("A killed writer's page is not believed while a broker of Kafka's has the folder") {
  const Folder folder;
  WriteAndDie(folder.data());
  const pid_t broker = LockAsJava(folder.data());
  AppendFirstAgain(folder.data() + "/orders-0/00000000000000000000.log");
  Engine reader = Get(Open(folder.data(), Reading()));
  CHECK(reader.has_writer());
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  CHECK(ReadFrom(log, 0) == std::vector<std::string>{"one", "one"});
  Kill(broker);
}

}  // namespace
}  // namespace rill::testing
