#pragma once

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client_test.h"

namespace rill::testing {

// Runs `body(0)` to `body(count - 1)` at once, each in a thread, and waits for them. Assertions of
// Catch are not thread-safe: bodies note what is to be checked, and the caller checks it.
inline void InThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

// As Get, for threads.
template <typename T>
T MustGet(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << result.status() << std::endl;
    std::abort();
  }
  return *std::move(result);
}

// In memory, and in a folder that goes with it.
struct Place {
  explicit Place(bool in_folder, Options options = {})
      : engine(Get(Open(in_folder ? folder.data() : "mem:", options))) {}
  Folder folder;
  Engine engine;
};

}  // namespace rill::testing
