#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/wake.h"

namespace rill::net {

// What the size of an answer follows: the request, which has room of its own (RequestMemory), or
// what the node has of topics, groups and records, so that a few bytes may ask for megabytes.
enum class AnswerSize { kOfRequest, kOfState };

// What the answers of all connections have of memory together, beyond the little that each
// connection has for itself, until their clients have read them. How large an answer gets is known
// when it was made; so who has a request waits for room before, in line, and takes then what it is.
// That passes the limit by one answer a thread at most. Thread-safe; outlives its shares.
class AnswerMemory {
 public:
  // What an answer has without being counted.
  static constexpr std::size_t kOwn = std::size_t{16} << 10;

  // Answers of state have half of `most`: those that follow requests, which are what producers
  // wait for, go on while clients do not read the others.
  explicit AnswerMemory(std::size_t most) : limits_{most, most / 2} {}

  // What one answer has. Used by one thread at a time.
  class Share {
   public:
    Share() = default;
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Makes it what of `bytes` is beyond an answer's own, of the same `memory` each time.
    void Hold(AnswerMemory& memory, std::size_t bytes);
    std::size_t bytes() const { return bytes_; }

   private:
    AnswerMemory* memory_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // Whether an answer may be made at once: there is room, and nobody waits for it.
  bool MayMake(AnswerSize size) const { return HasRoom(size) && waiting(size) == 0; }
  bool HasRoom(AnswerSize size) const { return taken() < limits_[static_cast<std::size_t>(size)]; }

  // A place in the line of those that wait for room. It is kept until the answer has its share:
  // the next one's turn comes when it goes.
  class Place {
   public:
    enum class At { kFront, kEnd };
    // `wake` is notified when it may be its turn.
    Place(AnswerMemory& memory, AnswerSize size, std::shared_ptr<Wake> wake, At at);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool IsItsTurn() const;

   private:
    AnswerMemory& memory_;
    const AnswerSize size_;
    std::list<std::shared_ptr<Wake>>::iterator at_;
  };

  std::size_t taken() const { return taken_.load(); }
  std::size_t waiting(AnswerSize size) const {
    return waiting_counts_[static_cast<std::size_t>(size)].load();
  }
  std::size_t waiting() const {
    return waiting(AnswerSize::kOfRequest) + waiting(AnswerSize::kOfState);
  }

 private:
  using Line = std::list<std::shared_ptr<Wake>>;

  Line& LineOf(AnswerSize size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lines_[static_cast<std::size_t>(size)];
  }
  void Give(std::size_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  void WakeFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::array<std::size_t, 2> limits_;
  // Whoever waits counts itself, and looks at what is taken; whoever gives back does so, and looks
  // who waits. Both in one order of all (seq_cst), so one of them sees the other.
  std::atomic<std::size_t> taken_ = 0;
  std::array<std::atomic<std::size_t>, 2> waiting_counts_ = {};
  mutable absl::Mutex mutex_;
  std::array<Line, 2> lines_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
