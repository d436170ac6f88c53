#include "net/fetch_read.h"

#include <algorithm>
#include <utility>

#include "net/place_of.h"
#include "rill/error.h"
#include "wire/encode.h"

namespace rill::net {
namespace {

std::size_t AtLeastNothing(std::int32_t bytes) {
  return static_cast<std::size_t>(std::max(bytes, 0));
}

}  // namespace

FetchRead::FetchRead(const Call& call, const wire::FetchRequest& request)
    : call_(call), request_(request), wanted_(AtLeastNothing(request.min_bytes)) {
  // Both lists are whole before anybody points into them.
  std::size_t count = 0;
  response_.responses.resize(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    response_.responses[i].partitions.resize(request.topics[i].partitions.size());
    count += request.topics[i].partitions.size();
  }
  places_.reserve(count);
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    LookUp(request.topics[i], response_.responses[i]);
  }
  pins_.resize(places_.size());
}

void FetchRead::LookUp(const wire::FetchRequest::Topic& topic,
                       wire::FetchResponse::Topic& answered) {
  answered.topic = topic.topic;
  answered.topic_id = topic.topic_id;
  const auto state = TopicOf(call_, topic.topic, topic.topic_id, kFirstFetchById);
  for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
    const auto& asked = topic.partitions[i];
    auto& partition = answered.partitions[i];
    partition.partition_index = asked.partition;
    partition.high_watermark = -1;
    auto log = LogOf(state, asked.partition, asked.current_leader_epoch);
    if (log.ok()) {
      places_.push_back({*std::move(log), &asked, &partition});
    } else {
      partition.error_code = CodeOf(log.status());
      has_news_ = true;
    }
  }
}

void FetchRead::Read() {
  size_ = 0;
  for (Place& place : places_) ReadOne(place);
}

// What is answered of a partition does not depend on what an earlier Read found.
void FetchRead::ReadOne(Place& place) {
  const auto& asked = *place.asked;
  auto& answered = *place.answered;
  const auto most =
      std::min<std::size_t>(AtLeastNothing(request_.max_bytes), call_.node.config.fetch_max_bytes);
  auto& pin = pins_[static_cast<std::size_t>(&place - places_.data())];
  answered.records = "";
  pin = nullptr;
  place.seen_bytes = place.log->size_bytes();
  const std::int64_t end = place.log->high_watermark();
  place.seen_end = end;
  answered.high_watermark = end;
  answered.last_stable_offset = end;
  answered.log_start_offset = place.log->log_start_offset();
  if (request_.isolation_level == 0 || call_.version < 4) answered.aborted_transactions.reset();
  // Once there is something, no more batches than fit (KIP-74).
  if (size_ > 0 && size_ >= most) return;
  const std::size_t room = std::min(AtLeastNothing(asked.partition_max_bytes), most - size_);
  auto found = place.log->ReadStored(asked.fetch_offset, room, end);
  if (!found.ok()) {
    answered.error_code = CodeOf(found.status());
    has_news_ = true;
    return;
  }
  if (size_ > 0 && found->bytes.size() > room) return;
  answered.records = found->bytes;
  pin = std::move(found->pin);
  size_ += found->bytes.size();
}

bool FetchRead::MayBeDue() const {
  std::uint64_t more = 0;
  for (const Place& place : places_) {
    const std::uint64_t bytes = place.log->size_bytes();
    if (place.log->high_watermark() == place.seen_end) continue;
    // A deletion makes the log smaller: then only reading tells.
    if (bytes <= place.seen_bytes) return true;
    more += bytes - place.seen_bytes;
  }
  return more > 0 && size_ + more >= wanted_;
}

std::vector<std::shared_ptr<void>> FetchRead::Observe(const std::function<void()>& observer) const {
  std::vector<std::shared_ptr<void>> tokens;
  tokens.reserve(places_.size());
  for (const Place& place : places_) tokens.push_back(place.log->Observe(observer));
  return tokens;
}

absl::Status FetchRead::Finish(Answer& answer) && {
  answer.pins = std::move(pins_);
  return wire::Encode(response_, call_.version, answer.frame);
}

}  // namespace rill::net
