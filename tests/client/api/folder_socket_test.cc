#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "place.h"
#include "process_use.h"
#include "rill/node.h"

// What is of kafka://unix: alone.
namespace rill::testing {
namespace {

constexpr char kUnix[] = "kafka://unix:";

NodeOptions SocketAlone() { return {.listen = "", .folder_socket = true}; }

// A folder that a node serves over its socket, and over nothing else.
struct Served {
  explicit Served(const std::string& below = "")
      : folder(below.empty() ? top.data() : top.data() + "/" + below),
        engine(Get(Open(folder))),
        node(Get(Node::Start(engine, SocketAlone()))) {}
  std::string socket() const { return folder + "/rill.sock"; }
  std::string where() const { return kUnix + folder; }

  const Folder top;
  const std::string folder;
  Engine engine;
  std::optional<Node> node;
};

ConsumerOptions OfGroup(const std::string& group) {
  return {
      .group = group,
      .reset = kEarliest,
      .configs = {{"heartbeat.interval.ms", "50"}, {"topic.metadata.refresh.interval.ms", "200"}}};
}

// What bind leaves behind where nobody removes it.
void LeaveSocket(const std::string& folder) {
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  const std::string path = folder + "/rill.sock";
  REQUIRE(path.size() < sizeof at.sun_path);
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  ::close(dead);
}

void IsTold(const absl::Status& status, absl::StatusCode code, std::string_view text) {
  INFO(status);
  CHECK(status.code() == code);
  CHECK(Says(status, text));
}

// Descriptors of TCP sockets in this process.
int CountTcp() {
  int count = 0;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    int domain = 0;
    socklen_t size = sizeof domain;
    const bool is_socket = ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0;
    if (is_socket && domain != AF_UNIX) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a program and the process that serves the folder produce, consume, and see both") {
  // The process may have been started with one.
  const int tcp_before = CountTcp();
  Served served;
  Engine engine = Get(Open(served.where()));
  const Topic topic = MakeTopic(engine, "orders", 2);
  const Topic here = Get(served.engine.FindTopic("orders"));
  Producer far = Get(engine.NewProducer());
  Producer near = Get(served.engine.NewProducer());
  const auto sent = Get(far.Send(topic, {.value = "far", .partition = 0}).Wait(kLong));
  CHECK(sent.offset == 0);
  CHECK(Get(near.Send(here, {.value = "near", .partition = 0}).Wait()).offset == 1);
  CHECK(Values(here) == std::vector<std::string>{"far", "near"});
  Consumer consumer = Get(engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"orders", 0}}).ok());
  CHECK(ReadValues(consumer, 2) == std::vector<std::string>{"far", "near"});
  CHECK(CountTcp() <= tcp_before);
}

TEST_CASE("the socket itself may be named, by a relative path, too") {
  const Served served;
  CHECK(Get(Open(kUnix + served.socket())).CreateTopic("by-its-path").ok());
  CHECK(Get(Open(served.where() + "/")).FindTopic("by-its-path").ok());
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(served.folder).parent_path());
  Engine engine = Get(Open("kafka://unix:./data"));
  Engine by_socket = Get(Open("kafka://unix:data/rill.sock"));
  // It stays the same one when the working folder changes.
  std::filesystem::current_path(before);
  const Topic topic = Get(engine.FindTopic("by-its-path"));
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
  Producer another = Get(by_socket.NewProducer());
  CHECK(another.Send(Get(by_socket.FindTopic("by-its-path")), {.value = "w"}).Wait(kLong).ok());
}

TEST_CASE("a folder of any path is reached, with commas and colons in it") {
  const auto below = GENERATE(std::string("a,b:9092/c d"), std::string(90, 'a'),
                              std::string(200, 'a') + "/" + std::string(200, 'b'));
  const Served served(below);
  Engine engine = Get(Open(served.where()));
  const Topic topic = MakeTopic(engine, "far-down");
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
  Consumer consumer = Get(engine.Subscribe("group", {"far-down"}, OfGroup("group")));
  CHECK(ReadValues(consumer, 1) == std::vector<std::string>{"v"});
}

