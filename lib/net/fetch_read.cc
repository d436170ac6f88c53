#include "net/fetch_read.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "net/encode_answer.h"
#include "net/place_of.h"
#include "rill/error.h"

namespace rill::net {
namespace {

std::size_t AtLeastNothing(std::int32_t bytes) {
  return static_cast<std::size_t>(std::max(bytes, 0));
}

std::size_t CountPartitions(const wire::FetchRequest& request) {
  std::size_t count = 0;
  for (const auto& topic : request.topics) count += topic.partitions.size();
  return count;
}

}  // namespace

FetchRead::FetchRead(const Call& call, const wire::FetchRequest& request, std::size_t places)
    : call_(call),
      request_(request),
      most_(std::min({AtLeastNothing(request.max_bytes), call.node.config.fetch_max_bytes,
                      call.node.quotas->MostAtOnce({call.client_id, call.client_host})})),
      wanted_(std::min(AtLeastNothing(request.min_bytes), most_)) {
  places_.reserve(places);
}

FetchRead::FetchRead(const Call& call, const wire::FetchRequest& request, FetchSession* session)
    : FetchRead(call, request, CountPartitions(request)) {
  session_ = session;
  absl::flat_hash_set<std::tuple<std::string_view, base::Uuid, std::int32_t>> seen;
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      if (!seen.emplace(topic.topic, topic.topic_id, asked.partition).second) continue;
      Place& place = places_.emplace_back(Place{&topic.topic, &topic.topic_id, &asked});
      if (session != nullptr) place.remembered = session->Find(KeyOf(place));
    }
  }
  LookUp();
}

FetchRead::FetchRead(const Call& call, const wire::FetchRequest& request, FetchSession& session)
    : FetchRead(call, request, session.size()) {
  session_ = &session;
  tells_changes_only_ = true;
  for (auto* const entry : session.InTurn()) {
    const auto& key = entry->first;
    places_.push_back({&key.topic, &key.topic_id, &entry->second.asked, &entry->second});
  }
  LookUp();
}

FetchSession::Key FetchRead::KeyOf(const Place& place) {
  return {*place.topic, *place.topic_id, place.asked->partition};
}

void FetchRead::LookUp() {
  FoundTopic topic;
  const Place* last = nullptr;
  for (Place& place : places_) {
    if (last == nullptr || *last->topic != *place.topic || *last->topic_id != *place.topic_id) {
      topic = TopicOf(call_, *place.topic, *place.topic_id, kFirstFetchById, AclOperation::kRead);
    }
    last = &place;
    CountAsked(topic);
    place.answered.partition_index = place.asked->partition;
    place.answered.high_watermark = -1;
    const auto state = topic.ok() ? (*topic)->partition(place.asked->partition) : nullptr;
    if (state != nullptr && state->log() == nullptr) {
      unopened_.push_back({&place, *topic});
    } else {
      TakeLog(place, topic);
    }
  }
}

void FetchRead::TakeLog(Place& place, const FoundTopic& topic) {
  auto log = LogOf(topic, place.asked->partition, place.asked->current_leader_epoch);
  if (log.ok()) {
    place.log = *std::move(log);
  } else {
    place.answered.error_code = CodeOf(log.status());
    has_news_ = true;
  }
}

// One that was used before was opened with the engine, or could not be: then it is recovered again.
bool FetchRead::OpensSoon() const {
  constexpr std::size_t kFew = 4;
  return unopened_.size() <= kFew &&
         std::none_of(unopened_.begin(), unopened_.end(), [](const Unopened& unopened) {
           return unopened.topic->partition(unopened.place->asked->partition)->WasUsed();
         });
}

void FetchRead::OpenSome(std::size_t most) {
  const std::size_t end = std::min(unopened_.size(), next_unopened_ + most);
  for (; next_unopened_ < end; ++next_unopened_) {
    const Unopened& next = unopened_[next_unopened_];
    TakeLog(*next.place, next.topic);
  }
}

void FetchRead::CountAsked(const FoundTopic& topic) const {
  if (call_.metrics == nullptr) return;
  call_.metrics->Count(NodeCount::kPartitionsFetched);
  if (topic.ok()) call_.metrics->topics().Of(**topic).fetched.Add(1);
}

void FetchRead::CountFailed(const Place& place) const {
  if (call_.metrics == nullptr) return;
  call_.metrics->Count(NodeCount::kFailedFetches);
  const auto topic =
      TopicOf(call_, *place.topic, *place.topic_id, kFirstFetchById, AclOperation::kRead);
  if (topic.ok()) call_.metrics->topics().Of(**topic).failed_fetches.Add(1);
}

void FetchRead::Read() {
  size_ = 0;
  readable_ = 0;
  for (Place& place : places_) {
    if (place.log != nullptr) ReadOne(place);
  }
}

// Where more is there than there is room for, whole batches leave a part of the room free, which
// would never be enough for who asks for all of it.
std::size_t FetchRead::ReadableIn(const log::StoredBatches& found, std::size_t room,
                                  std::int64_t end) {
  const bool has_more = !found.bytes.empty() && found.next_offset < end;
  return has_more ? std::max(found.bytes.size(), room) : found.bytes.size();
}

