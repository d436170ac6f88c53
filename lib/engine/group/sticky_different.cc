#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/group/partition_moves.h"
#include "engine/group/sticky_assignor.h"

namespace rill::engine {
namespace {

using Partitions = std::vector<std::vector<int>>;  // by member

// Kafka has no limit. Its moves make the assignment more even and so come to an end, but for moves
// of one partition in place of another there is no proof of it.
constexpr int kMaxPasses = 1000;

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

// Members keep what they had and still want; the rest goes, scarce topics first, to whoever has
// least; then partitions move from members that have more to members that have less.
class DifferentMembers {
 public:
  DifferentMembers(const AssignorModel& model, const Ownership& ownership, bool careful)
      : model_(model),
        careful_(careful),
        assigned_(ownership.owned),
        owner_(Index(model.partitions()), -1),
        former_(Index(model.partitions()), Ownership::Former{-1, -1}),
        takers_(model.topics().size()),
        held_(model.topics().size()),
        fixed_(Index(model.members())),
        moves_(model) {
    for (const int member : model_.member_order()) {
      for (const int topic : model_.TopicsOf(member)) takers_[Index(topic)].push_back(member);
      for (const int partition : assigned_[Index(member)]) SetOwner(partition, member);
    }
    FindFormerOwners(ownership);
  }

  // Whether a partition went to a former owner that does not subscribe to it.
  bool strayed() const { return strayed_; }

  Partitions Build() {
    std::vector<int> all = ScarceTopicsFirst();
    std::vector<int> unassigned = KeepWanted(all);
    for (const int member : model_.member_order()) by_size_.insert(KeyOf(member));
    const bool from_nothing = assigned_[Index(by_size_.rbegin()->member)].empty();
    for (const int partition : unassigned) GiveToLeast(partition);

    const auto unmovable = [&](int partition) { return TakersOf(partition).size() < 2; };
    std::erase_if(all, unmovable);
    std::erase_if(unassigned, unmovable);
    SetFixedAside();
    const Partitions before = assigned_;
    if (!revoked_) Even(unassigned);
    const bool moved = Even(all);
    if (!from_nothing && moved && Unevenness(assigned_) >= Unevenness(before)) return before;
    return std::move(assigned_);
  }

 private:
  // Members by how much they have; among equals by id, as Java sorts it.
  struct SizeKey {
    std::size_t size;
    int rank;
    int member;
    bool operator<(const SizeKey& other) const {
      return std::pair(size, rank) < std::pair(other.size, other.rank);
    }
  };

  SizeKey KeyOf(int member) const { return {SizeOf(member), model_.RankOf(member), member}; }
  std::size_t SizeOf(int member) const { return assigned_[Index(member)].size(); }
  const std::vector<int>& TakersOf(int partition) const {
    return takers_[Index(model_.TopicOf(partition))];
  }

  // Who had a partition in an earlier generation than the newest: it may get it back.
  void FindFormerOwners(const Ownership& ownership) {
    for (const int member : model_.member_order()) {
      const Ownership::Claim& claim = ownership.claims[Index(member)];
      const std::int32_t generation = claim.generation.value_or(-1);
      if (generation >= ownership.newest_generation) continue;
      for (const int partition : claim.partitions) {
        Ownership::Former& former = former_[Index(partition)];
        if (former.member == -1 || generation > former.generation) former = {member, generation};
      }
    }
  }

  std::vector<int> ScarceTopicsFirst() const {
    std::vector<int> topics = model_.sorted_topics();
    std::stable_sort(topics.begin(), topics.end(), [&](int a, int b) {
      return takers_[Index(a)].size() < takers_[Index(b)].size();
    });
    std::vector<int> all;
    for (const int topic : topics) {
      const AssignorModel::Topic& t = model_.topics()[Index(topic)];
      for (int i = 0; i < t.partitions; ++i) all.push_back(t.first + i);
    }
    return all;
  }

  // Takes from members what they do not subscribe to any more. Returns what nobody has.
  std::vector<int> KeepWanted(const std::vector<int>& all) {
    std::vector<bool> taken(Index(model_.partitions()));
    for (const int member : model_.member_order()) {
      revoked_ |= std::erase_if(assigned_[Index(member)], [&](int partition) {
                    return !model_.Subscribes(member, model_.TopicOf(partition));
                  }) > 0;
      for (const int partition : assigned_[Index(member)]) taken[Index(partition)] = true;
    }
    std::vector<int> unassigned;
    for (const int partition : all) {
      if (!taken[Index(partition)]) unassigned.push_back(partition);
    }
    return unassigned;
  }

  void GiveToLeast(int partition) {
    const int member = LeastTaker(partition);
    by_size_.erase(KeyOf(member));
    assigned_[Index(member)].push_back(partition);
    SetOwner(partition, member);
    by_size_.insert(KeyOf(member));
  }

  void SetOwner(int partition, int member) {
    auto& held = held_[Index(model_.TopicOf(partition))];
    int& owner = owner_[Index(partition)];
    if (owner != -1 && --held[owner] == 0) held.erase(owner);
    owner = member;
    ++held[member];
  }

