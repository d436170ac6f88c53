#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// What all peers do, rill among them: records of kRecordBytes go in at one end, in one thread, and
// come out at the other end in another thread, in order and complete. (bench/peers/java does the
// same for those that need a JVM.)
namespace rill::bench {

inline constexpr std::size_t kRecordBytes = 100;
// Databases write as many records in a transaction as a batch of rill's default 16 KiB holds.
inline constexpr int kTransactionRecords = 140;

// What a record begins with: its number, and when it was due to be sent (ns of the steady clock).
struct Stamp {
  std::int64_t number;
  std::int64_t due_ns;
};

struct Message {
  Stamp stamp;
  char filler[kRecordBytes - sizeof(Stamp)];

  std::string_view bytes() const { return {reinterpret_cast<const char*>(this), kRecordBytes}; }
};
static_assert(offsetof(Message, filler) == sizeof(Stamp) && sizeof(Message) >= kRecordBytes);

inline Stamp StampOf(const char* record) {
  Stamp stamp;
  std::memcpy(&stamp, record, sizeof stamp);
  return stamp;
}

struct Work {
  std::int64_t records;        // how many go through as fast as they can
  std::int64_t paced_records;  // how many go through at a pace of one each kPaceNs
};
inline constexpr std::int64_t kPaceNs = 10'000;

struct Result {
  double records_per_second = 0;
  std::vector<std::int64_t> latencies_ns;  // empty where a peer hands over in transactions
};

// A peer by the name that the table shows, what it is, and what runs it once.
struct Peer {
  std::string name;
  std::string version;
  std::string settings;
  Result (*run)(const Work& work);
};

void AddRillPeers(std::vector<Peer>& peers);
void AddQueuePeers(std::vector<Peer>& peers);
void AddSqlitePeers(std::vector<Peer>& peers);
void AddLmdbPeers(std::vector<Peer>& peers);
void AddRocksdbPeers(std::vector<Peer>& peers);

}  // namespace rill::bench
