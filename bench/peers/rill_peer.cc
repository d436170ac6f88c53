#include "hand_over.h"
#include "peer.h"
#include "rill/version.h"

namespace rill::bench {
namespace {

// kAlone: each record is in the log, where readers find it, when Send returns. kInBatches: it waits
// for others to share its batch.
enum class Sending { kAlone, kInBatches };

// A topic of one partition, written by a Producer and read by a Consumer.
template <Place place, Sending sending>
class Channel {
 public:
  class Writer {
   public:
    explicit Writer(Channel& channel)
        : topic_(channel.log_.topic()),
          producer_(Require(channel.log_.engine().NewProducer(
              {.linger =
                   sending == Sending::kAlone ? absl::ZeroDuration() : absl::Milliseconds(5)}))) {}
    void Put(std::string_view record) { producer_.Send(topic_, {.value = record}); }
    void Flush() { Require(producer_.Flush()); }

   private:
    const Topic& topic_;
    Producer producer_;
  };

  class Reader {
   public:
    explicit Reader(Channel& channel) : consumer_(Require(channel.log_.engine().NewConsumer())) {
      const TopicPartition partition{channel.log_.topic().name(), 0};
      Require(consumer_.Assign({partition}));
      Require(consumer_.SeekToBeginning());
    }
    template <typename Each>
    void Take(Each each) {
      const Records records = Require(consumer_.Poll(absl::Seconds(1)));
      for (const auto& record : records) each(record.value().data());
    }

   private:
    Consumer consumer_;
  };

 private:
  BenchLog log_{place};
};

using FileAlone = Channel<Place::kFile, Sending::kAlone>;
using FileInBatches = Channel<Place::kFile, Sending::kInBatches>;
using MemAlone = Channel<Place::kMem, Sending::kAlone>;
using MemInBatches = Channel<Place::kMem, Sending::kInBatches>;

}  // namespace

void AddRillPeers(std::vector<Peer>& peers) {
  const std::string alone = "Send, linger 0: one record a batch, in the log when it returns";
  const std::string in_batches = "Send, linger 5 ms: batches of 16 KiB";
  peers.push_back({"rill, file, Send", RILL_VERSION, alone, RunBoth<FileAlone>});
  peers.push_back(
      {"rill, file, Send in batches", RILL_VERSION, in_batches, RunFast<FileInBatches>});
  peers.push_back({"rill, mem:, Send", RILL_VERSION, alone, RunBoth<MemAlone>});
  peers.push_back({"rill, mem:, Send in batches", RILL_VERSION, in_batches, RunFast<MemInBatches>});
}

}  // namespace rill::bench
