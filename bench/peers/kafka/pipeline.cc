#include "pipeline.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "usage.h"

namespace rill::bench {

Pipeline::Pipeline(const remote::BrokerAddress& address, std::size_t buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), received_(buffer_bytes, '\0') {
  sockaddr_in place = {};
  place.sin_family = AF_INET;
  place.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &place.sin_addr) != 1) {
    Fail(address.host.c_str(), "give the address in numbers");
  }
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
    Fail("connect", std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

void Pipeline::Send(std::string_view frame) {
  to_send_.push_back(frame);
  ++under_way_;
  if (to_send_.size() == 1) GoOnSending();
}

void Pipeline::GoOnSending() {
  while (!to_send_.empty()) {
    std::string_view& frame = to_send_.front();
    const ssize_t sent = ::send(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent <= 0) Fail("send", std::strerror(errno));
    frame.remove_prefix(static_cast<std::size_t>(sent));
    if (frame.empty()) to_send_.pop_front();
  }
}

// 0 where nothing has come.
std::size_t Pipeline::ReceiveSome(char* to, std::size_t size, int flags) {
  const ssize_t got = ::recv(socket_.get(), to, size, flags);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0) Fail("recv", got == 0 ? "the broker closed the connection" : std::strerror(errno));
  return static_cast<std::size_t>(got);
}

void Pipeline::Fill() {
  while (end_ < received_.size()) {
    const std::size_t got = ReceiveSome(received_.data() + end_, received_.size() - end_, 0);
    if (got == 0) return;
    end_ += got;
  }
}

// Whether an answer has come whole.
bool Pipeline::FillHead() {
  for (;;) {
    const bool knows_size = head_end_ >= kLengthSize;
    const std::size_t head_size =
        kLengthSize + (knows_size ? std::min(answer_size_, kHead) : std::size_t{0});
    if (head_end_ < head_size) {
      const std::size_t got = ReceiveSome(received_.data() + head_end_, head_size - head_end_, 0);
      if (got == 0) return false;
      head_end_ += got;
      if (!knows_size && head_end_ == kLengthSize) {
        answer_size_ = base::LoadBigEndian<std::uint32_t>(received_.data());
        to_drop_ = answer_size_ - std::min(answer_size_, kHead);
      }
    } else if (to_drop_ > 0) {
      const std::size_t got = ReceiveSome(received_.data(), to_drop_, MSG_TRUNC);
      if (got == 0) return false;
      to_drop_ -= got;
    } else {
      return true;
    }
  }
}

bool Pipeline::Next(std::size_t& at, std::string_view& frame) const {
  const std::size_t have = end_ - begin_ - at;
  if (have < kLengthSize) return false;
  const char* const begin = received_.data() + begin_ + at;
  const auto size = base::LoadBigEndian<std::uint32_t>(begin);
  if (size > received_.size() - kLengthSize) Fail("an answer", "larger than the buffer for it");
  if (have - kLengthSize < size) return false;
  frame = {begin + kLengthSize, size};
  at += kLengthSize + size;
  return true;
}

// What is left of an answer moves to the front when the buffer is at its end, and seldom else.
void Pipeline::Drop(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == received_.size()) {
    std::copy(received_.data() + begin_, received_.data() + end_, received_.data());
    end_ -= begin_;
    begin_ = 0;
  }
}

void Pipeline::Await() {
  const short events = static_cast<short>(POLLIN | (wants_to_send() ? POLLOUT : 0));
  pollfd wanted{descriptor(), events, 0};
  ::poll(&wanted, 1, -1);
  GoOnSending();
}

std::string Pipeline::Ask(std::string_view frame) {
  Send(frame);
  std::string answer;
  while (under_way_ > 0) {
    Await();
    Receive([&](std::string_view got) { answer.assign(got); });
  }
  return answer;
}

}  // namespace rill::bench
