#include "net/listeners.h"

#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "net/host_name.h"
#include "net/wire_client.h"
#include "rill/authorizer.h"
#include "rill/engine.h"
#include "rill/node.h"
#include "wire/messages/metadata.h"

namespace rill::net {
namespace {

using wire::ApiKey;

// Where a client that came to `port` is told to find the broker.
HostPort Told(std::uint16_t port) {
  WireClient client(port);
  wire::MetadataRequest request;
  request.topics->push_back({{}, "orders"});
  const auto response = client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request);
  REQUIRE(response.brokers.size() == 1);
  return {response.brokers[0].host, static_cast<std::uint16_t>(response.brokers[0].port)};
}

std::vector<NamedPlace> PlacesIn(const std::string& text) {
  const auto places = ParseNamedPlaces(text, /*needs_names=*/true);
  INFO(text);
  REQUIRE(places.ok());
  return *places;
}

TEST_CASE("A node listens at several places, and tells clients of each where to find that one") {
  const auto engine = Open("mem:").value();
  const auto node =
      Node::Start(engine, {.listen = "internal://127.0.0.1:0, OUT://0.0.0.0:0,MORE://127.0.0.1:0",
                           .advertise = "OUT://broker.example:19092"})
          .value();
  const auto at = PlacesIn(node.listeners());
  REQUIRE(at.size() == 3);
  CHECK(at[0] == NamedPlace{"INTERNAL", {"127.0.0.1", node.port()}});
  CHECK(at[1].name == "OUT");
  CHECK(at[1].place.host == "0.0.0.0");
  const auto told = PlacesIn(node.advertised_listeners());
  CHECK(told == std::vector<NamedPlace>{at[0], {"OUT", {"broker.example", 19092}}, at[2]});
  for (std::size_t i = 0; i < at.size(); ++i) {
    CAPTURE(i);
    CHECK(Told(at[i].place.port) == told[i].place);
  }
}

TEST_CASE("A node of one listener shows it by its name, which is PLAINTEXT without one") {
  const auto engine = Open("mem:").value();
  const auto plain =
      Node::Start(engine, {.listen = "127.0.0.1:0", .advertise = "broker.example:1"}).value();
  CHECK(plain.listeners() == "PLAINTEXT://127.0.0.1:" + std::to_string(plain.port()));
  CHECK(plain.advertised_listeners() == "PLAINTEXT://broker.example:1");
  const auto named =
      Node::Start(engine, {.listen = "LAN://127.0.0.1:0", .advertise = "broker.example:1"}).value();
  CHECK(named.listeners() == "LAN://127.0.0.1:" + std::to_string(named.port()));
  CHECK(named.advertised_listeners() == "LAN://broker.example:1");
}

// Remembers who came.
class Watcher final : public Authorizer {
 public:
  bool Allows(const AclClient& client, AclOperation, AclResourceType, const std::string&) override {
    seen = client.client_host;
    return true;
  }
  std::string seen;
};

TEST_CASE("A node without a host listens at all addresses, and tells clients the machine's name") {
  const auto engine = Open("mem:").value();
  const auto watcher = std::make_shared<Watcher>();
  const auto node = Node::Start(engine, {.listen = ":0", .authorizer = watcher}).value();
  CHECK(node.listeners() == "PLAINTEXT://:" + std::to_string(node.port()));
  const HostPort told = Told(node.port());
  CHECK(told.port == node.port());
  CHECK(told.host == MachineName().value());
  CHECK_FALSE(IsAnyAddress(told.host));
  CHECK(watcher->seen == "/127.0.0.1");
  const auto advertised =
      Node::Start(engine, {.listen = ":0", .advertise = "broker.example:7"}).value();
  CHECK(Told(advertised.port()) == HostPort{"broker.example", 7});
}

TEST_CASE("Listeners that cannot be are refused with what is wrong") {
  const auto engine = Open("mem:").value();
  const struct {
    const char* listen;
    const char* advertise;
    const char* told;
  } cases[] = {
      {"A://127.0.0.1:0,A://127.0.0.1:0", "", "A is there twice"},
      {"127.0.0.1:0,plaintext://127.0.0.1:0", "", "PLAINTEXT is there twice"},
      {"SSL://127.0.0.1:0", "", "would speak SSL, and there is no TLS"},
      {"SASL_PLAINTEXT://127.0.0.1:0", "", "no SASL yet"},
      {"A://127.0.0.1:0,B://[::]:0", "", "is all addresses of this machine"},
      {"A://127.0.0.1:0", "B://h:1", "the listener B, which there is not"},
      {"A://127.0.0.1:0,B://127.0.0.1:0", "h:1", "the listener PLAINTEXT, which there is not"},
      {"A://127.0.0.1:0", "A://h:0", "clients cannot connect to \"A://h:0\""},
      {"A b://127.0.0.1:0", "", "\"A b://127.0.0.1:0\" is no listener"},
      {"://127.0.0.1:0", "", "is no listener"},
      {"", "", "`listen` is empty"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.listen, one.advertise);
    const auto refused =
        Node::Start(engine, {.listen = one.listen, .advertise = one.advertise}).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK_THAT(std::string(refused.message()), Catch::Contains(one.told));
  }
}

}  // namespace
}  // namespace rill::net
