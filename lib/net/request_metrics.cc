#include "net/request_metrics.h"

#include <pthread.h>

#include <optional>
#include <utility>

namespace rill::net {
namespace {

// From UNKNOWN_SERVER_ERROR, -1, on. A code beyond counts as that one.
constexpr int kErrorCodes = 160;

std::size_t PlaceOf(ErrorCode code) {
  const int place = static_cast<int>(code) + 1;
  return place >= 0 && place < kErrorCodes ? static_cast<std::size_t>(place) : 0;
}

}  // namespace

// What one thread counts of a kind of request.
struct RequestMetrics::Part::Kind {
  explicit Kind(const NodeApis::Entry& api)
      : versions(static_cast<std::size_t>(api.last_version - api.first_version) + 1) {}

  void AddTo(RequestCounts& counts) const {
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const std::uint64_t count = versions[i].value();
      if (count > 0) counts.versions[counts.api->first_version + static_cast<int>(i)] += count;
    }
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const std::uint64_t count = errors[i].value();
      if (count > 0) counts.errors[static_cast<ErrorCode>(static_cast<int>(i) - 1)] += count;
    }
    total.AddTo(counts.total);
    local.AddTo(counts.local);
    remote.AddTo(counts.remote);
    send.AddTo(counts.send);
  }

  std::vector<base::Counter> versions;
  std::array<base::Counter, kErrorCodes> errors;
  base::LatencyRecorder total;
  base::LatencyRecorder local;
  base::LatencyRecorder remote;
  base::LatencyRecorder send;
};

RequestMetrics::Part::Part(const NodeApis& apis, const engine::LocalEngine& engine)
    : apis_(apis), kinds_(apis.entries().size()), topics_(engine) {
  pthread_getcpuclockid(pthread_self(), &cpu_clock_);
}

RequestMetrics::Part::~Part() {
  for (const auto& kind : kinds_) delete kind.load();
}

// Stored with release once it is whole; who sums up loads it with acquire.
RequestMetrics::Part::Kind& RequestMetrics::Part::KindOf(std::size_t place) {
  Kind* kind = kinds_[place].load(std::memory_order_relaxed);
  if (kind == nullptr) {
    kind = new Kind(apis_.entries()[place]);
    kinds_[place].store(kind, std::memory_order_release);
  }
  return *kind;
}

void RequestMetrics::Part::Count(const NodeApis::Entry& api, int version,
                                 const AnswerErrors& errors, const RequestTimes& times) {
  Kind& kind = KindOf(static_cast<std::size_t>(&api - apis_.entries().data()));
  kind.versions[static_cast<std::size_t>(version - api.first_version)].Add(1);
  for (const AnswerErrors::Count& error : errors.counts()) {
    kind.errors[PlaceOf(error.code)].Add(error.times);
  }
  kind.total.Record((times.local + times.remote + times.send).count());
  kind.local.Record(times.local.count());
  kind.remote.Record(times.remote.count());
  kind.send.Record(times.send.count());
}

RequestMetrics::Part& RequestMetrics::OfThisThread() {
  absl::MutexLock lock(&mutex_);
  auto& part = parts_[std::this_thread::get_id()];
  if (part == nullptr) part = std::make_unique<Part>(apis_, engine_);
  return *part;
}

std::vector<RequestCounts> RequestMetrics::Requests() const {
  std::vector<RequestCounts> requests;
  absl::MutexLock lock(&mutex_);
  for (std::size_t i = 0; i < apis_.entries().size(); ++i) {
    std::optional<RequestCounts> counts;
    for (const auto& [thread, part] : parts_) {
      const Part::Kind* const kind = part->kinds_[i].load(std::memory_order_acquire);
      if (kind == nullptr) continue;
      if (!counts.has_value()) counts.emplace().api = &apis_.entries()[i];
      kind->AddTo(*counts);
    }
    if (counts.has_value()) requests.push_back(*std::move(counts));
  }
  return requests;
}

NodeCounts RequestMetrics::Counts() const {
  NodeCounts sum = {};
  absl::MutexLock lock(&mutex_);
  for (const auto& [thread, part] : parts_) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part->counts_[i].value();
  }
  return sum;
}

std::map<std::string, PartitionRequests> RequestMetrics::Topics() const {
  std::map<std::string, PartitionRequests> topics;
  absl::MutexLock lock(&mutex_);
  for (const auto& [thread, part] : parts_) part->topics_.AddTo(topics);
  return topics;
}

std::map<std::thread::id, std::chrono::nanoseconds> RequestMetrics::CpuTimes() const {
  std::map<std::thread::id, std::chrono::nanoseconds> times;
  absl::MutexLock lock(&mutex_);
  for (const auto& [thread, part] : parts_) {
    timespec time = {};
    if (clock_gettime(part->cpu_clock_, &time) != 0) continue;
    times[thread] = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  return times;
}

}  // namespace rill::net
