// Appends random records to topics, a thread each, and backs the data folder up meanwhile. Kills
// itself in the end, so that the folder is what a crash leaves.
//
//   write_backed_up DATA_FOLDER BACKUP_FOLDER REPORT_FOLDER SEED
//
// REPORT_FOLDER gets <topic>.records: all that was acknowledged, in the words of
// java/RecordLines.java. The backup has a first part of it.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stop_token>
#include <thread>

#include "random_records.h"
#include "record_text.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

constexpr std::int64_t kRecordsOnEachSide = 1200;  // before the backup begins, and after it is made
constexpr Compression kCodecs[] = {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                   Compression::kLz4, Compression::kZstd};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "write_backed_up: {}\n", status.ToString());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  Check(result.status());
  return *std::move(result);
}

class TopicWriter {
 public:
  TopicWriter(Engine& engine, Compression codec, const std::string& reports, std::uint64_t seed)
      : codec_(codec),
        random_(seed, false),
        partition_(Must(Must(engine.CreateTopic(CompressionName(codec), Options())).partition(0))),
        report_(fmt::format("{}/{}.records", reports, CompressionName(codec)), std::ios::binary),
        thread_([this](const std::stop_token& stop) { Write(stop); }) {}

  void WaitUntil(std::int64_t end_offset) const {
    while (partition_.log_end_offset() < end_offset) Pause();
  }
  std::int64_t log_end_offset() const { return partition_.log_end_offset(); }

  void Stop() {
    thread_.request_stop();
    thread_.join();
    report_.close();
    if (!report_) Check(absl::DataLossError("report"));
  }

 private:
  // Indexes that are dense and small make several segments of few records.
  static TopicOptions Options() {
    return {.partitions = 1,
            .configs = {{"retention.ms", "-1"},
                        {"index.interval.bytes", "300"},
                        {"segment.index.bytes", "400"}}};
  }
  static void Pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

  void Write(const std::stop_token& stop) {
    for (; !stop.stop_requested(); Pause()) {  // the pause keeps what a broker reads to seconds
      std::vector<OwnedRecord> records;
      BatchBuilder builder({.compression = codec_});
      for (auto left = random_.Below(30) + 1; left > 0; --left) {
        records.push_back(random_.Next());
        Check(builder.Append(records.back().Data()));
      }
      std::int64_t offset = Must(partition_.AppendBatch(Must(builder.Seal()))).base_offset;
      for (OwnedRecord& record : records)
        report_ << RecordLine(offset++, TimestampType::kCreateTime, record.Data()) << '\n';
    }
  }

  const Compression codec_;
  RandomRecords random_;
  Partition partition_;
  std::ofstream report_;
  std::jthread thread_;  // last: it uses the others
};

void Main(const std::string& folder, const std::string& backup, const std::string& reports,
          std::uint64_t seed) {
  auto engine = Must(Open(folder));
  std::vector<std::unique_ptr<TopicWriter>> writers;
  for (const Compression codec : kCodecs)
    writers.push_back(std::make_unique<TopicWriter>(engine, codec, reports, seed++));
  for (const auto& writer : writers) writer->WaitUntil(kRecordsOnEachSide);
  Check(engine.Backup(backup));
  for (const auto& writer : writers)
    writer->WaitUntil(writer->log_end_offset() + kRecordsOnEachSide);
  for (const auto& writer : writers) writer->Stop();
  std::raise(SIGKILL);
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: write_backed_up DATA_FOLDER BACKUP_FOLDER REPORT_FOLDER SEED\n", stderr);
    return 2;
  }
  rill::oracle::Main(argv[1], argv[2], argv[3], std::strtoull(argv[4], nullptr, 10));
}
