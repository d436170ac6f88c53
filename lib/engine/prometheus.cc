#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/budget.h"
#include "base/metrics_text.h"
#include "fmt/format.h"
#include "rill/metrics.h"

namespace rill {
namespace {

static_assert(base::Budget::kUnlimited == UINT64_MAX, "what a page shows as +Inf");

// A series, by the member that has its value.
template <typename Member>
struct Series {
  const char* name;
  Member member;
  const char* help;
};

constexpr Series<std::uint64_t EngineMetrics::*> kCounters[] = {
    {"appended_records", &EngineMetrics::appended_records, "Records appended to all partitions"},
    {"appended_batches", &EngineMetrics::appended_batches, "Batches appended to all partitions"},
    {"appended_bytes", &EngineMetrics::appended_bytes, "Bytes of the batches appended"},
    {"append_failures", &EngineMetrics::append_failures, "Appends that gave an error"},
    {"read_records", &EngineMetrics::read_records, "Records given to readers"},
    {"read_bytes", &EngineMetrics::read_bytes, "Bytes of the batches given to readers"},
    {"polls", &EngineMetrics::polls, "Polls of consumers that returned"},
    {"empty_polls", &EngineMetrics::empty_polls, "Polls of consumers that found nothing"},
    {"flush_failures", &EngineMetrics::flush_failures, "Flushes of a log that failed"},
    {"deleted_segments", &EngineMetrics::deleted_segments, "Segments that retention deleted"},
    {"deleted_bytes", &EngineMetrics::deleted_bytes, "Bytes that retention deleted"},
    {"compactions", &EngineMetrics::compactions, "Cleanings of compacted logs that were finished"},
    {"compaction_failures", &EngineMetrics::compaction_failures, "Cleanings that were given up"},
    {"compaction_read_bytes", &EngineMetrics::compaction_read_bytes, "Bytes that cleanings read"},
    {"compaction_written_bytes", &EngineMetrics::compaction_written_bytes,
     "Bytes that cleanings wrote"},
    {"compaction_read_records", &EngineMetrics::compaction_read_records,
     "Records of segments that cleanings wrote anew"},
    {"compaction_kept_records", &EngineMetrics::compaction_kept_records,
     "Records among those that are left"},
};

constexpr Series<std::uint64_t EngineMetrics::*> kGauges[] = {
    {"buffer_bytes", &EngineMetrics::buffer_bytes, "Memory held in buffers"},
    {"buffer_limit_bytes", &EngineMetrics::max_buffer_bytes, "Options::max_buffer_bytes"},
    {"disk_bytes", &EngineMetrics::disk_bytes, "Files in all, with what is reserved ahead"},
    {"disk_limit_bytes", &EngineMetrics::max_disk_bytes, "Options::max_disk_bytes"},
    {"open_files", &EngineMetrics::open_files, "Descriptors held"},
    {"open_files_limit", &EngineMetrics::max_open_files, "Options::max_open_files"},
    {"mappings", &EngineMetrics::mappings, "Mappings of files held"},
    {"max_dirty_percent", &EngineMetrics::max_dirty_percent,
     "Part of the dirtiest log that was never compacted"},
    {"uncleanable_partitions", &EngineMetrics::uncleanable_partitions,
     "Damaged logs that are not compacted"},
    {"topics", &EngineMetrics::topics, "Topics, internal ones among them"},
    {"partitions", &EngineMetrics::partitions, "Partitions of all topics"},
};

constexpr Series<LatencyHistogram EngineMetrics::*> kHistograms[] = {
    {"append_latency", &EngineMetrics::append_latency,
     "From the call to the acknowledgement, of one append in 64"},
    {"send_wait", &EngineMetrics::send_wait, "How long sends waited for buffer memory"},
    {"read_wait", &EngineMetrics::read_wait, "How long polls slept, of those that slept"},
    {"flush_latency", &EngineMetrics::flush_latency, "Flushes of a log to the disk"},
    {"durable_wait", &EngineMetrics::durable_wait,
     "How long appends waited for the flush that they are acknowledged after"},
    {"roll_latency", &EngineMetrics::roll_latency, "Ends of a segment with the begin of the next"},
    {"compaction_slice_latency", &EngineMetrics::compaction_slice_latency,
     "Pieces of work on compacted logs"},
};

constexpr Series<std::uint64_t PartitionMetrics::*> kPartitionCounters[] = {
    {"appended_records", &PartitionMetrics::appended_records, "Records appended"},
    {"appended_batches", &PartitionMetrics::appended_batches, "Batches appended"},
    {"appended_bytes", &PartitionMetrics::appended_bytes, "Bytes of the batches appended"},
    {"append_failures", &PartitionMetrics::append_failures, "Appends that gave an error"},
    {"read_records", &PartitionMetrics::read_records, "Records given to readers"},
    {"read_bytes", &PartitionMetrics::read_bytes, "Bytes of the batches given to readers"},
};

constexpr Series<std::uint64_t PartitionMetrics::*> kPartitionGauges[] = {
    {"size_bytes", &PartitionMetrics::size_bytes, "Bytes of the partition's segments"},
    {"segments", &PartitionMetrics::segments, "Segments of the partition"},
};

constexpr Series<std::int64_t PartitionMetrics::*> kPartitionOffsets[] = {
    {"log_start_offset", &PartitionMetrics::log_start_offset, "First offset that can be read"},
    {"high_watermark", &PartitionMetrics::high_watermark, "One past the last that can be read"},
    {"log_end_offset", &PartitionMetrics::log_end_offset, "One past the last offset appended"},
};

// One series of all partitions: a page has each name once, with all its lines together.
template <typename AnySeries>
void AddPartitions(base::MetricsText& page, const AnySeries& series, const char* type,
                   const std::vector<PartitionMetrics>& partitions,
                   const std::vector<std::string>& labels) {
  const bool is_counter = std::string_view(type) == "counter";
  const std::string name =
      fmt::format("rill_partition_{}{}", series.name, is_counter ? "_total" : "");
  page.Head(name, type, series.help);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    page.Line(name, labels[i], partitions[i].*series.member);
  }
}

}  // namespace

std::string FormatPrometheus(const EngineMetrics& metrics,
                             const std::vector<PartitionMetrics>& partitions) {
  base::MetricsText page;
  for (const auto& series : kCounters) {
    const std::string name = fmt::format("rill_{}_total", series.name);
    page.Head(name, "counter", series.help);
    page.Line(name, "", metrics.*series.member);
  }
  for (const auto& series : kGauges) {
    const std::string name = fmt::format("rill_{}", series.name);
    page.Head(name, "gauge", series.help);
    page.Line(name, "", metrics.*series.member);
  }
  for (const auto& series : kHistograms) {
    const std::string name = fmt::format("rill_{}_seconds", series.name);
    page.Head(name, "histogram", series.help);
    page.Histogram(name, "", metrics.*series.member);
  }
  if (partitions.empty()) return std::move(page).Take();
  std::vector<std::string> labels;
  labels.reserve(partitions.size());
  for (const PartitionMetrics& partition : partitions) {
    labels.push_back(fmt::format("{},partition=\"{}\"",
                                 base::Label("topic", partition.partition.topic),
                                 partition.partition.partition));
  }
  for (const auto& series : kPartitionCounters) {
    AddPartitions(page, series, "counter", partitions, labels);
  }
  for (const auto& series : kPartitionGauges) {
    AddPartitions(page, series, "gauge", partitions, labels);
  }
  for (const auto& series : kPartitionOffsets) {
    AddPartitions(page, series, "gauge", partitions, labels);
  }
  return std::move(page).Take();
}

}  // namespace rill
