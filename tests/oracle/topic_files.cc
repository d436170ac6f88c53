// Makes topics in a data folder, for a partition's files to be put in, and reads them back.
//
//   topic_files make DATA_FOLDER TOPIC ...     topics of one partition that keep their records;
//                                              stamped by the log where the name ends -append-time
//   topic_files read DATA_FOLDER TOPIC         prints the records, in the words of
//                                              java/RecordLines.java

#include <cstdio>
#include <string>

#include "record_text.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

TimestampType TypeOf(const std::string& topic) {
  return topic.ends_with("-append-time") ? TimestampType::kLogAppendTime
                                         : TimestampType::kCreateTime;
}

absl::Status Make(Engine& engine, const std::string& name) {
  const auto topic = engine.CreateTopic(
      name, {.partitions = 1,
             .configs = {{"retention.ms", "-1"},
                         {"message.timestamp.type", TimestampTypeText(TypeOf(name))}}});
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

absl::Status Run(const std::string& verb, const std::string& folder, int count, char** topics) {
  Options options;
  options.log_sink = [](LogLevel, std::string_view line) {
    fmt::print(stderr, "rill: {}\n", line);
  };
  auto engine = Open(folder, options);
  if (!engine.ok()) return engine.status();
  for (int i = 0; i < count; ++i) {
    const auto status = verb == "make" ? Make(*engine, topics[i]) : Print(*engine, topics[i]);
    if (!status.ok()) return status;
  }
  return engine->Close();
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  const std::string verb = argc < 4 ? "" : argv[1];
  if (verb != "make" && verb != "read") {
    std::fputs("usage: topic_files make|read DATA_FOLDER TOPIC ...\n", stderr);
    return 2;
  }
  const auto status = rill::oracle::Run(verb, argv[2], argc - 3, argv + 3);
  if (status.ok()) return 0;
  fmt::print(stderr, "topic_files: {}\n", status.ToString());
  return 1;
}
