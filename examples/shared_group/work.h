#pragma once

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>

#include "rill/rill.h"

// What a member of the group does, wherever its engine is.
namespace shared_group {

inline std::atomic<bool> must_stop = false;

inline void StopOnSignals() {
  std::signal(SIGINT, [](int) { must_stop = true; });
  std::signal(SIGTERM, [](int) { must_stop = true; });
}

// Does jobs until a signal says to stop.
inline absl::Status Work(rill::Engine& engine) {
  auto consumer = engine.Subscribe("workers", {"jobs"}, {.reset = rill::kEarliest});
  if (!consumer.ok()) return consumer.status();
  std::size_t partitions = 0;
  while (!must_stop) {
    const auto jobs = consumer->Poll(absl::Milliseconds(100));
    if (!jobs.ok()) return jobs.status();
    for (const rill::Record& job : *jobs) {
      fmt::print("job {} from partition {}\n", job.value(), job.partition());
    }
    if (auto committed = consumer->Commit(*jobs); !committed.ok()) return committed;
    const std::size_t now = consumer->assignment().size();
    if (now != partitions) fmt::print("has {} partitions\n", now);
    partitions = now;
    std::fflush(stdout);
  }
  return consumer->Close();
}

}  // namespace shared_group
