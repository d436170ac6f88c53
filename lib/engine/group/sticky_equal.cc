#include <algorithm>
#include <deque>
#include <utility>

#include "engine/group/sticky_assignor.h"

namespace rill::engine {
namespace {

using Partitions = std::vector<std::vector<int>>;  // by member

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

// Members get `least` partitions each, and as many as are left over one more: `spare` of them. They
// keep what they had up to that, and the rest goes round among those that have too few.
class EqualMembers {
 public:
  EqualMembers(const AssignorModel& model, const Ownership& ownership,
               absl::flat_hash_map<int, int>* moving)
      : model_(model),
        ownership_(ownership),
        moving_(*moving),
        least_(Index(model.partitions()) / Index(model.members())),
        spare_(Index(model.partitions()) % Index(model.members())),
        most_(least_ + (spare_ > 0 ? 1 : 0)),
        assigned_(Index(model.members())),
        taken_from_(Index(model.partitions()), -1) {}

  Partitions Build() {
    for (const int member : model_.member_order()) Keep(member, Believed(member));
    const auto by_id = [&](int a, int b) { return model_.RankOf(a) < model_.RankOf(b); };
    std::sort(below_least_.begin(), below_least_.end(), by_id);
    std::sort(at_least_.begin(), at_least_.end(), by_id);
    DealOut(Unassigned());
    return std::move(assigned_);
  }

 private:
  // What the member keeps if it may, the likeliest first.
  std::vector<int> Believed(int member) const {
    std::vector<int> owned = ownership_.owned[Index(member)];
    std::erase_if(owned, [&](int partition) { return ownership_.disputed[Index(partition)]; });
    std::sort(owned.begin(), owned.end(), [&](int a, int b) {
      const std::int32_t number_a = model_.NumberInTopic(a);
      const std::int32_t number_b = model_.NumberInTopic(b);
      if (number_a != number_b) return number_a < number_b;
      return model_.RankOfTopic(model_.TopicOf(a)) < model_.RankOfTopic(model_.TopicOf(b));
    });
    return owned;
  }

  void Keep(int member, const std::vector<int>& owned) {
    std::size_t kept = owned.size();
    if (owned.size() < least_) {
      below_least_.push_back(member);
    } else if (owned.size() >= most_ && with_spare_ < spare_) {
      kept = most_;
      if (++with_spare_ == spare_) at_least_.clear();
    } else {
      kept = least_;
      if (with_spare_ < spare_) at_least_.push_back(member);
    }
    assigned_[Index(member)].assign(owned.begin(), owned.begin() + static_cast<long>(kept));
    for (std::size_t i = kept; i < owned.size(); ++i) taken_from_[Index(owned[i])] = member;
  }

  std::vector<int> Unassigned() const {
    std::vector<bool> taken(Index(model_.partitions()));
    for (const auto& partitions : assigned_) {
      for (const int partition : partitions) taken[Index(partition)] = true;
    }
    std::vector<int> unassigned;
    for (const int topic : model_.sorted_topics()) {
      const AssignorModel::Topic& t = model_.topics()[Index(topic)];
      for (int partition = t.first; partition < t.first + t.partitions; ++partition) {
        if (!taken[Index(partition)]) unassigned.push_back(partition);
      }
    }
    return unassigned;
  }

  // First everybody up to `least`, in turn; then the spare ones.
  void DealOut(const std::vector<int>& unassigned) {
    std::size_t turn = 0;
    for (const int partition : unassigned) {
      int member;
      if (below_least_.empty()) {
        if (at_least_.empty()) return;  // cannot be: the counts above add up to all partitions
        member = at_least_.front();
        at_least_.pop_front();
      } else {
        if (turn >= below_least_.size()) turn = 0;
        member = below_least_[turn++];
      }
      Give(partition, member);
      if (assigned_[Index(member)].size() != least_) continue;
      below_least_.erase(below_least_.begin() + static_cast<long>(--turn));
      at_least_.push_back(member);
    }
  }

  void Give(int partition, int member) {
    assigned_[Index(member)].push_back(partition);
    const int from = taken_from_[Index(partition)];
    if ((from != -1 && from != member) || ownership_.disputed[Index(partition)]) {
      moving_[partition] = member;
    }
  }

  const AssignorModel& model_;
  const Ownership& ownership_;
  absl::flat_hash_map<int, int>& moving_;
  const std::size_t least_;
  const std::size_t spare_;
  const std::size_t most_;
  std::size_t with_spare_ = 0;  // members that keep one more than `least_`
  Partitions assigned_;
  std::vector<int> taken_from_;  // by partition: who has to give it up; -1: nobody
  std::vector<int> below_least_;
  std::deque<int> at_least_;  // and may get one more
};

}  // namespace

Partitions AssignToEqualMembers(const AssignorModel& model, const Ownership& ownership,
                                absl::flat_hash_map<int, int>* moving) {
  return EqualMembers(model, ownership, moving).Build();
}

}  // namespace rill::engine
