// Publish and subscribe between the threads of one process, in memory: two publishers, and two
// subscribers that each see everything.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "rill/rill.h"

namespace {

constexpr int kPublishers = 2;
constexpr int kSubscribers = 2;
constexpr std::int64_t kQuotesEach = 500000;

struct Quote {
  std::int64_t number;
  std::int64_t price;
};

// A publisher's quotes go to its own partition, so that subscribers see them in its order.
absl::Status Publish(rill::Engine& engine, const rill::Topic& quotes, int publisher) {
  auto producer = engine.NewProducer({.linger = absl::Milliseconds(1)});
  if (!producer.ok()) return producer.status();
  for (std::int64_t number = 0; number < kQuotesEach; ++number) {
    const Quote quote{number, 100 + number % 7};
    const std::string_view bytes(reinterpret_cast<const char*>(&quote), sizeof quote);
    producer->Send(quotes, {.value = bytes, .partition = publisher});
  }
  return producer->Close();
}

// A subscriber without a group takes all partitions, and keeps no offsets.
absl::Status Subscribe(rill::Engine& engine, int subscriber) {
  auto consumer = engine.NewConsumer({.reset = rill::kEarliest, .max_poll_records = 10000});
  if (!consumer.ok()) return consumer.status();
  std::vector<rill::TopicPartition> partitions;
  for (int i = 0; i < kPublishers; ++i) partitions.push_back({"quotes", i});
  if (auto status = consumer->Assign(partitions); !status.ok()) return status;

  const absl::Time start = absl::Now();
  std::int64_t next[kPublishers] = {};
  std::int64_t seen = 0;
  std::int64_t sum = 0;
  while (seen < kPublishers * kQuotesEach) {
    auto records = consumer->Poll(absl::Seconds(5));
    if (!records.ok()) return records.status();
    // A publisher that failed sends no more, and says why itself.
    if (records->empty()) return absl::DeadlineExceededError("no quote for five seconds");
    for (const rill::Record& record : *records) {
      Quote quote;
      std::memcpy(&quote, record.value().data(), sizeof quote);
      if (quote.number != next[record.partition()]++) {
        return absl::DataLossError(fmt::format("quote {} is out of order", quote.number));
      }
      sum += quote.price;
      ++seen;
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  fmt::print("subscriber {}: {} quotes in order, {:.2f} million a second, sum of prices {}\n",
             subscriber, seen, static_cast<double>(seen) / seconds / 1e6, sum);
  return absl::OkStatus();
}

absl::Status Run() {
  auto engine = rill::Open("mem:");
  if (!engine.ok()) return engine.status();
  auto quotes = engine->CreateTopic("quotes", {.partitions = kPublishers});
  if (!quotes.ok()) return quotes.status();

  // The publishers' first: what they say is the cause.
  std::vector<absl::Status> results(kPublishers + kSubscribers);
  std::vector<std::thread> threads;
  for (int i = 0; i < kSubscribers; ++i) {
    threads.emplace_back([&, i] { results[kPublishers + i] = Subscribe(*engine, i); });
  }
  for (int i = 0; i < kPublishers; ++i) {
    threads.emplace_back([&, i] { results[i] = Publish(*engine, *quotes, i); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) {
    if (!result.ok()) return result;
  }
  return engine->Close();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) fmt::print(stderr, "pubsub: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
