#include <concurrentqueue/concurrentqueue.h>

#include <array>

#include "hand_over.h"
#include "peer.h"

namespace rill::bench {
namespace {

// Tokens and bulk calls, as the page README.md of moodycamel::ConcurrentQueue recommends for speed
// ("Tokens", "Bulk operations"). Records go in one by one, as with the others.
class MoodyCamel {
 public:
  using Item = std::array<char, kRecordBytes>;

  class Writer {
   public:
    explicit Writer(MoodyCamel& owner) : queue_(owner.queue_), token_(owner.queue_) {}
    void Put(std::string_view record) {
      Item item;
      std::memcpy(item.data(), record.data(), item.size());
      if (!queue_.enqueue(token_, item)) Require(absl::ResourceExhaustedError("out of memory"));
    }
    void Flush() {}

   private:
    moodycamel::ConcurrentQueue<Item>& queue_;
    moodycamel::ProducerToken token_;
  };

  class Reader {
   public:
    explicit Reader(MoodyCamel& owner) : queue_(owner.queue_), token_(owner.queue_) {}
    template <typename Each>
    void Take(Each each) {
      const std::size_t count = queue_.try_dequeue_bulk(token_, items_.begin(), items_.size());
      for (std::size_t i = 0; i < count; ++i) each(items_[i].data());
    }

   private:
    moodycamel::ConcurrentQueue<Item>& queue_;
    moodycamel::ConsumerToken token_;
    std::array<Item, 256> items_;
  };

 private:
  moodycamel::ConcurrentQueue<Item> queue_;
};

}  // namespace

void AddQueuePeers(std::vector<Peer>& peers) {
  peers.push_back({"bare queue (moodycamel)", "",  // its header names none
                   "tokens, bulk dequeue; keeps nothing", RunBoth<MoodyCamel>});
}

}  // namespace rill::bench
