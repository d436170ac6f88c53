#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/kafka_bytes.h"
#include "catch.h"
#include "net/segments_received.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/header.h"

namespace rill::net {

// A client that says what a test wants, also what no client should say. Blocks; an answer that does
// not come within 10 s is a failure of the test.
class WireClient {
 public:
  explicit WireClient(std::uint16_t port, std::string client_id = "a test")
      : client_id_(std::move(client_id)), socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in place = {};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
  }
  // Takes a connection that a test has made.
  struct Connected {
    int socket;
  };
  explicit WireClient(Connected connected) : socket_(connected.socket) {}
  ~WireClient() { close(socket_); }
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  // The frame of a request, with its length.
  template <typename Request>
  static std::string Frame(wire::ApiKey key, int version, std::int32_t correlation_id,
                           const Request& request, const std::string& client_id = "a test") {
    const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
    std::string frame(4, '\0');
    wire::RequestHeader header;
    header.request_api_key = static_cast<std::int16_t>(key);
    header.request_api_version = static_cast<std::int16_t>(version);
    header.correlation_id = correlation_id;
    header.client_id = client_id;
    REQUIRE(wire::Encode(header, wire::RequestHeaderVersion(api, version), frame).ok());
    const absl::Status encoded = wire::Encode(request, version, frame);
    INFO(encoded.ToString());
    REQUIRE(encoded.ok());
    base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(frame.size() - 4));
    return frame;
  }

  void SendBytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // closed: the test looks for that
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // An answer without its length; empty where the node closed the connection.
  std::string ReceiveFrame() {
    std::string length = ReceiveBytes(4);
    if (length.empty()) return {};
    return ReceiveBytes(base::LoadBigEndian<std::uint32_t>(length.data()));
  }

  template <typename Response>
  Response Receive(wire::ApiKey key, int version, std::int32_t correlation_id) {
    frame_ = ReceiveFrame();
    REQUIRE_FALSE(frame_.empty());
    base::KafkaReader reader(frame_, "an answer");
    const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
    const auto header =
        wire::Decode<wire::ResponseHeader>(wire::ResponseHeaderVersion(api, version), reader);
    REQUIRE(header.ok());
    CHECK(header->correlation_id == correlation_id);
    auto response = wire::Decode<Response>(version, reader);
    INFO(response.status().ToString());
    REQUIRE(response.ok());
    CHECK(reader.remaining() == 0);
    return *std::move(response);
  }

  template <typename Response, typename Request>
  Response Ask(wire::ApiKey key, int version, const Request& request) {
    const std::int32_t id = next_id_++;
    SendBytes(Frame(key, version, id, request, client_id_));
    return Receive<Response>(key, version, id);
  }

  // All until the node closes the connection.
  std::string ReceiveAll() {
    std::string all;
    for (std::string more = ReceiveBytes(1); !more.empty(); more = ReceiveBytes(1)) all += more;
    return all;
  }

  // Takes a little of what is there, if there is something.
  void Skim() {
    char little[512];
    [[maybe_unused]] const ssize_t got = recv(socket_, little, sizeof little, MSG_DONTWAIT);
  }

  std::uint32_t SegmentsReceived() const { return net::SegmentsReceived(socket_); }

  // Bytes that have come and were not taken.
  int Unread() const {
    int bytes = 0;
    REQUIRE(ioctl(socket_, FIONREAD, &bytes) == 0);
    return bytes;
  }

  bool IsClosed() { return ReceiveFrame().empty(); }
  // Whether something is there to be received within `milliseconds`.
  bool HasAnswer(int milliseconds) {
    pollfd wanted{socket_, POLLIN, 0};
    return poll(&wanted, 1, milliseconds) == 1;
  }

 private:
  std::string ReceiveBytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t have = 0; have < size;) {
      REQUIRE(HasAnswer(10'000));
      const ssize_t got = recv(socket_, bytes.data() + have, size - have, 0);
      if (got <= 0) return {};
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  const std::string client_id_ = "a test";
  const int socket_;
  std::int32_t next_id_ = 1;
  std::string frame_;  // what the records of the last response point into
};

}  // namespace rill::net
