// Real flights through a consumer group: see README.md in this folder.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "counting.h"
#include "ingest.h"
#include "rill/rill.h"
#include "tally.h"

namespace {

constexpr char kTopic[] = "flights";
constexpr int kPartitions = 6;
constexpr int kConsumers = 3;
constexpr std::int64_t kFlights = 231083;

struct Arguments {
  std::string folder;
  std::string csv;
  double stretch_seconds = 0;
  std::int64_t die_after_polls = -1;
};

// Prints what happens, each line with the seconds since the start, and the progress between.
class Display {
 public:
  void Say(const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (bar_) fmt::print("\r\x1b[K");
    bar_ = false;
    fmt::print("[{:6.2f} s] {}\n", Seconds(), line);
    std::fflush(stdout);
  }
  // Rates are of what this run counts.
  void BeginBehind(std::int64_t counted) { counted_before_ = counted; }
  void Progress(std::int64_t written, std::int64_t counted) {
    if (isatty(STDOUT_FILENO) == 0) return;
    const std::lock_guard lock(mutex_);
    const double rate = static_cast<double>(counted - counted_before_) / Seconds();
    fmt::print("\r\x1b[K[{:6.2f} s] written {:>6}, counted {:>6} of {} ({:.0f}%), {:.0f} a second",
               Seconds(), written, counted, kFlights,
               100.0 * static_cast<double>(counted) / kFlights, rate);
    std::fflush(stdout);
    bar_ = true;
  }
  double Seconds() const { return absl::ToDoubleSeconds(absl::Now() - start_); }

 private:
  const absl::Time start_ = absl::Now();
  std::mutex mutex_;
  bool bar_ = false;
  std::int64_t counted_before_ = 0;
};

// The first failure of several threads.
class FirstFailure {
 public:
  void Note(const absl::Status& status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = status;
    failed_.store(true);
  }
  bool failed() const { return failed_.load(); }
  absl::Status status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::mutex mutex_;
  absl::Status status_;
  std::atomic<bool> failed_ = false;
};

// Three airports a line.
void PrintTable(const Tally& tally) {
  constexpr int kColumns = 3;
  fmt::print("\n");
  for (int i = 0; i < kColumns; ++i) fmt::print(" airport  flights  mean delay |");
  int printed = 0;
  for (const auto& [name, airport] : tally.airports()) {
    if (printed++ % kColumns == 0) fmt::print("\n");
    fmt::print(" {:<7}  {:>7}  {:>10.3f} |", name, airport.flights, airport.mean_delay());
  }
  const AirportTally total = tally.Total();
  fmt::print("\n\n{} airports, {} flights, sum of delays {}\n", tally.airports().size(),
             total.flights, total.delay_minutes);
}

// Writes and counts until all flights are counted, or something failed.
absl::Status Stream(rill::Engine& engine, const rill::Topic& topic, const Arguments& arguments,
                    Display& display) {
  auto before = CommittedTally(engine);
  if (!before.ok()) return before.status();
  const std::int64_t counted_before = before->Total().flights;
  if (counted_before > 0) {
    display.Say(fmt::format("going on behind {} counted flights", counted_before));
  }
  display.BeginBehind(counted_before);
  const std::int64_t half_way = (counted_before + kFlights) / 2;

  CountingState state;
  state.counted = counted_before;
  state.polls_until_death = arguments.die_after_polls;
  state.say = [&](const std::string& line) { display.Say(line); };
  FirstFailure failure;
  std::atomic<std::int64_t> written = 0;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    failure.Note(
        Ingest(engine, topic, {arguments.csv, absl::Seconds(arguments.stretch_seconds)}, written));
  });
  for (int number = 1; number <= kConsumers; ++number) {
    // The last one leaves half-way, and the others take its partitions over.
    const auto leave = [&state, number, half_way] {
      return number == kConsumers && state.counted.load() > half_way;
    };
    threads.emplace_back(
        [&, number, leave] { failure.Note(CountFlights(engine, kTopic, number, state, leave)); });
  }
  while (state.counted.load() < kFlights && !failure.failed()) {
    display.Progress(written.load(), state.counted.load());
    absl::SleepFor(absl::Milliseconds(20));
  }
  state.stop.store(true);
  for (std::thread& thread : threads) thread.join();
  const double seconds = display.Seconds();
  display.Say(fmt::format("counted {} flights in {:.2f} s, {:.0f} a second",
                          state.counted - counted_before, seconds,
                          static_cast<double>(state.counted - counted_before) / seconds));
  return failure.status();
}

absl::Status Run(const Arguments& arguments) {
  Display display;
  auto engine = rill::Open(arguments.folder);
  if (!engine.ok()) return engine.status();
  // The flights are of 2001: without retention.ms=-1 they would be deleted at once.
  auto topic =
      engine->EnsureTopic(kTopic, {.partitions = kPartitions, .configs = {{"retention.ms", "-1"}}});
  if (!topic.ok()) return topic.status();
  if (auto status = Stream(*engine, *topic, arguments, display); !status.ok()) return status;
  auto tally = CommittedTally(*engine);
  if (!tally.ok()) return tally.status();
  PrintTable(*tally);
  return engine->Close();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Writes 231,083 real flights into a topic and counts them in a consumer group of three "
      "threads.\n"
      "Kill it at any moment and start it again: it goes on, and the totals are exact.");
  Arguments arguments;
  app.add_option("folder", arguments.folder, "where the log is kept, or mem:")->required();
  app.add_option("--csv", arguments.csv, "flights-2001-q1.csv.zst")->required();
  app.add_option("--stretch", arguments.stretch_seconds,
                 "take at least this many seconds for the writing")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--die-after-polls", arguments.die_after_polls,
                 "for tests: kill -9 oneself between the counting and the commit of this poll");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (!status.ok()) fmt::print(stderr, "flights: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
