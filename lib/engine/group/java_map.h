#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/group/java_string.h"
#include "rill/records.h"

namespace rill::engine {

// Java's hashCode of what Kafka keeps in hash maps.
struct JavaHash {
  std::int32_t operator()(std::string_view text) const { return JavaStringHash(text); }
  std::int32_t operator()(const TopicPartition& tp) const {
    const std::uint32_t hash = 31u * (31u + static_cast<std::uint32_t>(tp.partition)) +
                               static_cast<std::uint32_t>(JavaStringHash(tp.topic));
    return static_cast<std::int32_t>(hash);
  }
};

// A hash map that is walked in the order in which Java's HashMap walks the same keys, inserted in
// the same order. Kafka's assignors and coordinator let that order decide between equals, so theirs
// and our answers agree only if we walk alike.
//
// Left out: Java turns a bucket of a table of 64 or more into a tree when it holds nine keys, and
// may then walk that bucket differently. At Java's load factor that takes keys made for it.
//
// Pointers and references into it last until the next insertion or erasure.
template <typename Key, typename Value>
class JavaMap {
 public:
  struct Entry {
    Key key;
    Value value;
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  template <typename K>
  Value* Find(const K& key) {
    if (size_ == 0) return nullptr;
    for (Entry& entry : buckets_[BucketOf(key)]) {
      if (entry.key == key) return &entry.value;
    }
    return nullptr;
  }
  template <typename K>
  const Value* Find(const K& key) const {
    return const_cast<JavaMap*>(this)->Find(key);
  }

  // The value of `key`, a new one when there was none.
  Value& operator[](const Key& key) {
    if (Value* found = Find(key)) return *found;
    if (buckets_.empty()) buckets_.resize(kInitialCapacity);
    // Java rather doubles a small table than build a tree in it.
    if (buckets_[BucketOf(key)].size() >= kTreeifyThreshold && buckets_.size() < kMinTreeCapacity) {
      return InsertThenGrow(key);
    }
    if (size_ + 1 > buckets_.size() / 4 * 3) return InsertThenGrow(key);
    return Insert(key);
  }

  // The same by Java's computeIfAbsent, which puts a new key first in its bucket, not last, and
  // looks at the size of the table before.
  Value& ComputeIfAbsent(const Key& key) {
    if (Value* found = Find(key)) return *found;
    if (buckets_.empty()) buckets_.resize(kInitialCapacity);
    if (size_ > buckets_.size() / 4 * 3) Grow();
    auto& bucket = buckets_[BucketOf(key)];
    const bool crowded = bucket.size() + 1 >= kTreeifyThreshold;
    bucket.insert(bucket.begin(), Entry{key, Value()});
    ++size_;
    if (crowded && buckets_.size() < kMinTreeCapacity) Grow();
    return *Find(key);
  }

  template <typename K>
  bool Erase(const K& key) {
    if (size_ == 0) return false;
    auto& bucket = buckets_[BucketOf(key)];
    for (auto it = bucket.begin(); it != bucket.end(); ++it) {
      if (!(it->key == key)) continue;
      bucket.erase(it);
      --size_;
      return true;
    }
    return false;
  }

  template <typename MapType, typename EntryType>
  class Iterator {
   public:
    Iterator(MapType* map, std::size_t bucket) : map_(map), bucket_(bucket) { SkipEmpty(); }
    EntryType& operator*() const { return map_->buckets_[bucket_][index_]; }
    EntryType* operator->() const { return &**this; }
    Iterator& operator++() {
      ++index_;
      SkipEmpty();
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    void SkipEmpty() {
      while (bucket_ < map_->buckets_.size() && index_ >= map_->buckets_[bucket_].size()) {
        ++bucket_;
        index_ = 0;
      }
    }
    MapType* map_;
    std::size_t bucket_;
    std::size_t index_ = 0;
  };

  auto begin() { return Iterator<JavaMap, Entry>(this, 0); }
  auto end() { return Iterator<JavaMap, Entry>(this, buckets_.size()); }
  auto begin() const { return Iterator<const JavaMap, const Entry>(this, 0); }
  auto end() const { return Iterator<const JavaMap, const Entry>(this, buckets_.size()); }

 private:
  static constexpr std::size_t kInitialCapacity = 16;
  static constexpr std::size_t kTreeifyThreshold = 8;
  static constexpr std::size_t kMinTreeCapacity = 64;

  template <typename K>
  std::size_t BucketOf(const K& key) const {
    const auto hash = static_cast<std::uint32_t>(JavaHash()(key));
    return (hash ^ (hash >> 16)) & (buckets_.size() - 1);
  }

  Value& Insert(const Key& key) {
    ++size_;
    return buckets_[BucketOf(key)].emplace_back(Entry{key, Value()}).value;
  }

  Value& InsertThenGrow(const Key& key) {
    Insert(key);
    Grow();
    return *Find(key);
  }

  void Grow() {
    std::vector<std::vector<Entry>> old(buckets_.size() * 2);
    old.swap(buckets_);
    for (auto& bucket : old) {
      for (Entry& entry : bucket) buckets_[BucketOf(entry.key)].push_back(std::move(entry));
    }
  }

  std::vector<std::vector<Entry>> buckets_;
  std::size_t size_ = 0;
};

}  // namespace rill::engine
