#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rill/clock.h"

namespace rill {

namespace testing {
class FaultyStorage;
}
class OffsetStore;

// kError: records are lost, or something is not done that had to be; kWarning: it went on without,
// or tries again; kInfo: what was deleted, cut or compacted; kDebug: the steps of that. What is
// told at which: docs/guide/errors.md.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Receives what rill has to say to the operator of the application: recoveries, damage found,
// storage that fails. Called from any thread, several at a time, and possibly while rill holds
// locks of its own: it should be quick and must not call rill. Lines have no newline at the end.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

// How an engine is opened. Every default suits a guest in somebody else's process. Over a cluster
// ("kafka://...") `configs` and `log_sink` alone have a meaning; the others must be as they are
// here (InvalidArgument, INVALID_CONFIG).
struct Options {
  // Make the folder when it is missing; otherwise a missing folder is NotFound. "mem:" is missing
  // nowhere, and always new.
  bool create_if_missing = true;

  // Open a folder only to read it, while another process writes it or nobody does. Nothing in the
  // folder is written, made or locked; what would change something is FailedPrecondition, and so
  // are consumer groups: a Consumer takes its partitions with Assign. What such an engine sees, and
  // when: docs/guide/processes.md. Not for "mem:" (InvalidArgument).
  bool read_only = false;

  // Who does the engine's background work: linger, flush by interval, retention, checkpoints and
  // group timeouts. With kOwnThread the engine runs one thread. With kByCaller it runs none, and
  // the application calls Engine::RunMaintenance as often as that call asks for.
  enum class Maintenance { kOwnThread, kByCaller };
  Maintenance maintenance = Maintenance::kOwnThread;

  // Caps; what would pass one is refused with ResourceExhausted, naming it.
  //
  // Memory in buffers: what producers hold back and what Records hold decompressed, in bytes.
  std::size_t max_buffer_bytes = std::size_t{256} << 20;
  // Files in all, in bytes, space reserved ahead of the writer included. Default: no cap for a
  // folder, 1 GiB for "mem:". Deleted segments count until their files go, in a folder after
  // file.delete.delay.ms; in "mem:" at once, though the memory comes back only when no Records show
  // them any more.
  std::optional<std::uint64_t> max_disk_bytes = {};
  // Descriptors that the engine has open at a time.
  int max_open_files = 512;

  // Engine-wide configs by the names of Kafka's broker configs: defaults of topics
  // ("log.retention.ms", "log.segment.bytes", "num.partitions", ...), group limits
  // ("group.max.session.timeout.ms", ...), internal topics ("offsets.topic.num.partitions").
  // docs/reference/configs.md lists them. An unknown name or a value out of range is refused.
  //
  // Over a cluster: librdkafka's client properties ("client.id", "acks", ...), of all producers and
  // consumers.
  std::map<std::string, std::string> configs = {};

  // Where the time is read; null for the system's. Must outlive the engine.
  Clock* clock = nullptr;

  // Null for silence.
  LogSink log_sink = {};

  // Where consumer groups keep their offsets; null for the topic __consumer_offsets. See
  // offset_store.h.
  std::shared_ptr<OffsetStore> offset_store = {};

  // For tests: keep everything in this storage, whose faults and power cuts a test can command,
  // instead of the file system (include/rill/testing/faulty_storage.h).
  std::shared_ptr<testing::FaultyStorage> storage = {};
};

}  // namespace rill
