#pragma once

#include <string>

#include "reply.h"

struct Broker;

// A client that has connected. One thread serves it, and may sleep for it: that is how rill's own
// calls wait, and so a command reads from top to bottom.
class Client {
 public:
  // Owns the socket `fd`.
  explicit Client(int fd);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Answers the client's requests in order, until it goes, breaks the protocol, is too slow to take
  // its replies, or Stop is called.
  void Serve(Broker& broker);
  // No request is read any more; the one that is being answered is answered. From any thread.
  void Stop();

  // For commands, in the thread that serves:
  // before it sleeps, whether the client is there to wait. It gets the replies that it has not yet.
  bool IsWaiting();
  // This request was its last.
  void Quit() { has_quit_ = true; }

 private:
  bool AnswerAll(Broker& broker);
  bool Receive();
  bool Send();

  const int fd_;
  bool has_quit_ = false;
  std::string input_;  // what is not answered yet
  Reply reply_;        // what is not sent yet
};
