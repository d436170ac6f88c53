#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catch.h"
#include "io/socket_address.h"
#include "net/wire_client.h"
#include "process_use.h"
#include "rill/error.h"
#include "rill/node.h"
#include "wire/messages/metadata.h"

namespace rill {
namespace {

using net::WireClient;
using wire::ApiKey;

// A folder that goes with the test.
class Folder {
 public:
  explicit Folder(const std::string& below = "") {
    std::string name = std::filesystem::temp_directory_path() / "rill-socket-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    top_ = name;
    path_ = below.empty() ? name : name + "/" + below;
  }
  ~Folder() { std::filesystem::remove_all(top_); }
  const std::string& path() const { return path_; }
  std::string socket() const { return path_ + "/rill.sock"; }

 private:
  std::string top_;
  std::string path_;
};

// A connected socket; -1 where nobody listens.
int ConnectTo(const std::string& folder) {
  const int connected = socket(AF_UNIX, SOCK_STREAM, 0);
  if (io::ConnectToSocket(connected, folder + "/rill.sock") == 0) return connected;
  ::close(connected);
  return -1;
}

std::optional<WireClient> Connect(const Folder& folder) {
  const int connected = ConnectTo(folder.path());
  REQUIRE(connected >= 0);
  return std::optional<WireClient>(std::in_place, WireClient::Connected{connected});
}

wire::MetadataResponse AskMetadata(WireClient& client) {
  wire::MetadataRequest all;
  all.topics.reset();
  return client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, all);
}

TEST_CASE(
    "A node listens in its folder beside its port, and tells each client where it connected") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  REQUIRE(engine.CreateTopic("orders").ok());
  auto node = Node::Start(engine, {.listen = "127.0.0.1:0", .folder_socket = true}).value();
  auto near = Connect(folder);
  const auto told = AskMetadata(*near);
  CHECK(told.topics.size() == 1);
  REQUIRE(told.brokers.size() == 1);
  CHECK(told.brokers[0].host == "unix:" + folder.socket());
  CHECK(told.brokers[0].port == 0);

  WireClient far(node.port());
  const auto told_far = AskMetadata(far);
  CHECK(told_far.brokers[0].host == "127.0.0.1");
  CHECK(told_far.brokers[0].port == node.port());
  CHECK(node.connections() == 2);
  CHECK(node.Stop().ok());
  CHECK(near->IsClosed());
  CHECK(far.IsClosed());
}

TEST_CASE("The socket is its owner's alone, and goes with the node") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  auto node = Node::Start(engine, {.listen = "", .folder_socket = true}).value();
  CHECK(node.port() == 0);
  struct stat found = {};
  REQUIRE(::stat(folder.socket().c_str(), &found) == 0);
  CHECK(S_ISSOCK(found.st_mode));
  CHECK((found.st_mode & 0777) == 0600);
  auto client = Connect(folder);
  CHECK(AskMetadata(*client).brokers.size() == 1);
  CHECK(node.Stop().ok());
  CHECK(::stat(folder.socket().c_str(), &found) != 0);
  CHECK(engine.CreateTopic("later").ok());
}

TEST_CASE("A node that listened in its folder and on a port leaves no thread and no descriptor") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  const int threads = test::Threads();
  const int descriptors = test::Descriptors();
  for (const char* const listen : {"", "127.0.0.1:0"}) {
    auto node =
        Node::Start(engine, {.listen = listen, .folder_socket = true, .threads = 2}).value();
    auto first = Connect(folder);
    auto second = Connect(folder);
    CHECK(AskMetadata(*first).brokers.size() == 1);
    CHECK(AskMetadata(*second).brokers.size() == 1);
    CHECK(node.Stop().ok());
    CHECK(first->IsClosed());
    CHECK(test::Threads() == threads);
  }
  CHECK(test::Descriptors() == descriptors);
}

TEST_CASE("A socket that a killed process left is replaced, and one that answers is not") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  {
    // What bind leaves behind when nobody removes it.
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    folder.socket().copy(at.sun_path, sizeof at.sun_path - 1);
    const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    ::close(dead);
    CHECK(ConnectTo(folder.path()) < 0);
  }
  auto node = Node::Start(engine, {.listen = "", .folder_socket = true}).value();
  auto client = Connect(folder);
  CHECK(AskMetadata(*client).brokers.size() == 1);

  const auto second = Node::Start(engine, {.listen = "127.0.0.1:0", .folder_socket = true});
  CHECK(absl::IsAlreadyExists(second.status()));
  CHECK_THAT(std::string(second.status().message()), Catch::Contains("another node"));
  CHECK(AskMetadata(*client).brokers.size() == 1);
  auto again = Connect(folder);
  CHECK(AskMetadata(*again).brokers.size() == 1);
}

TEST_CASE("A file that is no socket is left where it is, and the node does not start") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  std::ofstream(folder.socket()) << "precious";
  const auto refused = Node::Start(engine, {.listen = "", .folder_socket = true}).status();
  CHECK(absl::IsAlreadyExists(refused));
  CHECK_THAT(std::string(refused.message()), Catch::Contains("is no socket"));
  CHECK(std::filesystem::file_size(folder.socket()) == 8);
}

TEST_CASE("A node does not take away the socket that another process made in its place") {
  const Folder folder;
  auto engine = Open(folder.path()).value();
  auto node = Node::Start(engine, {.listen = "", .folder_socket = true}).value();
  std::filesystem::remove(folder.socket());
  std::ofstream(folder.socket()) << "another's";
  CHECK(node.Stop().ok());
  CHECK(std::filesystem::exists(folder.socket()));
}

TEST_CASE("A folder whose path is longer than an address of a socket is listened in, too") {
  const Folder folder(std::string(90, 'a') + "/" + std::string(90, 'b'));
  auto engine = Open(folder.path()).value();
  auto node = Node::Start(engine, {.listen = "", .folder_socket = true}).value();
  auto client = Connect(folder);
  CHECK(AskMetadata(*client).brokers[0].host == "unix:" + folder.socket());
}

TEST_CASE("Without a folder there is no socket in it, and without any place no node") {
  auto memory = Open("mem:").value();
  CHECK(absl::IsFailedPrecondition(
      Node::Start(memory, {.listen = "127.0.0.1:0", .folder_socket = true}).status()));
  CHECK(absl::IsInvalidArgument(Node::Start(memory, {.listen = ""}).status()));
}

}  // namespace
}  // namespace rill
