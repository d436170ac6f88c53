#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "rill/export.h"
#include "rill/record.h"
#include "rill/record_batch.h"

namespace rill {

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TopicPartition& tp) {
    return H::combine(std::move(h), tp.topic, tp.partition);
  }
};

// A list whose first element needs no memory of the heap: most Records are of one partition and one
// segment. Not thread-safe, but for reading.
template <typename T>
class ShortList {
 public:
  ShortList() = default;
  ShortList(ShortList&& other) noexcept
      : size_(std::exchange(other.size_, 0)),
        first_(std::move(other.first_)),
        all_(std::move(other.all_)) {}
  ShortList& operator=(ShortList&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    first_ = std::move(other.first_);
    all_ = std::move(other.all_);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return size_ <= 1 ? &first_ : all_.data(); }
  const T* begin() const { return size_ <= 1 ? &first_ : all_.data(); }
  T* end() { return begin() + size_; }
  const T* end() const { return begin() + size_; }
  // The element must be there; `at` throws std::out_of_range where it is not.
  const T& operator[](std::size_t at) const { return begin()[at]; }
  const T& front() const { return *begin(); }
  const T& back() const { return begin()[size_ - 1]; }
  const T& at(std::size_t i) const {
    if (i >= size_) throw std::out_of_range("rill::ShortList::at");
    return begin()[i];
  }

  void push_back(T element) {
    if (size_ == 0) {
      first_ = std::move(element);
    } else {
      if (size_ == 1) {
        all_.clear();
        all_.push_back(std::move(first_));
      }
      all_.push_back(std::move(element));
    }
    ++size_;
  }

 private:
  std::size_t size_ = 0;
  T first_;             // where there is one alone
  std::vector<T> all_;  // where there are more
};

// A record that was read, and where it stood. A view into the Records that gave it.
class Record : public RecordView {
 public:
  const std::string& topic() const { return where_->topic; }
  std::int32_t partition() const { return where_->partition; }

 private:
  friend class Records;
  const TopicPartition* where_ = nullptr;
};

// Records read from one or several partitions: per partition in order of offset, ready to walk.
//
//   for (const rill::Record& record : records) ...
//
// Move-only owner. It pins the memory that its records show (the mapping of a segment, or a buffer
// with decompressed records), so they stay readable whatever retention deletes and after the engine
// is closed, for as long as the Records lives. It may be handed to another thread; walking it from
// several threads at once is safe. What it pins counts against Options::max_buffer_bytes where it
// is a buffer; a pinned mapping of a deleted segment keeps its disk space until it is let go.
//
// Control records are not shown. Walking allocates nothing.
class RILL_EXPORT Records {
 public:
  class iterator;

  Records() = default;
  Records(Records&&) noexcept = default;
  Records& operator=(Records&&) noexcept = default;

  inline iterator begin() const;
  std::default_sentinel_t end() const { return {}; }

  // Whether there is nothing to walk. A range may be empty and still move the position: offsets
  // that hold control records or were compacted away.
  bool empty() const;

  // Bytes of the batches shown, as stored.
  std::size_t stored_bytes() const { return stored_bytes_; }

  // What was read of each partition: the first offset looked at, and the one to read next.
  struct Range {
    std::shared_ptr<const TopicPartition> where;  // never null
    std::int64_t first_offset = 0;
    std::int64_t next_offset = 0;

    const TopicPartition& partition() const { return *where; }
  };
  const ShortList<Range>& ranges() const { return ranges_; }

  // Every batch was checked when it was read, so a walk cannot fail, unless the bytes changed under
  // the mapping since (a disk or memory error, another program writing the file). Such a walk ends
  // early and safely, and from then on Check is DataLoss (CORRUPT_MESSAGE). Costs nothing.
  absl::Status Check() const;

  // Moves what `other` holds behind what is held here.
  void Append(Records other);

  // One stretch of a partition's log to walk: for those who build a Records (a log, an
  // application's own storage). Either sound uncompressed batches one behind the other from `begin`
  // to `end`, or, where `header` is set, the decompressed records of the one batch whose header is
  // there.
  struct Run {
    const char* header = nullptr;
    const char* begin = nullptr;
    const char* end = nullptr;
    std::int64_t first_offset = 0;  // records below are not shown
    std::int64_t limit_offset = 0;  // nor those from here on
    std::size_t range = 0;          // index into ranges
    std::shared_ptr<const void> pin;
  };
  // Adds a range with its runs, in order. `stored_bytes` is what they take in the log.
  void AddRange(Range range, ShortList<Run> runs, std::size_t stored_bytes);

 private:
  ShortList<Range> ranges_;
  ShortList<Run> runs_;
  std::size_t stored_bytes_ = 0;
  mutable bool walk_broke_ = false;  // through std::atomic_ref: several threads may walk
};

class RILL_EXPORT Records::iterator {
 public:
  using value_type = Record;
  using difference_type = std::ptrdiff_t;

  iterator() = default;
  const Record& operator*() const { return record_; }
  const Record* operator->() const { return &record_; }
  iterator& operator++() {
    Advance();
    return *this;
  }
  void operator++(int) { Advance(); }
  friend bool operator==(const iterator& it, std::default_sentinel_t) { return it.at_end_; }

 private:
  friend class Records;
  explicit iterator(const Records* records) : records_(records) { Advance(); }

  void Advance() {
    for (;;) {
      while (record_at_ < batch_end_) {
        FetchAhead();
        record_at_ = record_.Parse(record_at_, batch_end_, base_offset_, base_timestamp_ms_);
        if (record_at_ == nullptr) return Break();
        if (log_append_time_) record_.OverrideTimestamp(base_timestamp_ms_);
        if (record_.offset() >= first_offset_) {
          if (record_.offset() < limit_offset_) return;
          batch_at_ = run_end_;  // the rest of this run is past the limit
          break;
        }
      }
      if (!NextBatch()) return;
    }
  }
  // A processor fetches ahead by itself, but not across pages: without this a scan waits for memory
  // half of its time. Not beyond what was read, where the partition's writer may be at work.
  void FetchAhead() const {
    constexpr std::ptrdiff_t kAhead = 4096;
    constexpr std::ptrdiff_t kLine = 64;
    if (run_end_ - record_at_ < kAhead + 2 * kLine) return;
    __builtin_prefetch(record_at_ + kAhead);
    __builtin_prefetch(record_at_ + kAhead + kLine);
  }
  // Moves to the first record of the next batch that shows any. False at the end.
  bool NextBatch();
  void Break();

  const Records* records_ = nullptr;
  Record record_;
  const char* record_at_ = nullptr;
  const char* batch_end_ = nullptr;
  std::int64_t base_offset_ = 0;
  std::int64_t base_timestamp_ms_ = 0;
  std::int64_t first_offset_ = 0;
  std::int64_t limit_offset_ = 0;
  const char* batch_at_ = nullptr;  // the next batch of the run
  const char* run_end_ = nullptr;
  std::size_t next_run_ = 0;
  bool log_append_time_ = false;
  bool at_end_ = false;
};

inline Records::iterator Records::begin() const { return iterator(this); }

}  // namespace rill