TEST_CASE("a member in the serving process and one behind the socket share a group") {
  Served served;
  Engine engine = Get(Open(served.where()));
  const Topic topic = MakeTopic(engine, "jobs", 4);
  Consumer near = Get(served.engine.Subscribe("workers", {"jobs"}, {.reset = kEarliest}));
  Consumer far = Get(engine.Subscribe("workers", {"jobs"}, OfGroup("workers")));
  std::set<std::string> near_values;
  std::set<std::string> far_values;
  const auto poll = [&](Consumer& consumer, std::set<std::string>& values) {
    const Records records = Get(consumer.Poll(absl::Milliseconds(10)));
    for (const Record& record : records) CHECK(values.emplace(record.value()).second);
    if (!records.empty()) CHECK(consumer.Commit(records).ok());
  };
  const auto poll_both = [&] {
    poll(near, near_values);
    poll(far, far_values);
  };
  REQUIRE(Eventually([&] {
    poll_both();
    return near.assignment().size() == 2 && far.assignment().size() == 2;
  }));
  Producer producer = Get(engine.NewProducer());
  for (int partition = 0; partition < 4; ++partition) {
    SendNumbers(producer, topic, 5, partition, 5 * partition);
  }
  REQUIRE(Eventually([&] {
    poll_both();
    return near_values.size() + far_values.size() == 20;
  }));
  CHECK(near_values.size() == 10);
  CHECK(far_values.size() == 10);
  CHECK(Get(engine.DescribeGroup("workers")).members.size() == 2);
  CHECK(Get(served.engine.DescribeGroup("workers")).members.size() == 2);
  // Who goes leaves its partitions to the other, and what it committed.
  CHECK(near.Close().ok());
  REQUIRE(Eventually([&] {
    poll(far, far_values);
    return far.assignment().size() == 4;
  }));
  SendNumbers(producer, topic, 1, 0, 20);
  REQUIRE(Eventually([&] {
    poll(far, far_values);
    return far_values.size() == 11;
  }));
  const auto committed = Get(served.engine.CommittedOffsets("workers"));
  CHECK(committed.at({"jobs", 0}).offset == 6);
  CHECK(committed == Get(engine.CommittedOffsets("workers")));
}

TEST_CASE("where no node serves the folder Open says what to do") {
  const Folder folder;
  std::filesystem::create_directories(folder.data());
  const std::string where = kUnix + folder.data();
  const std::string start = "`rill serve --data-dir " + folder.data() + "`";
  for (const std::string& name : {where, where + "/", where + "/rill.sock"}) {
    IsTold(Open(name).status(), absl::StatusCode::kUnavailable,
           "no node serves this folder: start " + start);
  }
  LeaveSocket(folder.data());
  IsTold(Open(where).status(), absl::StatusCode::kUnavailable, "a killed one left; start " + start);
  IsTold(Open(where + "/rill.sock").status(), absl::StatusCode::kUnavailable, start);
}

TEST_CASE("how often a client looks for its node can be set, as over a port") {
  Served served;
  Engine engine = Get(Open(served.where(), {.configs = {{"reconnect.backoff.ms", "2000"}}}));
  const Topic topic = MakeTopic(engine, "looks");
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
  ConsumerOptions seldom = OfGroup("group");
  seldom.configs["reconnect.backoff.max.ms"] = "3000";
  Consumer consumer = Get(engine.Subscribe("group", {"looks"}, seldom));
  CHECK_FALSE(ReadValues(consumer, 1).empty());
}

TEST_CASE("what is no folder and no socket is told of by its name") {
  const Folder folder;
  std::filesystem::create_directories(folder.data());
  const std::string where = kUnix + folder.data();
  IsTold(Open(where + "/none").status(), absl::StatusCode::kNotFound,
         "there is no folder " + folder.data() + "/none");
  std::ofstream(folder.data() + "/rill.sock") << "text";
  IsTold(Open(where).status(), absl::StatusCode::kInvalidArgument, "rill.sock is neither");
  IsTold(Open(where + "/rill.sock").status(), absl::StatusCode::kInvalidArgument, "is neither");
  IsTold(Open(where + "/rill.sock/x").status(), absl::StatusCode::kNotFound, "there is no folder");
  IsTold(Open(kUnix).status(), absl::StatusCode::kInvalidArgument, "the path of a folder");
  IsTold(Open("kafka://unix:~/data").status(), absl::StatusCode::kInvalidArgument, "home folder");
  const auto mixed = Open("kafka://127.0.0.1:1,unix:./data").status();
  IsTold(mixed, absl::StatusCode::kInvalidArgument, "\"kafka://unix:./data\"");
  CHECK(GetErrorCode(mixed) == ErrorCode::kInvalidConfig);
}

TEST_CASE("a folder that a node serves is refused with the way through the node") {
  Served served;
  const auto refused = Open(served.folder).status();
  IsTold(refused, absl::StatusCode::kFailedPrecondition, "is held by");
  CHECK(Says(refused, "open \"" + served.where() + "\""));
  CHECK(Open(served.where()).ok());
  // Without a node there is no such way.
  CHECK(served.node->Stop().ok());
  IsTold(Open(served.folder).status(), absl::StatusCode::kFailedPrecondition, "is held by");
  CHECK_FALSE(Says(Open(served.folder).status(), "kafka://"));
}

