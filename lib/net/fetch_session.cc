#include "net/fetch_session.h"

#include <limits>
#include <utility>

namespace rill::net {
namespace {

std::size_t SizeOf(const FetchSession::Key& key) {
  return sizeof(FetchSession::Partitions::value_type) + key.topic.capacity();
}

}  // namespace

void FetchSession::NextEpoch() {
  epoch_ = epoch_ == std::numeric_limits<std::int32_t>::max() ? 1 : epoch_ + 1;
}

void FetchSession::Update(const wire::FetchRequest& request) {
  for (const auto& topic : request.topics) {
    for (const auto& asked : topic.partitions) {
      const auto [place, is_new] =
          partitions_.try_emplace({topic.topic, topic.topic_id, asked.partition});
      place->second.asked = asked;
      if (is_new) size_bytes_ += SizeOf(place->first);
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (const std::int32_t partition : topic.partitions) {
      Forget({topic.topic, topic.topic_id, partition});
    }
  }
}

void FetchSession::Forget(const Key& key) {
  const auto place = partitions_.find(key);
  if (place == partitions_.end()) return;
  size_bytes_ -= SizeOf(place->first);
  partitions_.erase(place);
}

FetchSession::Partition* FetchSession::Find(const Key& key) {
  const auto place = partitions_.find(key);
  return place == partitions_.end() ? nullptr : &place->second;
}

std::vector<FetchSession::Partitions::value_type*> FetchSession::InTurn() {
  std::vector<Partitions::value_type*> turn;
  turn.reserve(partitions_.size());
  const auto first = partitions_.upper_bound(last_given_);
  for (auto place = first; place != partitions_.end(); ++place) turn.push_back(&*place);
  for (auto place = partitions_.begin(); place != first; ++place) turn.push_back(&*place);
  return turn;
}

}  // namespace rill::net
