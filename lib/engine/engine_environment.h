#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "base/budget.h"
#include "base/fork_mark.h"
#include "base/mutex.h"
#include "engine/client_metrics.h"
#include "engine/engine_config.h"
#include "engine/folder_watch.h"
#include "engine/maintenance.h"
#include "engine/shared_page.h"
#include "engine/where.h"
#include "io/file_system.h"
#include "io/limited_file_system.h"
#include "log/log_metrics.h"
#include "rill/clock.h"
#include "rill/options.h"

namespace rill::engine {

// What an engine and the topics and partitions that it gave out share. They may outlive the engine;
// this lives as long as the last of them. Thread-safe.
class EngineEnvironment {
 public:
  // The storage that `where` and `options` name, within the caps of `options`.
  EngineEnvironment(const std::string& where, const Options& options, EngineConfig config);

  io::FileSystem& files() { return *limited_; }
  // The same without the caps of `options`, for what is not the engine's.
  io::FileSystem& uncapped_files() { return *base_files_; }
  const io::LimitedFileSystem& limits() const { return *limited_; }
  void ChargeDisk(std::uint64_t bytes) { limited_->Charge(bytes); }
  const std::string& directory() const { return directory_; }
  // Whether the directory is one of the system's.
  bool is_real() const { return storage_ == nullptr && directory_ != kMemory; }
  Clock* clock() const { return clock_; }
  const std::shared_ptr<base::Budget>& buffers() const { return buffers_; }
  const std::shared_ptr<log::LogMetrics>& log_metrics() const { return log_metrics_; }
  ClientMetrics& client_metrics() { return client_metrics_; }
  // What holds now; never null.
  std::shared_ptr<const EngineConfig> config() const ABSL_LOCKS_EXCLUDED(config_mutex_);
  void SetConfig(EngineConfig config) ABSL_LOCKS_EXCLUDED(config_mutex_);
  const LogSink& sink() const { return sink_; }
  const std::shared_ptr<Maintenance>& maintenance() const { return maintenance_; }

  // Tells the application's log sink, if there is one.
  void Say(LogLevel level, const std::string& line) const;

  // Nothing is opened any more.
  void SetClosed() { closed_.store(true); }
  bool closed() const { return closed_.load() || is_in_child(); }
  // Whether this process is a child of the one that opened the engine. To be asked before any lock
  // is taken: threads that are not here may hold it.
  bool is_in_child() const { return !fork_mark_.IsOwn(); }
  const base::ForkMark& fork_mark() const { return fork_mark_; }
  // FailedPrecondition when the engine is closed, or the parent's.
  absl::Status CheckOpen() const;

  // Where this process shows others how far its logs reach; null where none can see it.
  const std::shared_ptr<SharedPage>& page() const { return page_; }
  // What is known of the process that writes the folder, where this one only reads it; else null.
  const std::shared_ptr<FolderWatch>& watch() const { return watch_; }
  // While the engine is opened, before there is any log.
  void SetPage(std::shared_ptr<SharedPage> page) { page_ = std::move(page); }
  void SetWatch(std::shared_ptr<FolderWatch> watch) { watch_ = std::move(watch); }

  // Asks for the maintenance of logs soon. Quick; may be called under any lock.
  void WakeLogUpkeep();
  void SetLogUpkeep(MaintenanceTask* task) { log_upkeep_.store(task); }
  // How often it was asked for.
  std::uint64_t log_wakes() const { return log_wakes_.load(); }

 private:
  std::string directory_;
  std::shared_ptr<testing::FaultyStorage> storage_;
  std::unique_ptr<io::FileSystem> own_files_;  // null where storage_ has them
  io::FileSystem* base_files_;
  std::unique_ptr<io::LimitedFileSystem> limited_;
  const std::shared_ptr<base::Budget> buffers_;
  Clock* const clock_;
  const LogSink sink_;
  const std::shared_ptr<log::LogMetrics> log_metrics_ = std::make_shared<log::LogMetrics>();
  ClientMetrics client_metrics_;
  mutable base::Mutex config_mutex_;  // for an instant
  std::shared_ptr<const EngineConfig> config_ ABSL_GUARDED_BY(config_mutex_);
  const std::shared_ptr<Maintenance> maintenance_;
  std::shared_ptr<SharedPage> page_;
  std::shared_ptr<FolderWatch> watch_;
  const base::ForkMark fork_mark_;
  std::atomic<bool> closed_ = false;
  std::atomic<MaintenanceTask*> log_upkeep_ = nullptr;
  std::atomic<std::uint64_t> log_wakes_ = 0;
};

}  // namespace rill::engine
