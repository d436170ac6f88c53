// The other of two processes: follows what quotes_writer writes. It may be started first, and it
// outlives a writer that is killed: it waits for the next.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "quote.h"
#include "rill/rill.h"

namespace {

// The folder and the topic are the writer's to make.
absl::StatusOr<rill::Engine> AwaitWriter(const char* folder) {
  for (int tries = 0;; ++tries) {
    auto engine = rill::Open(folder, {.read_only = true});
    if (engine.ok() && engine->FindTopic("quotes").ok()) return engine;
    if (tries == 600) return absl::DeadlineExceededError("nobody writes quotes there");
    absl::SleepFor(absl::Milliseconds(100));
  }
}

absl::Status Run(const char* folder, std::int64_t quotes) {
  auto engine = AwaitWriter(folder);
  if (!engine.ok()) return engine.status();
  // A reader has no group: it takes its partitions, and keeps to itself how far it is.
  auto consumer = engine->NewConsumer({.reset = rill::kEarliest});
  if (!consumer.ok()) return consumer.status();
  if (auto status = consumer->Assign({{"quotes", 0}}); !status.ok()) return status;

  std::vector<std::int64_t> took_ns;
  std::int64_t next = 0;
  while (next < quotes) {
    auto records = consumer->Poll(absl::Seconds(10));
    if (!records.ok()) return records.status();
    if (records->empty()) {
      return absl::DeadlineExceededError(engine->has_writer() ? "the writer is silent"
                                                              : "there is no writer any more");
    }
    const std::int64_t now_ns = absl::GetCurrentTimeNanos();
    for (const rill::Record& record : *records) {
      Quote quote;
      std::memcpy(&quote, record.value().data(), sizeof quote);
      if (quote.number != next++) {
        return absl::DataLossError(fmt::format("quote {} is out of order", quote.number));
      }
      took_ns.push_back(now_ns - quote.sent_ns);
    }
  }
  std::nth_element(took_ns.begin(), took_ns.begin() + took_ns.size() / 2, took_ns.end());
  fmt::print("{} quotes in order; half of them took less than {} us from process to process\n",
             next, took_ns[took_ns.size() / 2] / 1000);
  return engine->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: quotes_reader <folder> <how many quotes>\n");
    return 2;
  }
  const absl::Status status = Run(argv[1], std::atoll(argv[2]));
  if (!status.ok()) fmt::print(stderr, "quotes_reader: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
