#include <fmt/format.h>
#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline.h"
#include "runs.h"
#include "usage.h"

namespace rill::bench {
namespace {

constexpr std::size_t kFetchedTopicBytes = std::size_t{1} << 30;

// Requests in the order in which one connection sends them, round and round.
struct Script {
  std::vector<const std::string*> frames;
  std::vector<std::int64_t> records;  // of each
  std::vector<std::int64_t> bytes;    // of records, as stored
};

// What was answered on all connections.
struct Count {
  std::int64_t requests = 0;
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

class Player {
 public:
  Player(const Load& load, const Script& script)
      : pipeline_(AddressOf(load)), script_(script), depth_(static_cast<std::size_t>(load.depth)) {}

  int descriptor() const { return pipeline_.descriptor(); }
  short events() const {
    return static_cast<short>(POLLIN | (pipeline_.wants_to_send() ? POLLOUT : 0));
  }

  template <typename Check>
  void Go(Count& count, Check check) {
    pipeline_.GoOnSending();
    pipeline_.ReceiveHeads([&](std::string_view head, std::size_t size) {
      const std::size_t at = answered_++ % script_.frames.size();
      check(head, size, script_.bytes[at]);
      ++count.requests;
      count.records += script_.records[at];
      count.bytes += script_.bytes[at];
    });
    while (pipeline_.under_way() < depth_) {
      pipeline_.Send(*script_.frames[sent_++ % script_.frames.size()]);
    }
  }

