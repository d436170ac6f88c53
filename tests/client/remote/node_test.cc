#include "rill/node.h"

#include "catch.h"
#include "client/remote/admin_client.h"
#include "rill/engine.h"

// An admin client and a node of rill's.
namespace rill::remote {
namespace {

TEST_CASE("A node is a cluster of one broker to an admin client") {
  const auto engine = rill::Open("mem:");
  REQUIRE(engine.ok());
  auto node = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  REQUIRE(node.ok());
  const auto client = AdminClient::Connect({.bootstrap = {{"localhost", node->port()}}});
  INFO(client.status().ToString());
  REQUIRE(client.ok());
  const auto cluster = (*client)->DescribeCluster();
  REQUIRE(cluster.ok());
  REQUIRE(cluster->brokers.size() == 1);
  CHECK(cluster->controller_id == cluster->brokers[0].id);
  CHECK(cluster->brokers[0].address == BrokerAddress{"127.0.0.1", node->port()});
  CHECK((*client)->Find(Target::Controller()).ok());
  CHECK((*client)->Find(Target::Coordinator("somebody")).ok());
}

}  // namespace
}  // namespace rill::remote
