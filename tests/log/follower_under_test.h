#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "log/followed_log.h"
#include "log_under_test.h"

// Who reads a log that another process writes, or wrote, as the tests of it need it.
namespace rill::log {

// The slot of one partition, and whether who published there lives.
class OneSlot final : public EndSource {
 public:
  explicit OneSlot(const SharedSlot* slot, bool has_writer)
      : slot_(slot), has_writer_(has_writer) {}
  Found Find(const SlotKey&) override { return {slot_, nullptr, slot_ != nullptr ? 1U : 0U}; }
  bool HasWriter() const override { return has_writer_; }
  std::uint64_t version() const override { return 0; }
  bool Wait(const std::function<bool()>& condition, base::Deadline) override { return condition(); }

 private:
  const SharedSlot* const slot_;
  const bool has_writer_;
};

class LeftCheckpoint final : public LeftBehind {
 public:
  explicit LeftCheckpoint(const LogCheckpoint& checkpoint) : checkpoint_(checkpoint) {}
  absl::StatusOr<LogCheckpoint> Checkpoint(const TopicPartition&) override { return checkpoint_; }

 private:
  const LogCheckpoint checkpoint_;
};

// Reads, in `files`, the log that `log` writes, and may know what was published last.
inline std::shared_ptr<PartitionLog> FollowerOf(LogUnderTest& log, io::FileSystem& files,
                                                const SharedSlot* slot, bool has_writer) {
  LogEnvironment environment;
  environment.files = &files;
  environment.clock = &log.clock;
  environment.buffers = log.buffers;
  auto follower = FollowedLog::Open({.environment = environment,
                                     .directory = log.directory(),
                                     .partition = {"orders", 0},
                                     .key = {},
                                     .ends = std::make_shared<OneSlot>(slot, has_writer),
                                     .left = std::make_shared<LeftCheckpoint>(log.checkpoint)});
  INFO(follower.status().ToString());
  REQUIRE(follower.ok());
  return *std::move(follower);
}

}  // namespace rill::log
