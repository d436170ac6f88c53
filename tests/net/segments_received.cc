#include "net/segments_received.h"

#include <linux/tcp.h>  // has more of tcp_info than netinet/tcp.h, and nothing may include both
#include <netinet/in.h>
#include <sys/socket.h>

#include "catch.h"

namespace rill::net {

std::uint32_t SegmentsReceived(int socket) {
  tcp_info info = {};
  socklen_t size = sizeof info;
  REQUIRE(getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
  return info.tcpi_data_segs_in;
}

}  // namespace rill::net
