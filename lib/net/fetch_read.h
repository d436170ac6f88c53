#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "log/partition_log.h"
#include "net/answer.h"
#include "net/call.h"
#include "wire/messages/fetch.h"

namespace rill::net {

// What one Fetch asks for, looked up once and read as often as it takes. Used by one thread. The
// request outlives it.
class FetchRead {
 public:
  FetchRead(const Call& call, const wire::FetchRequest& request);

  // Reads all partitions anew.
  void Read();
  // Whether the last Read is an answer already: it found enough, or something to tell at once.
  bool is_due() const { return has_news_ || size_ >= wanted_; }
  // Whether so much was appended since the last Read that the next may be due.
  bool MayBeDue() const;

  // Makes `observer` run whenever a partition of it may have more to read, until the tokens go.
  std::vector<std::shared_ptr<void>> Observe(const std::function<void()>& observer) const;

  // Puts the response into `answer`.
  absl::Status Finish(Answer& answer) &&;

 private:
  struct Place {
    std::shared_ptr<log::PartitionLog> log;  // null where it could not be had
    const wire::FetchRequest::Topic::Partition* asked = nullptr;
    wire::FetchResponse::Topic::Partition* answered = nullptr;
    std::int64_t seen_end = 0;
    std::uint64_t seen_bytes = 0;
  };

  void LookUp(const wire::FetchRequest::Topic& topic, wire::FetchResponse::Topic& answered);
  void ReadOne(Place& place);

  const Call& call_;
  const wire::FetchRequest& request_;
  const std::size_t wanted_;
  wire::FetchResponse response_;
  std::vector<Place> places_;
  std::vector<std::shared_ptr<const void>> pins_;
  std::size_t size_ = 0;
  bool has_news_ = false;
};

}  // namespace rill::net
