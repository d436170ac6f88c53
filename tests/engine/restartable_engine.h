#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine_under_test.h"
#include "rill/offset_store.h"
#include "rill/testing/faulty_storage.h"

namespace rill::engine {

// An engine over storage that outlives it, so that it can be closed, killed and opened again. It
// has the topics "orders" and "other", with two partitions each.
class RestartableEngine {
 public:
  explicit RestartableEngine(Options options = ByCaller()) : options_(std::move(options)) {
    options_.storage = std::make_shared<testing::FaultyStorage>();
    Open();
    for (const char* name : {"orders", "other"}) {
      REQUIRE(engine_->CreateTopic(name, {.partitions = 2}).ok());
    }
  }

  void CloseAndOpen() {
    REQUIRE(engine_->Close() == absl::OkStatus());
    Open();
  }
  void KillAndOpen() {
    auto after = options_.storage->ProcessKill();
    REQUIRE(after != nullptr);
    engine_->Close().IgnoreError();
    options_.storage = std::move(after);
    Open();
  }
  LocalEngine& engine() { return *engine_; }
  GroupService& groups() { return *engine_->groups(); }
  OffsetStore& offsets() { return *engine_->offsets(); }

 private:
  void Open() {
    engine_ = nullptr;
    engine_ = MustOpen("./data", options_);
  }

  Options options_;
  std::shared_ptr<LocalEngine> engine_;
};

}  // namespace rill::engine
