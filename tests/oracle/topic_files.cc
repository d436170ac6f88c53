// Makes topics in a data folder, for a partition's files to be put in, and reads them back.
//
//   topic_files make DATA_FOLDER TOPIC ...     topics of one partition that keep their records;
//                                              stamped by the log where the name ends -append-time
//   topic_files keyed DATA_FOLDER TOPIC ...    the same, compacted, with the configs that
//                                              java/BrokerTopics.java gives such
//   topic_files compact DATA_FOLDER            compacts all that there is to compact
//   topic_files read DATA_FOLDER TOPIC         prints the records, in the words of
//                                              java/RecordLines.java

#include <atomic>
#include <cstdio>
#include <map>
#include <string>

#include "absl/time/clock.h"
#include "record_text.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

TimestampType TypeOf(const std::string& topic) {
  return topic.ends_with("-append-time") ? TimestampType::kLogAppendTime
                                         : TimestampType::kCreateTime;
}

using Configs = std::map<std::string, std::string>;

Configs Kept(const std::string& name) {
  return {{"retention.ms", "-1"}, {"message.timestamp.type", TimestampTypeText(TypeOf(name))}};
}

Configs Keyed() {
  return {{"cleanup.policy", "compact"},  {"min.cleanable.dirty.ratio", "0"},
          {"delete.retention.ms", "0"},   {"index.interval.bytes", "300"},
          {"segment.index.bytes", "400"}, {"file.delete.delay.ms", "0"}};
}

absl::Status Make(Engine& engine, const std::string& name, const Configs& configs) {
  const auto topic = engine.CreateTopic(name, {.partitions = 1, .configs = configs});
  if (!topic.ok()) return topic.status();
  const auto partition = topic->partition(0);
  if (!partition.ok()) return partition.status();
  return partition->Read(0).status();  // a partition has no folder before its first use
}

absl::Status Print(Engine& engine, const std::string& name) {
  const auto topic = engine.FindTopic(name);
  if (!topic.ok()) return topic.status();
  const auto partition = topic->partition(0);
  if (!partition.ok()) return partition.status();
  for (std::int64_t at = partition->log_start_offset(); at < partition->high_watermark();) {
    const auto records = partition->Read(at);
    if (!records.ok()) return records.status();
    for (const Record& record : *records) {
      const std::string line = RecordLine(TypeOf(name), record) + "\n";
      std::fwrite(line.data(), 1, line.size(), stdout);
    }
    if (auto status = records->Check(); !status.ok()) return status;
    at = records->ranges()[0].next_offset;
  }
  return absl::OkStatus();
}

// The cleaner says what it compacted; it is through when it has nothing more to say.
absl::Status Compact(Engine& engine, const std::atomic<int>& compacted) {
  int before = -1;
  while (before != compacted) {
    before = compacted;
    absl::SleepFor(absl::Milliseconds(5));
    while (engine.RunMaintenance() <= absl::Now()) continue;
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& verb, const std::string& folder, int count, char** topics) {
  std::atomic<int> compacted = 0;
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.configs = {{"log.cleaner.enable", verb == "compact" ? "true" : "false"},
                     {"log.cleaner.backoff.ms", "1"},
                     {"log.cleaner.io.max.bytes.per.second", "1e18"}};
  options.log_sink = [&](LogLevel, std::string_view line) {
    if (line.find(" is compacted up to ") != std::string_view::npos) ++compacted;
    fmt::print(stderr, "rill: {}\n", line);
  };
  auto engine = Open(folder, options);
  if (!engine.ok()) return engine.status();
  if (verb == "compact") {
    if (auto status = Compact(*engine, compacted); !status.ok()) return status;
  }
  for (int i = 0; i < count; ++i) {
    const std::string topic = topics[i];
    const auto status = verb == "read"
                            ? Print(*engine, topic)
                            : Make(*engine, topic, verb == "make" ? Kept(topic) : Keyed());
    if (!status.ok()) return status;
  }
  return engine->Close();
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  const std::string verb = argc < 3 ? "" : argv[1];
  const bool takes_topics = verb == "make" || verb == "keyed" || verb == "read";
  if (verb == "compact" ? argc != 3 : !takes_topics || argc < 4) {
    std::fputs(
        "usage: topic_files make|keyed|read DATA_FOLDER TOPIC ...\n"
        "       topic_files compact DATA_FOLDER\n",
        stderr);
    return 2;
  }
  const auto status = rill::oracle::Run(verb, argv[2], argc - 3, argv + 3);
  if (status.ok()) return 0;
  fmt::print(stderr, "topic_files: {}\n", status.ToString());
  return 1;
}
