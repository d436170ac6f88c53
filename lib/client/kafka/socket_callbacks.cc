#include "client/kafka/socket_callbacks.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "client/kafka/client_opaque.h"
#include "io/socket_address.h"

namespace rill::client {
namespace {

// librdkafka asks for a socket of TCP.
int MakeSocket(int, int, int, void*) { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

// Returns 0 also where it goes on connecting: librdkafka waits until the socket can be written to.
int ConnectSocket(int descriptor, const sockaddr*, int, const char*, void* opaque) {
  const int error = io::ConnectToSocket(descriptor, ClientOpaque::Of(opaque).socket);
  return error == EINPROGRESS ? 0 : error;
}

// What every host resolves to, for librdkafka has to have an address: nobody connects there.
struct Loopback {
  addrinfo found = {};
  sockaddr_in address = {};
};

// Without a host it is to free what it made before.
int Resolve(const char* host, const char*, const addrinfo*, addrinfo** found, void*) {
  if (host == nullptr) {
    const std::unique_ptr<Loopback> freed(reinterpret_cast<Loopback*>(*found));
    return 0;
  }
  auto made = std::make_unique<Loopback>();
  made->address.sin_family = AF_INET;
  made->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  made->found.ai_family = AF_INET;
  made->found.ai_socktype = SOCK_STREAM;
  made->found.ai_addrlen = sizeof made->address;
  made->found.ai_addr = reinterpret_cast<sockaddr*>(&made->address);
  *found = &made.release()->found;
  return 0;
}

}  // namespace

void ConnectBySocket(rd_kafka_conf_t* config) {
  rd_kafka_conf_set_socket_cb(config, MakeSocket);
  rd_kafka_conf_set_connect_cb(config, ConnectSocket);
  rd_kafka_conf_set_resolve_cb(config, Resolve);
}

}  // namespace rill::client
