#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "net/fetch_session.h"
#include "wire/messages/fetch.h"

namespace rill::net {

// The fetch sessions of a node's clients, as many as there is room for: who gets none names all of
// its partitions each time, which clients do by themselves. Thread-safe; outlives its leases.
class FetchSessions {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    std::size_t slots = 0;
    std::size_t bytes = std::size_t{64} << 20;  // of all sessions
    // A session that was not used for so long makes room for another.
    std::chrono::milliseconds idle = std::chrono::minutes(2);
  };

  // A session for the time of one request: no other gets it meanwhile.
  class Lease {
   public:
    Lease(FetchSessions* table, std::shared_ptr<FetchSession> session);
    Lease(Lease&& other) noexcept = default;
    ~Lease();

    FetchSession* operator->() const { return session_.get(); }
    FetchSession& operator*() const { return *session_; }

   private:
    FetchSessions* table_;
    std::shared_ptr<FetchSession> session_;  // null: moved from
  };

  explicit FetchSessions(const Limits& limits) : limits_(limits) {}

  // Makes one of what a request asks for; none where there is no room.
  std::optional<Lease> Begin(const wire::FetchRequest& request, bool names_topics_by_id,
                             Clock::time_point now) ABSL_LOCKS_EXCLUDED(mutex_);

  // The session that `request` names, with what it changes; none where nothing is left in it, which
  // ends it. NotFound (FETCH_SESSION_ID_NOT_FOUND), also where it grows past the room there is;
  // Aborted (INVALID_FETCH_SESSION_EPOCH) where a request was lost or is still being answered;
  // InvalidArgument (FETCH_SESSION_TOPIC_ID_ERROR) where topics were named otherwise before.
  absl::StatusOr<std::optional<Lease>> Resume(const wire::FetchRequest& request,
                                              bool names_topics_by_id, Clock::time_point now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets the session, if there is one of that id.
  void End(std::int32_t id) ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t count() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    std::shared_ptr<FetchSession> session;
    std::size_t bytes = 0;  // of the session, which whoever leases it may be changing
    bool is_leased = false;
    Clock::time_point last_used;

    // The latest time there is while a request is answered.
    Clock::time_point FreeSince() const { return is_leased ? Clock::time_point::max() : last_used; }
  };
  using Entries = absl::flat_hash_map<std::int32_t, Entry>;

  // What is forgotten, to be destroyed without the lock, for it may be large.
  using Forgotten = std::vector<std::shared_ptr<FetchSession>>;

  absl::StatusOr<std::shared_ptr<FetchSession>> Take(const wire::FetchRequest& request,
                                                     bool names_topics_by_id, Clock::time_point now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Counts what the session, which is leased, has become. False where it is forgotten, as it is
  // where it has become too large, or nothing is left in it.
  bool CountAgain(const FetchSession& session) ABSL_LOCKS_EXCLUDED(mutex_);
  void Return(const FetchSession& session) ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(Entries::iterator entry, Forgotten& forgotten) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes room for one more where that takes a session that is idle.
  void MakeRoom(std::size_t bytes, Clock::time_point now, Forgotten& forgotten)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom(std::size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::int32_t NewId() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Limits limits_;
  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rill::net
