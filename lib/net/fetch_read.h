#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/topic_state.h"
#include "log/partition_log.h"
#include "net/answer.h"
#include "net/call.h"
#include "net/fetch_session.h"
#include "wire/messages/fetch.h"

namespace rill::net {

// What one Fetch asks for, looked up once and read as often as it takes. Used by one thread. The
// request, and the session that it is of, outlive it.
class FetchRead {
 private:
  struct Place;

 public:
  // Of all partitions that the request names, each once. Where it began `session`, which may be
  // null, what is told is noted there. Opens no logs.
  FetchRead(const Call& call, const wire::FetchRequest& request, FetchSession* session);
  // Of all partitions of the session.
  FetchRead(const Call& call, const wire::FetchRequest& request, FetchSession& session);

  // What so many partitions take until they are answered, about.
  static std::size_t MemoryOf(std::size_t places) {
    constexpr std::size_t kOfObserver = 200;
    return places * (sizeof(Place) + sizeof(wire::FetchRequest::Topic::Partition) + kOfObserver);
  }

  // Whether there are logs that nobody has used since the engine was opened: before the first Read
  // they are opened, which makes their folders, or recovers them.
  bool HasUnopened() const { return next_unopened_ < unopened_.size(); }
  // Whether that takes no longer than a request may.
  bool OpensSoon() const;
  // Opens up to `most` of them. In any thread, while the others rest.
  void OpenSome(std::size_t most);

  // Reads all partitions anew.
  void Read();
  // Whether the last Read is an answer already: it found enough, or something to tell at once.
  bool is_due() const { return has_news_ || readable_ >= wanted_; }
  // Whether so much was appended since the last Read that the next may be due.
  bool MayBeDue() const;

  // Whether there is no partition to wait for.
  bool empty() const { return places_.empty(); }
  // Bytes of records that the last Read found.
  std::size_t size() const { return size_; }

  // Makes `observer` run whenever a partition of it may have more to read, until the tokens go.
  std::vector<std::shared_ptr<void>> Observe(const std::function<void()>& observer) const;

  // Puts the response into `answer`: all partitions, or those of which there is something new to
  // tell where the request goes on with a session.
  absl::Status Finish(Answer& answer) &&;

 private:
  struct Place {
    const std::string* topic = nullptr;
    const base::Uuid* topic_id = nullptr;
    const wire::FetchRequest::Topic::Partition* asked = nullptr;
    FetchSession::Partition* remembered = nullptr;     // null outside of sessions
    std::shared_ptr<log::PartitionLog> log = nullptr;  // null where it could not be had
    wire::FetchResponse::Topic::Partition answered = {};
    log::StoredBatches found = {};
    std::int64_t seen_end = 0;
    std::uint64_t seen_bytes = 0;
  };

  FetchRead(const Call& call, const wire::FetchRequest& request, std::size_t places);
  static FetchSession::Key KeyOf(const Place& place);
  static bool IsNewsTo(const FetchSession::Partition& told, const Place& place);
  using FoundTopic = absl::StatusOr<std::shared_ptr<engine::TopicState>>;
  // Where a log is to be opened.
  struct Unopened {
    Place* place = nullptr;
    std::shared_ptr<engine::TopicState> topic;
  };

  void LookUp();
  void TakeLog(Place& place, const FoundTopic& topic);
  static std::size_t ReadableIn(const log::StoredBatches& found, std::size_t room,
                                std::int64_t end);
  void ReadOne(Place& place);
  absl::Status TellAborted(Place& place, std::int64_t next_offset) const;
  void Tell(Place& place, wire::FetchResponse& response, Answer& answer) const;
  void CountAsked(const FoundTopic& topic) const;
  void CountFailed(const Place& place) const;

  const Call& call_;
  const wire::FetchRequest& request_;
  const std::size_t most_;  // bytes of records in all, but for a first batch
  const std::size_t wanted_;
  FetchSession* session_ = nullptr;
  bool tells_changes_only_ = false;
  std::vector<Place> places_;  // which stay where they are
  std::vector<Unopened> unopened_;
  std::size_t next_unopened_ = 0;
  std::size_t size_ = 0;
  std::size_t readable_ = 0;  // what Kafka, which gives parts of batches, would have found
  bool has_news_ = false;
};

}  // namespace rill::net
