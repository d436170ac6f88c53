#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "rill/consumer.h"

namespace rill::client {

using CommittedOffsets = std::map<TopicPartition, OffsetAndMetadata>;

// What a consumer calls of its application's, and the commits that wait to be answered so. Not
// thread-safe.
class AsyncCommits {
 public:
  using Callback = Consumer::CommitCallback;

  // Whether a function of the application's runs: a listener or a CommitCallback.
  bool in_callback() const { return in_callback_; }
  // FailedPrecondition within one, for calls that may not be made there.
  absl::Status CheckNotInCallback() const;
  // Calls `function` as one.
  template <typename Function>
  void CallBack(const Function& function) {
    const bool was_in_callback = std::exchange(in_callback_, true);
    const absl::Cleanup leave = [&] { in_callback_ = was_in_callback; };
    function();
  }

  void Add(CommittedOffsets offsets, Callback callback) {
    waiting_.push_back({std::move(offsets), std::move(callback)});
  }
  // Answers one that nothing is to become of: at once, but not within a callback, for one that asks
  // again when it is refused would ask for ever.
  void Refuse(const Callback& callback, const absl::Status& status) {
    if (!in_callback_) Answer(callback, status);
  }
  // Has `store` store each, and answers. What a callback asks for has its turn the next time, or
  // one that asks again would never end.
  template <typename Store>
  void Run(const Store& store) {
    for (std::size_t left = waiting_.size(); left > 0; --left) {
      const Commit commit = std::move(waiting_.front());
      waiting_.pop_front();
      Answer(commit.callback, store(commit.offsets));
    }
  }
  // Answers all that wait, of which nothing becomes.
  void Abandon(const absl::Status& status) {
    for (const Commit& commit : std::exchange(waiting_, {})) Answer(commit.callback, status);
  }

 private:
  struct Commit {
    CommittedOffsets offsets;
    Callback callback;
  };

  void Answer(const Callback& callback, const absl::Status& status) {
    if (callback) CallBack([&] { callback(status); });
  }

  std::deque<Commit> waiting_;
  bool in_callback_ = false;
};

// Those of `positions` that are not what was stored last.
CommittedOffsets ChangedSince(CommittedOffsets positions, const CommittedOffsets& stored);

}  // namespace rill::client
