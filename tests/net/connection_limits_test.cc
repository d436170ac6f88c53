#include "net/connection_limits.h"

#include <string>

#include "catch.h"

namespace rill::net {
namespace {

TEST_CASE("An address is counted as one, however it is written") {
  const auto counted = [](const std::string& address) {
    return CountedAs(asio::ip::make_address(address));
  };
  CHECK(counted("10.0.0.5") == "10.0.0.5");
  CHECK(counted("::ffff:10.0.0.5") == "10.0.0.5");
  CHECK(counted("2001:db8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(counted("fe80::1%1") == "fe80::1");
}

TEST_CASE("Limits of addresses hold for them, however they are written, and others have the rest") {
  const ConnectionLimits limits{
      .of_all = 9,
      .of_address = 3,
      .of_named_addresses =
          ParseAddressLimits("10.0.0.5:100, ::ffff:10.0.0.6:0,2001:DB8::0:1:20,::1:1").value()};
  CHECK(limits.Of("10.0.0.5") == 100);
  CHECK(limits.Of("10.0.0.6") == 0);
  CHECK(limits.Of("2001:db8::1") == 20);
  CHECK(limits.Of("::1") == 1);
  CHECK(limits.Of("10.0.0.7") == 3);
}

TEST_CASE("Connections of an address are counted until none is left") {
  ConnectionCounts counts;
  CHECK(counts.Add("10.0.0.5", 2));
  CHECK(counts.Add("10.0.0.5", 2));
  CHECK_FALSE(counts.Add("10.0.0.5", 2));
  CHECK(counts.Add("10.0.0.6", 1));
  counts.Remove("10.0.0.5");
  CHECK(counts.Add("10.0.0.5", 2));
  CHECK_FALSE(counts.Add("10.0.0.7", 0));
}

}  // namespace
}  // namespace rill::net
