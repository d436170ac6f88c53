#include "net/connection.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "asio/buffer.hpp"
#include "asio/redirect_error.hpp"
#include "asio/use_awaitable.hpp"
#include "asio/write.hpp"
#include "base/bytes.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::net {
namespace {

constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kFirstInput = std::size_t{16} << 10;
// What a connection keeps for its next request.
constexpr std::size_t kLargestKept = std::size_t{1} << 20;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Parts& parts)
    : socket_(std::move(socket)), parts_(parts), idle_since_(std::chrono::steady_clock::now()) {
  asio::error_code gone;
  const auto peer = socket_.remote_endpoint(gone);
  const HostPort place{gone ? "" : peer.address().to_string(),
                       gone ? std::uint16_t{0} : peer.port()};
  peer_ = ToString(place);
  client_host_ = "/" + place.host;
  socket_.set_option(asio::ip::tcp::no_delay(true), gone);
}

asio::awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  const absl::Status ended = co_await ServeAll();
  if (!ended.ok()) {
    parts_.node->engine->Say(LogLevel::kInfo, fmt::format("{}: closing the connection: {}", peer_,
                                                          std::string(ended.message())));
  }
  Close();
}

asio::awaitable<absl::Status> Connection::ServeAll() {
  while (!is_closing_) {
    const auto frame = co_await ReadFrame();
    if (!frame.ok()) co_return frame.status();
    if (frame->empty()) break;
    is_busy_ = true;
    const absl::Status served = co_await ServeOne(*frame);
    is_busy_ = false;
    if (!served.ok()) co_return served;
    idle_since_ = std::chrono::steady_clock::now();
  }
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> Connection::ServeOne(std::string_view frame) {
  auto request = ReadRequest(frame);
  if (!request.ok()) co_return request.status();
  Answer answer;
  if (auto begun = BeginAnswer(*request, answer); !begun.ok()) co_return begun;
  absl::Status served;
  if (request->api == nullptr) {
    served = AnswerUnknownApiVersions(answer);
  } else {
    const Call call{*parts_.node, *parts_.advertised, client_host_, request->version,
                    std::move(request->client_id)};
    served = co_await request->api->serve(call, request->body, *parts_.workers, answer);
  }
  if (!served.ok()) co_return served;
  if (answer.is_silent) co_return absl::OkStatus();
  if (auto finished = FinishAnswer(answer); !finished.ok()) co_return finished;
  co_return co_await Write(answer);
}

asio::awaitable<absl::StatusOr<std::string_view>> Connection::ReadFrame() {
  if (!co_await ReadUntil(kLengthSize)) co_return std::string_view();
  const auto size = base::LoadBigEndian<std::int32_t>(input_.data() + begin_);
  const std::size_t most = parts_.node->config.socket_request_max_bytes;
  if (size <= 0 || static_cast<std::size_t>(size) > most) {
    co_return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                        fmt::format("a request says that it has {} bytes; it may have up to {} "
                                    "(socket.request.max.bytes)",
                                    size, most));
  }
  const std::size_t whole = kLengthSize + static_cast<std::size_t>(size);
  if (!co_await ReadUntil(whole)) co_return std::string_view();
  const std::string_view frame(input_.data() + begin_ + kLengthSize, whole - kLengthSize);
  begin_ += whole;
  co_return frame;
}

asio::awaitable<bool> Connection::ReadUntil(std::size_t size) {
  while (input_.size() - begin_ < size) {
    if (!MakeRoom(size)) co_return false;
    const asio::mutable_buffer room(input_.data() + input_.size(),
                                    input_.capacity() - input_.size());
    asio::error_code gone;
    const std::size_t read =
        co_await socket_.async_read_some(room, asio::redirect_error(asio::use_awaitable, gone));
    if (gone || is_closing_) co_return false;
    input_.Resize(input_.size() + read);
  }
  co_return true;
}

// A length is only said, until the bytes are there: memory doubles with what has come.
bool Connection::MakeRoom(std::size_t size) {
  const std::size_t have = input_.size() - begin_;
  if (have == 0 && input_.capacity() > kLargestKept) input_ = base::Buffer();
  if (begin_ > 0 && have > 0) std::memmove(input_.data(), input_.data() + begin_, have);
  input_.Resize(have);
  begin_ = 0;
  if (have < input_.capacity()) return true;
  return input_.Reserve(std::max(kFirstInput, std::min(size, 2 * have)));
}

asio::awaitable<absl::Status> Connection::Write(const Answer& answer) {
  std::vector<asio::const_buffer> parts;
  const std::string& bytes = answer.frame.bytes;
  std::size_t done = 0;
  for (const auto& records : answer.frame.records) {
    if (records.position > done) {
      parts.emplace_back(bytes.data() + done, records.position - done);
    }
    parts.emplace_back(records.bytes.data(), records.bytes.size());
    done = records.position;
  }
  if (bytes.size() > done) parts.emplace_back(bytes.data() + done, bytes.size() - done);
  asio::error_code gone;
  co_await asio::async_write(socket_, parts, asio::redirect_error(asio::use_awaitable, gone));
  if (gone) is_closing_ = true;
  co_return absl::OkStatus();
}

void Connection::CloseWhenIdle() {
  is_closing_ = true;
  if (!is_busy_) Close();
}

void Connection::Close() {
  is_closing_ = true;
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

std::chrono::steady_clock::time_point Connection::idle_since() const {
  return is_busy_ ? std::chrono::steady_clock::time_point::max() : idle_since_;
}

}  // namespace rill::net
