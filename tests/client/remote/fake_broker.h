#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/bytes.h"
#include "catch.h"
#include "client/remote/bootstrap.h"
#include "wire/api.h"
#include "wire/encode.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/header.h"

namespace rill::remote {

// What a client sent: its header.
struct Asked {
  wire::ApiKey key = wire::ApiKey::kApiVersions;
  int version = 0;
  std::int32_t id = 0;

  friend bool operator==(const Asked&, const Asked&) = default;
};

// A broker that answers what a test makes it answer, right or wrong, a thread for each connection.
class FakeBroker {
 public:
  // The bytes to send, with their length; none to close the connection. Of several threads.
  using Answer = std::function<std::optional<std::string>(const Asked&)>;

  explicit FakeBroker(Answer answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in place = {};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    socklen_t size = sizeof place;
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&place), &size) == 0);
    port_ = ntohs(place.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  // After the clients are gone.
  ~FakeBroker() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  BrokerAddress address() const { return {"127.0.0.1", port_}; }
  std::vector<Asked> asked() {
    const absl::MutexLock lock(&mutex_);
    return asked_;
  }
  int CountOf(wire::ApiKey key) {
    int count = 0;
    for (const Asked& one : asked()) count += one.key == key ? 1 : 0;
    return count;
  }

  // The frame of a right answer.
  template <typename Response>
  static std::string Frame(const Asked& asked, const Response& response) {
    return FrameOf(asked, asked.version, response);
  }
  template <typename Response>
  static std::string FrameOf(const Asked& asked, int version, const Response& response) {
    const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(asked.key));
    std::string body;
    const int header = wire::ResponseHeaderVersion(api, version);
    if (!wire::Encode(wire::ResponseHeader{asked.id}, header, body).ok()) std::abort();
    if (!wire::Encode(response, version, body).ok()) std::abort();
    return Framed(body);
  }
  static std::string Framed(const std::string& body) {
    std::string frame(4, '\0');
    base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(body.size()));
    return frame + body;
  }
  // All that rill speaks.
  static wire::ApiVersionsResponse AllVersions() {
    wire::ApiVersionsResponse response;
    for (const wire::Api& api : wire::Apis()) {
      response.api_keys.push_back({static_cast<std::int16_t>(api.key),
                                   static_cast<std::int16_t>(api.request().first_version),
                                   static_cast<std::int16_t>(api.request().last_version)});
    }
    return response;
  }

 private:
  void Serve() {
    std::vector<std::thread> connections;
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) break;
      connections.emplace_back([this, connection] {
        while (ServeOne(connection)) {
        }
        ::close(connection);
      });
    }
    for (std::thread& connection : connections) connection.join();
  }

  bool ServeOne(int connection) {
    const std::string length = ReadBytes(connection, 4);
    if (length.empty()) return false;
    const std::string frame =
        ReadBytes(connection, base::LoadBigEndian<std::uint32_t>(length.data()));
    if (frame.size() < 8) return false;
    const Asked asked{static_cast<wire::ApiKey>(base::LoadBigEndian<std::int16_t>(frame.data())),
                      base::LoadBigEndian<std::int16_t>(frame.data() + 2),
                      base::LoadBigEndian<std::int32_t>(frame.data() + 4)};
    {
      const absl::MutexLock lock(&mutex_);
      asked_.push_back(asked);
    }
    const auto answer = answer_(asked);
    if (!answer) return false;
    return ::send(connection, answer->data(), answer->size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(answer->size());
  }

  static std::string ReadBytes(int connection, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t have = 0; have < size;) {
      const ssize_t got = ::recv(connection, bytes.data() + have, size - have, 0);
      if (got <= 0) return {};
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  const Answer answer_;
  const int listener_;
  std::uint16_t port_ = 0;
  absl::Mutex mutex_;
  std::vector<Asked> asked_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace rill::remote
