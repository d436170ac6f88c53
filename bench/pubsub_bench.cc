#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "bench_log.h"
#include "latency.h"

// Thread to thread through a topic, one record at a time, while the engine's maintenance thread
// runs. The receiver looks all the time (spin), or sleeps until there is something (block).
namespace rill::bench {
namespace {

std::int64_t NumberOf(const Records& records) {
  std::int64_t number = 0;
  std::memcpy(&number, records.begin()->value().data(), sizeof number);
  return number;
}

// Partition::Append and Partition::Read of one record of kValueBytes.
class PartitionChannel {
 public:
  PartitionChannel(BenchLog& log, Wake wake)
      : partition_(log.partition()), wake_(wake), value_(kValueBytes, 'v') {}

  void Publish(std::int64_t number) {
    std::memcpy(value_.data(), &number, sizeof number);
    const RecordData record = {.value = value_};
    Require(partition_.Append({&record, 1}).status());
  }

  std::int64_t Receive() {
    for (;;) {
      if (wake_ == Wake::kBlock) Require(partition_.WaitFor(offset_, absl::InfiniteDuration()));
      const Records records = Require(partition_.Read(offset_));
      if (records.empty()) continue;
      offset_ = records.ranges().front().next_offset;
      return NumberOf(records);
    }
  }

 private:
  Partition partition_;
  const Wake wake_;
  std::string value_;
  alignas(64) std::int64_t offset_ = 0;  // the receiver's
};

// Producer::Send, without linger, and Consumer::Poll.
class ClientChannel {
 public:
  ClientChannel(BenchLog& log, Wake wake)
      : topic_(log.topic()),
        producer_(Require(log.engine().NewProducer())),
        value_(kValueBytes, 'v'),
        consumer_(Require(log.engine().NewConsumer({.reset = kEarliest}))),
        timeout_(wake == Wake::kBlock ? absl::InfiniteDuration() : absl::ZeroDuration()) {
    Require(consumer_.Assign({TopicPartition{log.topic().name(), 0}}));
  }

  void Publish(std::int64_t number) {
    std::memcpy(value_.data(), &number, sizeof number);
    Require(producer_.Send(topic_, {.value = value_}).Wait().status());
  }

  std::int64_t Receive() {
    for (;;) {
      const Records records = Require(consumer_.Poll(timeout_));
      if (!records.empty()) return NumberOf(records);
    }
  }

 private:
  Topic topic_;
  Producer producer_;
  std::string value_;
  alignas(64) Consumer consumer_;  // the receiver's
  const absl::Duration timeout_;
};

// The engines' maintenance threads run as they will: they were started before anything is pinned.
template <typename Channel>
void PubSub(benchmark::State& state, Place place, Wake wake) {
  BenchLog there_log(place);
  BenchLog back_log(place);
  Channel there(there_log, wake);
  Channel back(back_log, wake);
  HandOver(state, there, back, wake);
}

template <typename Channel>
void Register(const std::string& by, Place place, Wake wake) {
  const std::string where = place == Place::kMem ? "/mem" : "/file";
  const std::string how = wake == Wake::kSpin ? "spin" : "block";
  benchmark::RegisterBenchmark(("pubsub/" + how + by + where).c_str(), PubSub<Channel>, place, wake)
      ->Iterations(wake == Wake::kSpin ? kSpinHandOvers : kBlockHandOvers)
      ->UseRealTime();
}

}  // namespace

void RegisterPubSub() {
  for (const Place place : {Place::kMem, Place::kFile}) {
    for (const Wake wake : {Wake::kSpin, Wake::kBlock}) {
      Register<PartitionChannel>("", place, wake);
      Register<ClientChannel>("_client", place, wake);
    }
  }
}

}  // namespace rill::bench