  int LeastTaker(int partition) const {
    const int topic = model_.TopicOf(partition);
    for (const SizeKey& key : by_size_) {
      if (model_.Subscribes(key.member, topic)) return key.member;
    }
    return owner_[Index(partition)];
  }

  std::size_t MostFor(int member) const {
    const std::vector<int>& topics = model_.TopicsOf(member);
    if (topics.size() == model_.topics().size()) return Index(model_.partitions());
    std::size_t most = 0;
    for (const int topic : topics) most += Index(model_.topics()[Index(topic)].partitions);
    return most;
  }

  // Members that have all they can get, and nothing that others could take, are done.
  void SetFixedAside() {
    for (const int member : model_.member_order()) {
      const std::vector<int>& has = assigned_[Index(member)];
      const bool movable = std::any_of(
          has.begin(), has.end(), [&](int partition) { return TakersOf(partition).size() >= 2; });
      if (movable || has.size() < MostFor(member)) continue;
      fixed_[Index(member)] = true;
      by_size_.erase(KeyOf(member));
    }
  }

  bool Balanced() const {
    if (by_size_.empty()) return true;
    if (by_size_.begin()->size + 1 >= by_size_.rbegin()->size) return true;
    for (const SizeKey& key : by_size_) {
      if (key.size != MostFor(key.member) && CouldGetFromLarger(key.member, key.size)) return false;
    }
    return true;
  }

  bool CouldGetFromLarger(int member, std::size_t size) const {
    for (const int topic : model_.TopicsOf(member)) {
      for (const auto& [owner, count] : held_[Index(topic)]) {
        if (size + 1 < SizeOf(owner)) return true;
      }
    }
    return false;
  }

  // Moves partitions until nothing gets more even by it. Whether it moved any.
  bool Even(const std::vector<int>& movable) {
    bool moved = false;
    bool moved_in_pass = true;
    for (int pass = 0; moved_in_pass && pass < kMaxPasses; ++pass) {
      moved_in_pass = false;
      for (const int partition : movable) {
        if (Balanced()) break;
        const int to = BetterOwner(partition);
        if (to == -1) continue;
        strayed_ |= !model_.Subscribes(to, model_.TopicOf(partition));
        Move(moves_.Best(partition, owner_[Index(partition)], to), to);
        moved_in_pass = moved = true;
      }
    }
    return moved;
  }

  // Who should have the partition in place of its owner; -1 when nobody.
  int BetterOwner(int partition) const {
    const std::size_t size = SizeOf(owner_[Index(partition)]);
    const int former = former_[Index(partition)].member;
    if (former != -1 && !fixed_[Index(former)] && size > SizeOf(former) + 1 &&
        (!careful_ || model_.Subscribes(former, model_.TopicOf(partition)))) {
      return former;
    }
    const std::vector<int>& takers = TakersOf(partition);
    const bool some_smaller = std::any_of(takers.begin(), takers.end(),
                                          [&](int member) { return size > SizeOf(member) + 1; });
    return some_smaller ? LeastTaker(partition) : -1;
  }

  void Move(int partition, int to) {
    const int from = owner_[Index(partition)];
    by_size_.erase(KeyOf(from));
    by_size_.erase(KeyOf(to));
    moves_.Add(partition, from, to);
    std::vector<int>& had = assigned_[Index(from)];
    had.erase(std::find(had.begin(), had.end(), partition));
    assigned_[Index(to)].push_back(partition);
    SetOwner(partition, to);
    by_size_.insert(KeyOf(to));
    by_size_.insert(KeyOf(from));
  }

  // The sum of differences between all pairs of members that are not fixed.
  std::int64_t Unevenness(const Partitions& partitions) const {
    std::vector<std::int64_t> sizes;
    for (const int member : model_.member_order()) {
      if (fixed_[Index(member)]) continue;
      sizes.push_back(static_cast<std::int64_t>(partitions[Index(member)].size()));
    }
    std::sort(sizes.begin(), sizes.end());
    std::int64_t sum = 0;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sum += sizes[i] * static_cast<std::int64_t>(i) - before;
      before += sizes[i];
    }
    return sum;
  }

  const AssignorModel& model_;
  const bool careful_;
  Partitions assigned_;
  std::vector<int> owner_;                           // by partition
  std::vector<Ownership::Former> former_;            // by partition
  Partitions takers_;                                // by topic: members that subscribe
  std::vector<absl::flat_hash_map<int, int>> held_;  // by topic: its partitions, by owner
  std::vector<bool> fixed_;                          // by member
  std::set<SizeKey> by_size_;                        // those that are not fixed
  PartitionMoves moves_;
  bool revoked_ = false;
  bool strayed_ = false;
};

}  // namespace

Partitions AssignToDifferentMembers(const AssignorModel& model, const Ownership& ownership,
                                    bool careful, bool* strayed) {
  DifferentMembers members(model, ownership, careful);
  Partitions assigned = members.Build();
  *strayed = members.strayed();
  return assigned;
}

}  // namespace rill::engine