 private:
  Pipeline pipeline_;
  const Script& script_;
  const std::size_t depth_;
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;
};

struct Measured {
  Count count;
  double seconds = 0;
  double broker_cpu = 0;
  double own_cpu = 0;
};

bool IsDone(const Load& load, double seconds, const Count& count) {
  if (load.total_bytes > 0) return static_cast<double>(count.bytes) >= load.total_bytes;
  return seconds >= load.seconds;
}

template <typename Check>
Measured Play(const Load& load, const std::vector<Script>& scripts, Check check) {
  std::vector<std::unique_ptr<Player>> players;
  std::vector<pollfd> polled;
  for (const Script& script : scripts) {
    players.push_back(std::make_unique<Player>(load, script));
    polled.push_back({players.back()->descriptor(), POLLIN, 0});
  }
  Count count;
  Count before;
  double began = 0;
  double broker_cpu = 0;
  double own_cpu = 0;
  for (auto& player : players) player->Go(count, check);
  const double warm = NowSeconds() + load.warm_up;
  for (;;) {
    for (std::size_t i = 0; i < players.size(); ++i) polled[i].events = players[i]->events();
    ::poll(polled.data(), polled.size(), -1);
    for (std::size_t i = 0; i < players.size(); ++i) {
      if (polled[i].revents != 0) players[i]->Go(count, check);
    }
    const double now = NowSeconds();
    if (began == 0 && now >= warm) {
      began = now;
      before = count;
      broker_cpu = CpuSeconds(load.process);
      own_cpu = CpuSeconds(::getpid());
    } else if (began != 0 && IsDone(load, now - began, count)) {
      return {{count.requests - before.requests, count.records - before.records,
               count.bytes - before.bytes},
              now - began,
              CpuSeconds(load.process) - broker_cpu,
              CpuSeconds(::getpid()) - own_cpu};
    }
  }
}

void Print(const char* what, const Load& load, const Measured& measured) {
  const double bytes = static_cast<double>(measured.count.bytes);
  fmt::print(
      "{{\"run\": \"{}\", \"requests_per_second\": {:.0f}, \"records_per_second\": {:.0f}, "
      "\"stored_megabytes_per_second\": {:.1f}, \"user_megabytes_per_second\": {:.1f}, "
      "\"broker_cpu\": {:.3f}, \"load_cpu\": {:.3f}, \"broker_cpu_seconds_per_gigabyte\": "
      "{:.3f}}}\n",
      what, static_cast<double>(measured.count.requests) / measured.seconds,
      static_cast<double>(measured.count.records) / measured.seconds,
      bytes / measured.seconds / 1e6,
      static_cast<double>(measured.count.records) * static_cast<double>(load.record_bytes) /
          measured.seconds / 1e6,
      measured.broker_cpu / measured.seconds, measured.own_cpu / measured.seconds,
      measured.broker_cpu / (bytes / 1e9));
}

// The frames of each partition go to the connection that has it, or to all where there are more
// connections than partitions.
std::vector<Script> Share(const Load& load, const std::vector<Script>& by_partition) {
  std::vector<Script> scripts(static_cast<std::size_t>(load.connections));
  const std::size_t most = std::max(scripts.size(), by_partition.size());
  for (std::size_t i = 0; i < most; ++i) {
    Script& script = scripts[i % scripts.size()];
    const Script& from = by_partition[i % by_partition.size()];
    script.frames.insert(script.frames.end(), from.frames.begin(), from.frames.end());
    script.records.insert(script.records.end(), from.records.begin(), from.records.end());
    script.bytes.insert(script.bytes.end(), from.bytes.begin(), from.bytes.end());
  }
  return scripts;
}

// Each partition takes a first batch, however long its broker needs to lead it.
void AwaitLeaders(const Load& load, const std::vector<std::string>& frames) {
  const auto address = AddressOf(load);
  Pipeline pipeline(address);
  for (const std::string& frame : frames) {
    const double until = NowSeconds() + 30;
    while (!IsProduced(pipeline.Ask(frame)) && NowSeconds() < until) ::usleep(20'000);
  }
}

void Fill(const Load& load, const std::vector<std::string>& frames, std::size_t batch_bytes) {
  constexpr std::size_t kUnderWay = 64;
  Pipeline pipeline(AddressOf(load));
  const std::size_t rounds = kFetchedTopicBytes / (batch_bytes * frames.size());
  for (std::size_t sent = 0; sent < rounds * frames.size() || pipeline.under_way() > 0;) {
    for (; sent < rounds * frames.size() && pipeline.under_way() < kUnderWay; ++sent) {
      pipeline.Send(frames[sent % frames.size()]);
    }
    pipeline.Await();
    pipeline.Receive([](std::string_view answer) { ReadProduced(std::string(answer)); });
  }
}

// The requests that read all of a partition, one behind the other.
Script ReadingOf(const Load& load, int partition, std::vector<std::unique_ptr<std::string>>& kept) {
  Script script;
  Pipeline pipeline(AddressOf(load));
  for (std::int64_t offset = 0;;) {
    kept.push_back(
        std::make_unique<std::string>(FetchFrame(partition, offset, 0, load.fetch_bytes)));
    const std::string answer = pipeline.Ask(*kept.back());
    const auto fetched = ReadFetched(answer);
    std::string_view rest = *fetched.records;
    const std::int64_t begin = offset;
    for (; !rest.empty();) {
      const auto batch = ParseBatch(rest);
      if (!batch.ok()) break;  // the last one is not all there
      offset = batch->next_offset();
      rest.remove_prefix(batch->size());
    }
    if (offset == begin) return script;
    script.frames.push_back(kept.back().get());
    script.records.push_back(offset - begin);
    script.bytes.push_back(static_cast<std::int64_t>(fetched.records->size()));
  }
}

struct Produced {
  std::vector<std::string> frames;  // of each partition
  std::string batch;
  int records = 0;
};

Produced Prepare(const Load& load) {
  Produced produced;
  produced.records = SealBatch(load, produced.batch);
  for (int i = 0; i < load.partitions; ++i) {
    produced.frames.push_back(ProduceFrame(load, i, produced.batch));
  }
  MakeTopic(load);
  AwaitLeaders(load, produced.frames);
  return produced;
}

}  // namespace

void RunProduce(const Load& load) {
  const Produced produced = Prepare(load);
  std::vector<Script> by_partition;
  for (const std::string& frame : produced.frames) {
    by_partition.push_back(
        {{&frame}, {produced.records}, {static_cast<std::int64_t>(produced.batch.size())}});
  }
  const auto scripts = Share(load, by_partition);
  Print("produce", load, Play(load, scripts, [](std::string_view head, std::size_t, std::int64_t) {
          ReadProduced(std::string(head));  // all of it: it is short
        }));
}

void RunFetch(const Load& load) {
  const Produced produced = Prepare(load);
  Fill(load, produced.frames, produced.batch.size());
  std::vector<std::unique_ptr<std::string>> kept;
  std::vector<Script> by_partition;
  for (int i = 0; i < load.partitions; ++i) by_partition.push_back(ReadingOf(load, i, kept));
  const auto scripts = Share(load, by_partition);
  // The bytes of each were read before. They are all there again where an answer is that long.
  Print("fetch", load,
        Play(load, scripts, [](std::string_view head, std::size_t size, std::int64_t records) {
          if (size == head.size()) ReadFetched(std::string(head));
          if (size < static_cast<std::size_t>(records)) Fail("an answer", "has fewer records");
        }));
}

}  // namespace rill::bench
