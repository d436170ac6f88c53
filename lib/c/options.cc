#include <new>
#include <optional>
#include <string>
#include <vector>

#include "c/call.h"
#include "c/convert.h"
#include "c/handles.h"

namespace rill::c {
namespace {

// A listener that tells `listener` of one kind of event.
std::function<void(const std::vector<TopicPartition>&)> Teller(rill_rebalance_listener listener,
                                                               void* context, std::int32_t event) {
  return [listener, context, event](const std::vector<TopicPartition>& partitions) {
    const std::vector<rill_topic_partition> shown = ShowPartitions(partitions);
    listener(context, event, shown.data(), shown.size());
  };
}

}  // namespace
}  // namespace rill::c

using rill::c::Call;

extern "C" {

rill_options* rill_options_new(void) { return new (std::nothrow) rill_options(); }

void rill_options_free(rill_options* options) { delete options; }

rill_status rill_options_set(rill_options* options, const char* name, const char* value,
                             rill_error* error) {
  return Call(error, {{"options", options}, {"name", name}}, [&] {
    options->values[name] = value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    return absl::OkStatus();
  });
}

rill_status rill_options_set_log_sink(rill_options* options, rill_log_sink sink, void* context,
                                      rill_error* error) {
  return Call(error, {{"options", options}}, [&] {
    options->log_sink = nullptr;
    if (sink == nullptr) return absl::OkStatus();
    options->log_sink = [sink, context](rill::LogLevel level, std::string_view line) {
      sink(context, static_cast<std::int32_t>(level), std::string(line).c_str());
    };
    return absl::OkStatus();
  });
}

rill_status rill_options_set_partitioner(rill_options* options, rill_partitioner partitioner,
                                         void* context, rill_error* error) {
  return Call(error, {{"options", options}}, [&] {
    options->partitioner = nullptr;
    if (partitioner == nullptr) return absl::OkStatus();
    options->partitioner = [partitioner, context](std::string_view topic, std::string_view key,
                                                  std::int32_t partitions) {
      return partitioner(context, std::string(topic).c_str(), key.data(), key.size(), partitions);
    };
    return absl::OkStatus();
  });
}

rill_status rill_options_set_rebalance_listener(rill_options* options,
                                                rill_rebalance_listener listener, void* context,
                                                rill_error* error) {
  return Call(error, {{"options", options}}, [&] {
    options->rebalance_listener.reset();
    if (listener == nullptr) return absl::OkStatus();
    using rill::c::Teller;
    options->rebalance_listener =
        rill::RebalanceListener{.on_revoked = Teller(listener, context, RILL_PARTITIONS_REVOKED),
                                .on_assigned = Teller(listener, context, RILL_PARTITIONS_ASSIGNED),
                                .on_lost = Teller(listener, context, RILL_PARTITIONS_LOST)};
    return absl::OkStatus();
  });
}

}  // extern "C"
