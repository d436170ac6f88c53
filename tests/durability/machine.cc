#include "machine.h"

#include <algorithm>
#include <utility>

namespace rill::testing {
namespace {

// With a folder above that has to be made.
constexpr char kFolder[] = "/var/data";

Options OptionsFor(std::shared_ptr<FaultyStorage> storage, Clock* clock) {
  return {.maintenance = Options::Maintenance::kByCaller,
          .configs = {{"offsets.topic.num.partitions", "1"},
                      {"offsets.topic.segment.bytes", "1048576"},
                      {"log.cleaner.backoff.ms", "100"},
                      {"log.cleaner.io.max.bytes.per.second", "1e12"}},
          .clock = clock,
          .storage = std::move(storage)};
}

}  // namespace

Machine::Machine(std::uint64_t seed) : random_(seed), storage_(std::make_shared<FaultyStorage>()) {
  expected_.first_timestamp_ms = absl::ToUnixMillis(clock_.Now());
}

std::string Machine::Live(const LifeEnd& end, int operations) {
  end_ = end;
  storage_->Watch([this](FileCall call, const std::string&) { OnCall(call); });
  std::string wrong;
  {
    auto engine = Open(kFolder, OptionsFor(storage_, &clock_));
    if (engine.ok()) {
      wrong = Use(*engine, end, operations);
    } else if (!stopped()) {
      wrong = engine.status().ToString();
    }
  }
  storage_->Watch(nullptr);
  if (stopped()) {
    storage_ = std::exchange(left_, nullptr);
    expected_ = std::move(expected_then_);
  }
  // A life that ended before anybody looked leaves what came before it to be found, too.
  crash_ = std::max(crash_, end.crash);
  return wrong;
}

std::string Machine::Use(Engine& engine, const LifeEnd& end, int operations) {
  if (stopped()) return "";
  // Looking at what is there changes nothing that a crash could undo.
  storage_->Watch(nullptr);
  if (auto wrong = TakeFound(engine, std::exchange(crash_, Crash::kNone), expected_);
      !wrong.empty()) {
    return wrong;
  }
  Workload workload(engine, clock_, random_, expected_, next_number_);
  storage_->Watch([this](FileCall call, const std::string&) { OnCall(call); });
  workload_ = &workload;
  absl::Status failed;
  for (int i = 0; i < operations && failed.ok() && !stopped(); ++i) {
    failed = workload.DoSomething();
    if (!stopped()) workload.NoteWhatIsShown(expected_);
  }
  const bool closes = end.crash == Crash::kNone || random_() % 4 == 0;
  if (closes && failed.ok() && !stopped()) failed = workload.Close();
  if (end.crash != Crash::kNone && !stopped()) Stop();
  compactions_ += engine.Metrics().compactions;
  workload_ = nullptr;
  return failed.ok() || stopped() ? "" : failed.ToString();
}

void Machine::OnCall(FileCall call) {
  if (stopped()) return;
  if (observer_) {
    ExpectedState expected = expected_;
    if (workload_ != nullptr) workload_->NoteWhatIsShown(expected);
    observer_(*storage_, expected, crash_);
  }
  if (end_.crash == Crash::kNone || (end_.call != FileCall::kAny && end_.call != call)) return;
  if (--end_.number == 0) Stop();
}

void Machine::Stop() {
  if (workload_ != nullptr) workload_->NoteWhatIsShown(expected_);
  const bool has_power = end_.crash == Crash::kKill;
  left_ = has_power ? storage_->ProcessKill() : storage_->PowerLoss(random_());
  // What this machine's engine still does is in vain, and what it acknowledges nobody hears.
  expected_then_ = expected_;
  storage_->Fail({.call = FileCall::kAny, .times = kForever});
}

std::string Examine(std::shared_ptr<FaultyStorage> storage, Crash crash, ExpectedState expected) {
  ManualClock clock(absl::FromUnixMillis(expected.first_timestamp_ms));
  auto engine = Open(kFolder, OptionsFor(std::move(storage), &clock));
  return engine.ok() ? TakeFound(*engine, crash, expected) : engine.status().ToString();
}

}  // namespace rill::testing
