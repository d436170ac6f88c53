#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "expected_state.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"
#include "workload.h"

namespace rill::testing {

// How a life of a machine ends.
struct LifeEnd {
  Crash crash = Crash::kNone;  // kNone: the engine is closed
  // The crash comes before the storage call of that number of this kind, when there are as many,
  // and else when the engine has nothing to do.
  FileCall call = FileCall::kAny;
  std::int64_t number = INT64_MAX;
};

// A machine that runs an engine over storage that loses what was not synced, one life after the
// other, and knows what must be found in each. One thread; the same seed does the same.
class Machine {
 public:
  explicit Machine(std::uint64_t seed);

  // Opens the engine, looks at what it finds, and uses it until the end. Returns what was wrong
  // with what was found, or failed without a reason; empty: nothing.
  std::string Live(const LifeEnd& end, int operations);

  // Told of each call to the storage, with what may be found if the machine stopped then: after
  // `before`, the worst crash since anybody looked, and the one that comes now.
  using Observer = std::function<void(const FaultyStorage& storage, const ExpectedState& expected,
                                      Crash before)>;
  void Observe(Observer observer) { observer_ = std::move(observer); }

  // Logs that were compacted in all lives.
  std::uint64_t compactions() const { return compactions_; }

 private:
  std::string Use(Engine& engine, const LifeEnd& end, int operations);
  void OnCall(FileCall call);
  void Stop();
  bool stopped() const { return left_ != nullptr; }

  std::mt19937_64 random_;
  ManualClock clock_;
  ExpectedState expected_;
  std::uint64_t next_number_ = 0;
  std::uint64_t compactions_ = 0;
  Observer observer_;

  std::shared_ptr<FaultyStorage> storage_;
  Crash crash_ = Crash::kNone;  // the worst since somebody looked at what is there

  // Of the present life.
  LifeEnd end_;
  const Workload* workload_ = nullptr;
  // Once it ended in a crash.
  std::shared_ptr<FaultyStorage> left_;
  ExpectedState expected_then_;
};

// What an engine that is opened on `storage` as after `crash` finds wrong.
std::string Examine(std::shared_ptr<FaultyStorage> storage, Crash crash, ExpectedState expected);

}  // namespace rill::testing
