#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "io/socket_address.h"
#include "io/temporary_folder.h"
#include "net/answer_writer.h"
#include "net/node_under_test.h"
#include "net/wire_client.h"
#include "process_use.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/fetch.h"

// How records get from segments to clients: short stretches from memory, long ones from the file.
namespace rill::net {
namespace {

using wire::ApiKey;

constexpr std::size_t kValue = 1000;

// A node over a folder with one topic, "orders".
class ServedFolder {
 public:
  explicit ServedFolder(int partitions) {
    Options options;
    options.configs = {{"log.retention.ms", "-1"}};
    engine.emplace(Open(folder.path(), options).value());
    topic.emplace(engine->CreateTopic("orders", {.partitions = partitions}).value());
    node.emplace(Node::Start(*engine, {.listen = "127.0.0.1:0", .folder_socket = true}).value());
  }

  WireClient ConnectInFolder() {
    const int connected = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(io::ConnectToSocket(connected, folder.path() + "/rill.sock") == 0);
    return WireClient(WireClient::Connected{connected});
  }

  // So many records, ten in a batch, that differ.
  void Append(std::int32_t partition, int records) {
    Partition log = topic->partition(partition).value();
    for (int i = 0; i < records; i += 10) {
      std::vector<std::string> values;
      for (int j = i; j < i + 10; ++j) {
        values.push_back(std::to_string(partition) + "/" + std::to_string(j));
        values.back().resize(kValue, static_cast<char>('a' + j % 26));
      }
      std::vector<RecordData> batch;
      for (const std::string& value : values) batch.push_back({.value = value});
      REQUIRE(log.Append(batch).ok());
    }
  }

  std::string FileOf(std::int32_t partition, const std::string& name = "00000000000000000000.log") {
    return folder.path() + "/orders-" + std::to_string(partition) + "/" + name;
  }
  std::string BytesOf(std::int32_t partition, std::size_t position, std::size_t size) {
    std::string bytes(size, '\0');
    std::FILE* const file = std::fopen(FileOf(partition).c_str(), "rb");
    REQUIRE(file != nullptr);
    std::fseek(file, static_cast<long>(position), SEEK_SET);
    REQUIRE(std::fread(bytes.data(), 1, size, file) == size);
    std::fclose(file);
    return bytes;
  }
  std::uint64_t SizeOf(std::int32_t partition) {
    return topic->partition(partition).value().size_bytes();
  }

  const test::TemporaryFolder folder;
  std::optional<Engine> engine;
  std::optional<Topic> topic;
  std::optional<Node> node;
};

wire::FetchRequest FetchAll(int partitions, std::int32_t partition_max_bytes,
                            std::int64_t offset = 0) {
  wire::FetchRequest request;
  request.min_bytes = 1;
  auto& topic = request.topics.emplace_back();
  topic.topic = "orders";
  for (std::int32_t i = 0; i < partitions; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition = i;
    partition.fetch_offset = offset;
    partition.partition_max_bytes = partition_max_bytes;
  }
  return request;
}

TEST_CASE("An answer has the bytes of the files, long stretches and short ones in their turn") {
  ServedFolder served(4);
  served.Append(0, 3000);
  served.Append(1, 10);
  served.Append(2, 200);
  WireClient client(served.node->port());
  const auto answer = client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchAll(4, 10 << 20));
  REQUIRE(answer.responses.size() == 1);
  const auto& partitions = answer.responses[0].partitions;
  REQUIRE(partitions.size() == 4);
  for (const std::int32_t i : {0, 1, 2}) {
    const auto& records = *partitions[static_cast<std::size_t>(i)].records;
    CHECK(records.size() == served.SizeOf(i));
    CHECK(records == served.BytesOf(i, 0, records.size()));
  }
  CHECK(partitions[3].records->empty());
}

// What the kernel counts as written by this process: by sendfile, by write, and not by sendmsg,
// with which all else of an answer goes.
std::uint64_t WrittenByThisProcess() {
  std::ifstream counts("/proc/self/io");
  std::string name;
  std::uint64_t count = 0;
  while (counts >> name >> count) {
    if (name == "wchar:") return count;
  }
  FAIL("the kernel does not count what a process writes");
  return 0;
}

TEST_CASE("Long stretches go from the file to the socket, and never pass through the node") {
  ServedFolder served(1);
  served.Append(0, 3000);
  WireClient tcp(served.node->port());
  WireClient local = served.ConnectInFolder();
  for (WireClient* client : {&tcp, &local}) {
    const std::uint64_t before = WrittenByThisProcess();
    const auto answer = client->Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchAll(1, 10 << 20));
    const std::size_t size = answer.responses.at(0).partitions.at(0).records->size();
    CHECK(size > 3'000'000);
    CHECK(WrittenByThisProcess() - before >= size);
  }
}