// What is answered of a partition does not depend on what an earlier Read found.
void FetchRead::ReadOne(Place& place) {
  const auto& asked = *place.asked;
  auto& answered = place.answered;
  answered.records = "";
  place.found = {};
  place.seen_bytes = place.log->size_bytes();
  const std::int64_t end = place.log->high_watermark();
  place.seen_end = end;
  answered.high_watermark = end;
  answered.last_stable_offset = end;
  answered.log_start_offset = place.log->log_start_offset();
  answered.aborted_transactions.reset();
  // Once there is something, no more batches than fit (KIP-74).
  if (size_ > 0 && size_ >= most_) return;
  const std::size_t room = std::min(AtLeastNothing(asked.partition_max_bytes), most_ - size_);
  auto found = place.log->ReadStored(asked.fetch_offset, room, end);
  if (!found.ok()) {
    answered.error_code = CodeOf(found.status());
    has_news_ = true;
    return;
  }
  if (size_ > 0 && found->bytes.size() > room) {
    readable_ += room;
    return;
  }
  readable_ += ReadableIn(*found, room, end);
  if (auto told = TellAborted(place, found->next_offset); !told.ok()) {
    answered.error_code = CodeOf(told);
    has_news_ = true;
    return;
  }
  answered.records = found->bytes;
  size_ += found->bytes.size();
  place.found = *std::move(found);
}

// Who shows committed records alone leaves out what a producer wrote from the first offset of an
// aborted transaction to its marker.
absl::Status FetchRead::TellAborted(Place& place, std::int64_t next_offset) const {
  if (request_.isolation_level == 0) return absl::OkStatus();
  const auto aborted = place.log->AbortedTransactions(place.asked->fetch_offset, next_offset);
  if (!aborted.ok()) return aborted.status();
  auto& answered = place.answered.aborted_transactions.emplace();
  for (const auto& transaction : *aborted) {
    answered.push_back({transaction.producer_id, transaction.first_offset});
  }
  return absl::OkStatus();
}

bool FetchRead::MayBeDue() const {
  std::uint64_t more = 0;
  for (const Place& place : places_) {
    if (place.log == nullptr) continue;
    if (place.log->is_closed()) return true;  // which reading tells
    const std::uint64_t bytes = place.log->size_bytes();
    if (place.log->high_watermark() == place.seen_end) continue;
    // A deletion makes the log smaller: then only reading tells.
    if (bytes <= place.seen_bytes) return true;
    more += bytes - place.seen_bytes;
  }
  return more > 0 && readable_ + more >= wanted_;
}

std::vector<std::shared_ptr<void>> FetchRead::Observe(const std::function<void()>& observer) const {
  std::vector<std::shared_ptr<void>> tokens;
  tokens.reserve(places_.size());
  for (const Place& place : places_) {
    if (place.log != nullptr) tokens.push_back(place.log->Observe(observer));
  }
  return tokens;
}

absl::Status FetchRead::Finish(Answer& answer) && {
  wire::FetchResponse response;
  response.throttle_time_ms = static_cast<std::int32_t>(answer.throttle.count());
  if (session_ != nullptr) response.session_id = session_->id();
  for (Place& place : places_) {
    if (place.remembered == nullptr) {
      Tell(place, response, answer);
    } else if (!tells_changes_only_ || IsNewsTo(*place.remembered, place)) {
      // Behind an error it is told again, as Kafka does.
      const bool is_sound = place.answered.error_code == ErrorCode::kNone;
      place.remembered->told_high_watermark = is_sound ? place.answered.high_watermark : -1;
      place.remembered->told_log_start_offset = place.answered.log_start_offset;
      if (!place.answered.records->empty()) session_->SetLastGiven(KeyOf(place));
      Tell(place, response, answer);
    }
  }
  return EncodeAnswer(response, call_, answer);
}

bool FetchRead::IsNewsTo(const FetchSession::Partition& told, const Place& place) {
  return place.answered.error_code != ErrorCode::kNone || !place.answered.records->empty() ||
         place.answered.high_watermark != told.told_high_watermark ||
         place.answered.log_start_offset != told.told_log_start_offset;
}

void FetchRead::Tell(Place& place, wire::FetchResponse& response, Answer& answer) const {
  if (IsFailure(place.answered.error_code)) CountFailed(place);
  const bool goes_on = !response.responses.empty() &&
                       response.responses.back().topic == *place.topic &&
                       response.responses.back().topic_id == *place.topic_id;
  if (!goes_on) response.responses.push_back({*place.topic, *place.topic_id, {}});
  if (!place.found.bytes.empty()) {
    if (call_.node.is_in_memory) answer.logs.push_back(place.log);
    answer.batches.push_back(std::move(place.found));
  }
  response.responses.back().partitions.push_back(std::move(place.answered));
}

}  // namespace rill::net
