// What GroupService does with offsets that nobody has wanted for long (offsets.retention.minutes).
#include <optional>
#include <utility>

#include "base/clock_reader.h"
#include "engine/group_service.h"
#include "fmt/format.h"

namespace rill::engine {

bool GroupService::ExpiryIsDue(absl::Time* next) {
  absl::MutexLock lock(&mutex_);
  *next = absl::InfiniteFuture();
  if (parts_.records == nullptr) return false;
  const absl::Time now = Now();
  const bool is_first = next_expiry_ == absl::InfiniteFuture();
  const bool is_due = !is_first && now >= next_expiry_;
  if (is_first || is_due) next_expiry_ = now + parts_.offsets_retention_check_interval;
  *next = next_expiry_;
  return is_due;
}

// A group is asked, and gives up what it says, while none of its commits can come in between. What
// cannot be written down stays for the next time.
void GroupService::ExpireOffsets() {
  for (const ListedGroup& listed : ListAll()) {
    const std::string& group = listed.group_id;
    Answers answers;
    const auto expired = parts_.records->ExpireOffsets(
        group, [&](const TimesOfOffsets& times) { return Expired(group, times); },
        [&] {
          absl::MutexLock lock(&mutex_);
          ForgetLocked(group, answers);  // refused where it has members
        });
    Finish(answers, absl::InfiniteFuture());
    if (!expired.ok() && parts_.warn) {
      parts_.warn(fmt::format("group {}: its offsets that have expired are kept: {}", group,
                              expired.status().ToString()));
    } else if (expired.ok() && *expired > 0 && parts_.inform) {
      parts_.inform(
          fmt::format("group {}: {} offsets have expired, and are forgotten", group, *expired));
    }
  }
}

// What those read who may be back once clients can connect.
void GroupService::AddAbsent(const std::string& group, SubscribedTopics& topics) const {
  const auto absent = absent_consumers_.find(group);
  if (absent == absent_consumers_.end()) return;
  for (const auto& [id, member] : absent->second.members) {
    if (member.details.has_value()) topics.Add(member.details->topics);
  }
  for (const auto& [regex, matching] : absent->second.regexes) topics.Add(matching);
}

// By the clock itself: a leap of it that was taken back must not count.
std::set<TopicPartition> GroupService::Expired(const std::string& group,
                                               const TimesOfOffsets& times) {
  const std::int64_t now_ms = absl::ToUnixMillis(base::Finite(parts_.clock->Now()));
  const std::int64_t retention_ms = absl::ToInt64Milliseconds(parts_.offsets_retention);
  std::set<TopicPartition> expired;
  absl::MutexLock lock(&mutex_);
  const auto expiry = consumers_.Has(group) ? OffsetExpiry() : groups_.ExpiryOfOffsets(group);
  if (!expiry) return expired;
  std::optional<SubscribedTopics> topics;  // most groups have nothing that is so old
  for (const auto& [partition, at] : times) {
    if (!expiry->HasExpired(at, now_ms, retention_ms)) continue;
    if (!topics.has_value()) {
      topics = Subscribed(group);
      AddAbsent(group, *topics);
    }
    if (!topics->MayHave(partition.topic)) expired.insert(partition);
  }
  return expired;
}

}  // namespace rill::engine
