#include "engine/engine_environment.h"

#include <utility>

#include "engine/where.h"
#include "fmt/format.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/real_file_system.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

constexpr std::uint64_t kDefaultMemoryCap = std::uint64_t{1} << 30;

io::FileLimits Limits(bool in_memory, const Options& options) {
  return {.max_disk_bytes = options.max_disk_bytes.value_or(in_memory ? kDefaultMemoryCap
                                                                      : base::Budget::kUnlimited),
          .max_open_files = static_cast<std::uint64_t>(options.max_open_files)};
}

}  // namespace

EngineEnvironment::EngineEnvironment(const std::string& where, const Options& options,
                                     EngineConfig config)
    : directory_(where),
      storage_(options.storage),
      buffers_(
          std::make_shared<base::Budget>("Options::max_buffer_bytes", options.max_buffer_bytes)),
      clock_(options.clock != nullptr ? options.clock : Clock::System()),
      sink_(options.log_sink),
      config_(std::make_shared<const EngineConfig>(std::move(config))),
      maintenance_(std::make_shared<Maintenance>(clock_)) {
  const bool in_memory = storage_ == nullptr && where == kMemory;
  if (storage_ == nullptr) {
    own_files_ = in_memory ? io::NewMemoryFileSystem() : io::NewRealFileSystem();
  }
  base_files_ = storage_ != nullptr ? &io::FileSystemOf(*storage_) : own_files_.get();
  limited_ = std::make_unique<io::LimitedFileSystem>(base_files_, Limits(in_memory, options));
}

std::shared_ptr<const EngineConfig> EngineEnvironment::config() const {
  base::MutexLock lock(&config_mutex_);
  return config_;
}

void EngineEnvironment::SetConfig(EngineConfig config) {
  auto shared = std::make_shared<const EngineConfig>(std::move(config));
  base::MutexLock lock(&config_mutex_);
  config_.swap(shared);
}

void EngineEnvironment::Say(LogLevel level, const std::string& line) const {
  if (sink_) sink_(level, line);
}

absl::Status EngineEnvironment::CheckOpen() const {
  if (is_in_child()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("the engine on {} is the parent's, and this process a child that "
                                 "was forked since: open one of its own here, with "
                                 "Options::read_only or on another folder",
                                 directory_));
  }
  if (!closed()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                   fmt::format("the engine on {} is closed", directory_));
}

void EngineEnvironment::WakeLogUpkeep() {
  log_wakes_.fetch_add(1);
  maintenance_->Schedule(log_upkeep_.load(), absl::InfinitePast());
}

}  // namespace rill::engine
