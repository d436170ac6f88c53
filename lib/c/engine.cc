#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/time/clock.h"
#include "c/call.h"
#include "c/handles.h"
#include "c/lists.h"
#include "c/options_of.h"
#include "c/sized_struct.h"

using rill::c::Call;
using rill::c::Cleared;
using rill::c::Strings;

namespace {

static_assert(RILL_LOG_DEBUG == static_cast<int>(rill::LogLevel::kDebug));
static_assert(RILL_LOG_ERROR == static_cast<int>(rill::LogLevel::kError));

// As RILL_C_1 had it: whoever was built against that is served for good.
constexpr std::size_t kFirstResourceUseSize =
    offsetof(rill_resource_use, mappings) + sizeof(std::int32_t);

// In whole milliseconds from now, rounded up so that nothing is asked for before it is due.
std::int64_t WaitUntil(absl::Time next) {
  if (next == absl::InfiniteFuture()) return -1;
  const absl::Duration wait = std::max(next - absl::Now(), absl::ZeroDuration());
  return absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
}

}  // namespace

extern "C" {

rill_status rill_open(const char* where, const rill_options* options, rill_engine** out,
                      rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"where", where}}, [&]() -> absl::Status {
    auto engine_options = rill::c::EngineOptionsOf(options);
    if (!engine_options.ok()) return engine_options.status();
    auto engine = rill::Open(where, *engine_options);
    if (!engine.ok()) return engine.status();
    *out = new rill_engine{*std::move(engine)};
    return absl::OkStatus();
  });
}

rill_status rill_engine_close(rill_engine* engine, rill_error* error) {
  return Call(error, {{"engine", engine}}, [&] { return engine->engine.Close(); });
}

void rill_engine_free(rill_engine* engine) { delete engine; }

rill_status rill_engine_flush(rill_engine* engine, rill_error* error) {
  return Call(error, {{"engine", engine}}, [&] { return engine->engine.Flush(); });
}

rill_status rill_engine_run_maintenance(rill_engine* engine, int64_t* wait_ms, rill_error* error) {
  return Call(error, {{"engine", engine}, {"wait_ms", wait_ms}}, [&] {
    *wait_ms = WaitUntil(engine->engine.RunMaintenance());
    return absl::OkStatus();
  });
}

rill_status rill_engine_resource_use(const rill_engine* engine, rill_resource_use* use,
                                     rill_error* error) {
  return Call(error, {{"engine", engine}, {"use", use}}, [&]() -> absl::Status {
    if (use->struct_size < kFirstResourceUseSize) {
      return absl::InvalidArgumentError("set struct_size to sizeof(rill_resource_use)");
    }
    const rill::ResourceUse now = engine->engine.resource_use();
    rill::c::WriteSized(rill_resource_use{.struct_size = 0,
                                          .buffer_bytes = now.buffer_bytes,
                                          .disk_bytes = now.disk_bytes,
                                          .open_files = now.open_files,
                                          .mappings = now.mappings},
                        use);
    return absl::OkStatus();
  });
}

rill_status rill_engine_prometheus_text(const rill_engine* engine, int32_t with_partitions,
                                        rill_strings** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}}, [&] {
    std::vector<rill::PartitionMetrics> partitions;
    if (with_partitions != 0) partitions = engine->engine.MetricsOfPartitions();
    *out = new Strings({rill::FormatPrometheus(engine->engine.Metrics(), partitions)});
    return absl::OkStatus();
  });
}

rill_status rill_engine_list_groups(const rill_engine* engine, rill_strings** out,
                                    rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}}, [&] {
    std::vector<std::string> names;
    for (rill::GroupListing& group : engine->engine.ListGroups()) {
      names.push_back(std::move(group.group));
    }
    *out = new Strings(std::move(names));
    return absl::OkStatus();
  });
}

rill_status rill_engine_describe_group(const rill_engine* engine, const char* group,
                                       rill_group_description** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}, {"group", group}},
              [&]() -> absl::Status {
                auto description = engine->engine.DescribeGroup(group);
                if (!description.ok()) return description.status();
                *out = new rill::c::GroupDescribed(*std::move(description));
                return absl::OkStatus();
              });
}

rill_status rill_engine_committed_offsets(const rill_engine* engine, const char* group,
                                          rill_partitions** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"engine", engine}, {"group", group}},
              [&]() -> absl::Status {
                auto offsets = engine->engine.CommittedOffsets(group);
                if (!offsets.ok()) return offsets.status();
                *out = new rill::c::Partitions(*std::move(offsets));
                return absl::OkStatus();
              });
}

rill_status rill_engine_delete_group(rill_engine* engine, const char* group, rill_error* error) {
  return Call(error, {{"engine", engine}, {"group", group}},
              [&] { return engine->engine.DeleteGroup(group); });
}

}  // extern "C"