TEST_CASE("clients go on when the node behind the socket, or the port, stops and starts again") {
  const bool by_socket = GENERATE(true, false);
  Served served;
  std::string where = served.where();
  NodeOptions options = SocketAlone();
  if (!by_socket) {
    served.node = std::nullopt;
    served.node = Get(Node::Start(served.engine, {.listen = "127.0.0.1:0"}));
    options = {.listen = "127.0.0.1:" + std::to_string(served.node->port())};
    where = "kafka://" + options.listen;
  }
  Engine engine = Get(Open(where));
  const Topic topic = MakeTopic(engine, "kept");
  Producer producer = Get(engine.NewProducer());
  Consumer member = Get(engine.Subscribe("group", {"kept"}, OfGroup("group")));
  Consumer assigned = Get(engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(assigned.Assign({{"kept", 0}}).ok());
  REQUIRE(producer.Send(topic, {.value = "before"}).Wait(kLong).ok());
  CHECK(ReadValues(member, 1) == std::vector<std::string>{"before"});
  CHECK(ReadValues(assigned, 1) == std::vector<std::string>{"before"});
  CHECK(member.Commit().ok());

  CHECK(served.node->Stop().ok());
  const PendingSend sent = producer.Send(topic, {.value = "meanwhile"});
  IsTold(engine.FindTopic("kept").status(), absl::StatusCode::kUnavailable,
         by_socket ? "no node listens" : "refused");
  CHECK(Get(assigned.Poll(kSoon)).empty());
  CHECK_FALSE(sent.ready());

  served.node = Get(Node::Start(served.engine, options));
  CHECK(sent.Wait(kLong).ok());
  CHECK(engine.FindTopic("kept").ok());
  CHECK(ReadValues(member, 1) == std::vector<std::string>{"meanwhile"});
  CHECK(ReadValues(assigned, 1) == std::vector<std::string>{"meanwhile"});
  CHECK(Values(Get(served.engine.FindTopic("kept"))).size() == 2);
}

TEST_CASE("nothing is left of an engine over a socket, its producers and its consumers") {
  Served served;
  const int threads = rill::test::Threads();
  const int descriptors = rill::test::Descriptors();
  for (int round = 0; round < 3; ++round) {
    Engine engine = Get(Open(served.where()));
    const Topic topic = MakeTopic(engine, "left");
    Producer producer = Get(engine.NewProducer());
    CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
    Consumer member = Get(engine.Subscribe("group", {"left"}, OfGroup("group")));
    CHECK_FALSE(ReadValues(member, 1).empty());
    CHECK(member.Commit().ok());
    CHECK(member.Close().ok());
    CHECK(producer.Close().ok());
    CHECK(engine.Close().ok());
  }
  CHECK(Eventually([&] { return rill::test::Threads() == threads; }));
  // The node closes its ends a moment later.
  CHECK(Eventually([&] { return rill::test::Descriptors() == descriptors; }));
  CHECK(Eventually([&] { return served.node->connections() == 0; }));
}

TEST_CASE("nothing is left of clients whose node went before them either") {
  Served served;
  CHECK(served.node->Stop().ok());
  const int threads = rill::test::Threads();
  served.node.emplace(Get(Node::Start(served.engine, SocketAlone())));
  {
    Engine engine = Get(Open(served.where()));
    const Topic topic = MakeTopic(engine, "gone");
    Producer producer = Get(engine.NewProducer());
    CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
    CHECK(served.node->Stop().ok());
    producer.Send(topic, {.value = "never"}, nullptr);
    CHECK(producer.Close(kSoon).code() == absl::StatusCode::kDeadlineExceeded);
  }
  CHECK(Eventually([&] { return rill::test::Threads() == threads; }));
}

TEST_CASE("what librdkafka says of a socket goes to the log sink while its client lives") {
  Served served;
  std::atomic<int> lines = 0;
  Engine engine = Get(Open(served.where(), {.configs = {{"debug", "broker"}},
                                            .log_sink = [&](LogLevel, std::string_view line) {
                                              if (line.starts_with("librdkafka: ")) ++lines;
                                            }}));
  {
    const Producer producer = Get(engine.NewProducer());
    CHECK(Eventually([&] { return lines > 0; }));
  }
  const int told = lines;
  absl::SleepFor(kSoon);
  CHECK(lines == told);
  CHECK(engine.Close().ok());
}

}  // namespace rill::testing
