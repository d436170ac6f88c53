#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "client_test.h"

namespace rill::testing {

// Partition 0 of a topic, whose log is held by a claim in another thread: nothing gets past it.
class HeldPartition {
 public:
  HeldPartition(Engine& engine, const Topic& topic)
      : holder_([this, &engine, topic] {
          Producer producer = Get(engine.NewProducer());
          Claim claim = Get(producer.ClaimRecord(topic, {.partition = 0}, 1));
          is_held_.Notify();
          let_go_.WaitForNotification();
        }) {
    is_held_.WaitForNotification();
  }
  ~HeldPartition() { LetGo(); }
  void LetGo() {
    if (!let_go_.HasBeenNotified()) let_go_.Notify();
    if (holder_.joinable()) holder_.join();
  }

 private:
  absl::Notification is_held_;
  absl::Notification let_go_;
  std::thread holder_;
};

}  // namespace rill::testing
