#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/latency_recorder.h"
#include "catch.h"
#include "rill/metrics.h"

namespace rill {
namespace {

std::vector<std::string> Lines(const std::string& page) {
  std::vector<std::string> lines;
  std::istringstream text(page);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// The values of a page by name and labels.
std::map<std::string, std::string> ValuesOf(const std::string& page) {
  std::map<std::string, std::string> values;
  for (const std::string& line : Lines(page)) {
    if (line.starts_with("#")) continue;
    const std::size_t space = line.rfind(' ');
    INFO(line);
    REQUIRE(space != std::string::npos);
    REQUIRE(values.emplace(line.substr(0, space), line.substr(space + 1)).second);
  }
  return values;
}

TEST_CASE("A page has each counter and gauge by its name, and +Inf for a cap that is none") {
  EngineMetrics metrics;
  metrics.appended_records = 18'446'744'073'709'551'614U;
  metrics.disk_bytes = 12;
  metrics.max_disk_bytes = UINT64_MAX;
  metrics.max_open_files = 512;
  const auto values = ValuesOf(FormatPrometheus(metrics));
  CHECK(values.at("rill_appended_records_total") == "18446744073709551614");
  CHECK(values.at("rill_disk_bytes") == "12");
  CHECK(values.at("rill_disk_limit_bytes") == "+Inf");
  CHECK(values.at("rill_open_files_limit") == "512");
  CHECK(values.at("rill_polls_total") == "0");
}

TEST_CASE("A histogram has cumulative buckets in seconds, its sum and its count") {
  base::LatencyRecorder recorder;
  recorder.Record(100);
  recorder.Record(256);
  recorder.Record(257);
  recorder.Record(std::int64_t{1} << 40);
  EngineMetrics metrics;
  metrics.flush_latency = recorder.Snapshot();
  const auto values = ValuesOf(FormatPrometheus(metrics));
  const std::string name = "rill_flush_latency_seconds";
  CHECK(values.at(name + "_bucket{le=\"2.56e-07\"}") == "2");
  CHECK(values.at(name + "_bucket{le=\"5.12e-07\"}") == "3");
  CHECK(values.at(name + "_bucket{le=\"0.001048576\"}") == "3");
  CHECK(values.at(name + "_bucket{le=\"34.359738368\"}") == "3");
  CHECK(values.at(name + "_bucket{le=\"+Inf\"}") == "4");
  CHECK(values.at(name + "_count") == "4");
  CHECK(std::stod(values.at(name + "_sum")) == Approx(1099.511628389));
}

TEST_CASE("Every name has its help and type once, before its lines, which stand together") {
  std::vector<PartitionMetrics> partitions(3);
  for (int i = 0; i < 3; ++i) partitions[static_cast<std::size_t>(i)].partition = {"orders", i};
  std::set<std::string> seen;
  std::string family;
  for (const std::string& line : Lines(FormatPrometheus(EngineMetrics(), partitions))) {
    INFO(line);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(seen.insert(family).second);
    } else if (line.starts_with("# TYPE ")) {
      CHECK(line.starts_with("# TYPE " + family + " "));
    } else {
      CHECK(line.starts_with(family));
    }
  }
  CHECK(seen.size() > 30);
}

TEST_CASE("Partitions are lines with labels, whose values are escaped") {
  PartitionMetrics plain;
  plain.partition = {"orders", 7};
  plain.appended_records = 5;
  plain.log_start_offset = 3;
  PartitionMetrics odd;
  odd.partition = {"a\\b\"c\nd", 0};
  odd.size_bytes = 9;
  const auto values = ValuesOf(FormatPrometheus(EngineMetrics(), {plain, odd}));
  const std::string labels = "{topic=\"orders\",partition=\"7\"}";
  CHECK(values.at("rill_partition_appended_records_total" + labels) == "5");
  CHECK(values.at("rill_partition_log_start_offset" + labels) == "3");
  CHECK(values.at("rill_partition_size_bytes{topic=\"a\\\\b\\\"c\\nd\",partition=\"0\"}") == "9");
  const auto without = ValuesOf(FormatPrometheus(EngineMetrics()));
  CHECK(values.size() == without.size() + 2 * 11);
}

}  // namespace
}  // namespace rill
