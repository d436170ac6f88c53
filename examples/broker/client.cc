#include "client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string_view>

#include "commands.h"
#include "request.h"

namespace {

// How long a client may take to take a reply.
constexpr timeval kPatience = {.tv_sec = 5, .tv_usec = 0};
// Replies to requests that came together go together, as far as this.
constexpr std::size_t kSendFrom = std::size_t{64} << 10;
constexpr std::size_t kReceive = std::size_t{64} << 10;

}  // namespace

Client::Client(int fd) : fd_(fd) {
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
}

Client::~Client() { ::close(fd_); }

void Client::Serve(Broker& broker) {
  while (AnswerAll(broker) && Send() && Receive()) {
  }
  Send();
  ::shutdown(fd_, SHUT_RDWR);
}

void Client::Stop() { ::shutdown(fd_, SHUT_RD); }

bool Client::IsWaiting() {
  pollfd watched{.fd = fd_, .events = POLLRDHUP, .revents = 0};
  return Send() && ::poll(&watched, 1, 0) == 0;
}

// Answers the requests that are there in full. False when it was the last.
bool Client::AnswerAll(Broker& broker) {
  std::string_view rest = input_;
  bool goes_on = true;
  while (goes_on) {
    const auto request = ParseRequest(rest);
    if (absl::IsOutOfRange(request.status())) break;
    if (!request.ok()) {
      reply_.Error(request.status());
      return false;
    }
    if (!request->words.empty()) RunCommand(broker, *this, request->words, reply_);
    rest.remove_prefix(request->size);
    goes_on = !has_quit_ && (reply_.bytes().size() < kSendFrom || Send());
  }
  input_.erase(0, input_.size() - rest.size());
  return goes_on;
}

// Waits for more. What is kept is part of one request, and so at most kMaxRequest and this.
bool Client::Receive() {
  const std::size_t kept = input_.size();
  input_.resize(kept + kReceive);
  const ssize_t received = ::recv(fd_, input_.data() + kept, kReceive, 0);
  input_.resize(kept + static_cast<std::size_t>(received > 0 ? received : 0));
  return received > 0;
}

// A socket that takes less than it was given has run out of patience.
bool Client::Send() {
  const std::string& bytes = reply_.bytes();
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  const bool is_sent = sent == static_cast<ssize_t>(bytes.size());
  reply_.Clear();
  return is_sent;
}