TEST_CASE("What is sent begins in the middle of a file, where the batch asked for stands") {
  ServedFolder served(1);
  served.Append(0, 1000);
  const std::size_t batch = served.SizeOf(0) / 100;
  WireClient client(served.node->port());
  const auto answer =
      client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchAll(1, 100'000, 555));
  const auto& records = *answer.responses[0].partitions[0].records;
  CHECK(records.size() == 100'000 / batch * batch);
  CHECK(records == served.BytesOf(0, 55 * batch, records.size()));
}

TEST_CASE("Who reads slowly gets all of what was there when it asked") {
  ServedFolder served(1);
  served.Append(0, 20'000);
  const int open_files = served.engine->resource_use().open_files;
  WireClient slow(served.node->port());
  slow.SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 7, FetchAll(1, 50 << 20)));
  REQUIRE(slow.HasAnswer(10'000));
  // Others of the thread are served meanwhile, no descriptor is held, and what comes later is not
  // in the answer.
  const std::uint64_t asked = served.SizeOf(0);
  served.Append(0, 10);
  WireClient other(served.node->port());
  CHECK_FALSE(other.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchAll(1, 1000))
                  .responses[0]
                  .partitions[0]
                  .records->empty());
  CHECK(served.engine->resource_use().open_files == open_files);
  const auto answer = slow.Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 7);
  const auto& records = *answer.responses[0].partitions[0].records;
  CHECK(records.size() == asked);
  CHECK(records == served.BytesOf(0, 0, records.size()));
}

TEST_CASE("A client that goes in the middle of an answer leaves no descriptor and ends nothing") {
  // As in a program that has said nothing of SIGPIPE.
  REQUIRE(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
  ServedFolder served(1);
  served.Append(0, 20'000);
  const int before = test::Descriptors();
  const auto go_early = [](WireClient client) {
    client.SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 1, FetchAll(1, 50 << 20)));
    REQUIRE(client.HasAnswer(10'000));
  };
  for (int i = 0; i < 10; ++i) {
    go_early(WireClient(served.node->port()));
    go_early(served.ConnectInFolder());
  }
  while (served.node->connections() > 0) std::this_thread::yield();
  CHECK(test::Descriptors() == before);
}

TEST_CASE("Records of a file whose name is gone are sent from memory") {
  ServedFolder served(1);
  served.Append(0, 1000);
  const std::string stored = served.BytesOf(0, 0, served.SizeOf(0));
  std::filesystem::rename(served.FileOf(0), served.FileOf(0, "moved"));
  WireClient client(served.node->port());
  const auto answer = client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchAll(1, 10 << 20));
  CHECK(answer.responses[0].partitions[0].records == stored);
}

// An answer of one stretch of records, or the same one several times, which a log in `folder` has.
struct StoredAnswer {
  explicit StoredAnswer(const std::string& folder, std::size_t max_bytes = 10 << 20, int times = 1)
      : node(folder, {{"log.retention.ms", "-1"}}) {
    node.MakeTopic("orders", 1);
    node.Append("orders", 5000);
    auto& log = node.Log("orders");
    answer.batches.push_back(log.ReadStored(0, max_bytes, log.high_watermark()).value());
    answer.frame.bytes = "<>";
    for (int i = 0; i < times; ++i) answer.frame.records.push_back({1, answer.batches[0].bytes});
  }
  std::size_t stretch() const { return answer.batches[0].bytes.size(); }

  NodeUnderTest node;
  Answer answer;
};

// Two connected sockets, of which the first does not block.
struct SocketPair {
  SocketPair() {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    REQUIRE(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
  }
  ~SocketPair() {
    close(ends[0]);
    close(ends[1]);
  }
  int ends[2];
};

TEST_CASE("Sending from a file that was cut is an error that names it, and where it ends") {
  const test::TemporaryFolder folder;
  const bool is_long = GENERATE(true, false);
  const StoredAnswer stored(folder.path(), is_long ? 10 << 20 : 30'000);
  REQUIRE((stored.stretch() >= 32 << 10) == is_long);
  const std::string file = folder.path() + "/orders-0/00000000000000000000.log";
  std::filesystem::resize_file(file, 1000);
  const SocketPair sockets;
  AnswerWriter writer(stored.answer);
  const auto progress = writer.WriteSome(sockets.ends[0]);
  CHECK(progress.status().code() == absl::StatusCode::kDataLoss);
  CHECK(GetErrorCode(progress.status()) == ErrorCode::kKafkaStorageError);
  const std::string message(progress.status().message());
  CHECK(message.find(file) != std::string::npos);
  const std::size_t before = is_long ? 1001 : stored.stretch();
  CHECK(message.find("byte " + std::to_string(before)) != std::string::npos);
}

TEST_CASE("A client that reads as fast as it is sent to has its turn, and the others theirs") {
  const test::TemporaryFolder folder;
  const StoredAnswer stored(folder.path(), 10 << 20, 200);
  const std::size_t all = 200 * stored.stretch() + 2;
  REQUIRE(all > 12 << 20);
  const SocketPair sockets;
  std::atomic<std::size_t> received = 0;
  std::thread reader([&] {
    std::vector<char> bytes(1 << 20);
    while (received < all) {
      received += static_cast<std::size_t>(read(sockets.ends[1], bytes.data(), bytes.size()));
    }
  });
  AnswerWriter writer(stored.answer);
  auto progress = AnswerWriter::Progress::kMoreToDo;
  while (progress == AnswerWriter::Progress::kMoreToDo) {
    const std::size_t before = received;
    progress = writer.WriteSome(sockets.ends[0]).value();
    // What waited in the socket comes on top, and is less than a turn.
    CHECK(received - before < std::size_t{12} << 20);
  }
  reader.join();
  CHECK(progress == AnswerWriter::Progress::kDone);
  CHECK(received == all);
}

}  // namespace
}  // namespace rill::net
