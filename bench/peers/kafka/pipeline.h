#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "broker.h"
#include "io/file_descriptor.h"

namespace rill::bench {

// A connection that has several requests under way. Never blocks; who uses it polls its descriptor.
class Pipeline {
 public:
  // `buffer_bytes` are room for answers: for the largest, and several where many come at once.
  explicit Pipeline(const remote::BrokerAddress& address,
                    std::size_t buffer_bytes = std::size_t{4} << 20);

  int descriptor() const { return socket_.get(); }
  std::size_t under_way() const { return under_way_; }
  bool wants_to_send() const { return !to_send_.empty(); }

  // Behind what was given before. `frame` must stay where it is until its answer has come.
  void Send(std::string_view frame);
  void GoOnSending();
  // Until something comes, or what is left to be sent can be.
  void Await();
  // Reads what has come and gives each whole answer, without its length, to `take`.
  template <typename Take>
  void Receive(Take take) {
    Fill();
    std::size_t at = 0;
    for (std::string_view frame; Next(at, frame);) {
      --under_way_;
      take(frame);
    }
    Drop(at);
  }

  // The same of answers whose ends nobody wants to see: gives the first kHead bytes of each, and
  // how long it was. The rest is thrown away in the kernel and not copied. Not on a connection of
  // which Receive has read.
  template <typename Take>
  void ReceiveHeads(Take take) {
    while (FillHead()) {
      --under_way_;
      take(std::string_view(received_.data() + kLengthSize, head_end_ - kLengthSize), answer_size_);
      head_end_ = 0;
    }
  }
  static constexpr std::size_t kHead = 1000;

  // One request and its answer, waiting for it; with none under way.
  std::string Ask(std::string_view frame);

 private:
  static constexpr std::size_t kLengthSize = 4;

  std::size_t ReceiveSome(char* to, std::size_t size, int flags);
  bool FillHead();
  void Fill();
  bool Next(std::size_t& at, std::string_view& frame) const;
  void Drop(std::size_t bytes);

  io::FileDescriptor socket_;
  std::deque<std::string_view> to_send_;
  std::size_t under_way_ = 0;
  std::string received_;
  std::size_t begin_ = 0;  // what is before was taken
  std::size_t end_ = 0;
  std::size_t head_end_ = 0;  // of what ReceiveHeads has of an answer
  std::size_t answer_size_ = 0;
  std::size_t to_drop_ = 0;
};

}  // namespace rill::bench
