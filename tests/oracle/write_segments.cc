// Writes topics of random records into a data folder, and beside it what Apache Kafka is to find.
//
//   write_segments DATA_FOLDER REPORT_FOLDER SEED
//
// REPORT_FOLDER gets <topic>.records, in the words of java/RecordLines.java, and, for topics of
// text, <topic>.dump, the record lines of DumpLogSegments --deep-iteration --print-data-log. A name
// that ends with -append-time is that of a topic with message.timestamp.type=LogAppendTime.

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "random_records.h"
#include "record_text.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

constexpr int kRecordsPerTopic = 1500;
constexpr std::int64_t kProducerId = 7000;

[[noreturn]] void Fail(const char* what, const absl::Status& status) {
  fmt::print(stderr, "write_segments: {}: {}\n", what, status.ToString());
  std::exit(1);
}

template <typename T>
T Must(const char* what, absl::StatusOr<T> result) {
  if (!result.ok()) Fail(what, result.status());
  return *std::move(result);
}

struct TopicPlan {
  std::string name;
  Compression compression = Compression::kNone;
  TimestampType type = TimestampType::kCreateTime;
  bool text = true;
  bool sequenced = false;  // batches carry a producer id and sequence numbers
};

// Fills one topic, each time in another of the ways to append.
class TopicWriter {
 public:
  TopicWriter(Engine& engine, const TopicPlan& plan, const std::string& reports, std::uint64_t seed)
      : plan_(plan),
        random_(seed, plan.text),
        topic_(Must("EnsureTopic", engine.EnsureTopic(plan.name, Options(plan)))),
        partition_(Must("partition", topic_.partition(0))),
        producer_(Must("NewProducer", engine.NewProducer({.linger = absl::Seconds(10),
                                                          .compression = plan.compression}))),
        records_(reports + "/" + plan.name + ".records", std::ios::binary) {
    if (plan.text) dump_.open(reports + "/" + plan.name + ".dump", std::ios::binary);
  }

  void Write() {
    while (written_ < kRecordsPerTopic) {
      std::vector<OwnedRecord> records;
      for (auto left = random_.Below(60) + 1; left > 0; --left) records.push_back(random_.Next());
      ++appends_;
      const auto way = plan_.sequenced ? 0 : random_.Below(4);
      if (way <= 1) AppendSealed(records);
      if (way == 2) AppendPlain(records);
      if (way == 3 && plan_.compression != Compression::kNone) Send(records);
      if (way == 3 && plan_.compression == Compression::kNone) Claim(records);
    }
    if (const auto status = producer_.Close(); !status.ok()) Fail("Producer::Close", status);
    records_.close();
    dump_.close();
    if (!records_ || (plan_.text && !dump_))
      Fail(plan_.name.c_str(), absl::DataLossError("report"));
    fmt::print("{}: {} records in {} appends, {} bytes\n", plan_.name, written_, appends_,
               partition_.size_bytes());
  }

 private:
  // Indexes that are dense and small make several segments of few records.
  static TopicOptions Options(const TopicPlan& plan) {
    return {.partitions = 1,
            .configs = {{"retention.ms", "-1"},
                        {"index.interval.bytes", "300"},
                        {"segment.index.bytes", "400"},
                        {"message.timestamp.type", TimestampTypeText(plan.type)}}};
  }

  void AppendSealed(std::vector<OwnedRecord>& records) {
    BatchOptions options{.compression = plan_.compression};
    if (plan_.sequenced) {
      options.producer_id = kProducerId;
      options.producer_epoch = 0;
      options.base_sequence = static_cast<std::int32_t>(written_);
    }
    BatchBuilder builder(options);
    for (OwnedRecord& record : records) {
      if (auto status = builder.Append(record.Data()); !status.ok()) Fail("Append", status);
    }
    Report(records, Must("AppendBatch", partition_.AppendBatch(Must("Seal", builder.Seal()))));
  }

  void AppendPlain(std::vector<OwnedRecord>& records) {
    std::vector<RecordData> data;
    for (OwnedRecord& record : records) data.push_back(record.Data());
    Report(records, Must("Partition::Append", partition_.Append(data)));
  }

  static ProducerRecord ToSend(const RecordData& data) {
    return {.key = data.key,
            .value = data.value,
            .headers = data.headers,
            .partition = 0,
            .timestamp = absl::FromUnixMillis(data.timestamp_ms)};
  }

  void Send(std::vector<OwnedRecord>& records) {
    std::vector<PendingSend> sent;
    for (OwnedRecord& record : records)
      sent.push_back(producer_.Send(topic_, ToSend(record.Data())));
    for (std::size_t i = 0; i < records.size(); ++i) {
      const RecordMetadata at = Must("Send", sent[i].Wait());
      Report(records[i], at.offset, at.timestamp_ms);
    }
  }

  void Claim(std::vector<OwnedRecord>& records) {
    for (OwnedRecord& record : records) {
      if (!record.value.has_value()) record.value.emplace();  // a claimed value is never null
      auto claim = Must("ClaimRecord",
                        producer_.ClaimRecord(topic_, ToSend(record.Data()), record.value->size()));
      record.value->copy(claim.value().data(), record.value->size());
      const RecordMetadata at = Must("Publish", claim.Publish());
      Report(record, at.offset, at.timestamp_ms);
    }
  }

  void Report(std::vector<OwnedRecord>& records, const AppendResult& at) {
    std::int64_t offset = at.base_offset;
    for (OwnedRecord& record : records) Report(record, offset++, at.log_append_time_ms);
    if (offset != at.last_offset + 1) Fail("last_offset", absl::InternalError("not as appended"));
  }

  void Report(OwnedRecord& record, std::int64_t offset, std::int64_t stored_ms) {
    if (offset != written_) Fail("offset", absl::InternalError("not the next"));
    if (plan_.type == TimestampType::kLogAppendTime) record.timestamp_ms = stored_ms;
    const RecordData data = record.Data();
    records_ << RecordLine(offset, plan_.type, data) << '\n';
    const auto sequence = plan_.sequenced ? static_cast<std::int32_t>(written_) : kNoSequence;
    if (plan_.text) dump_ << DumpLine(offset, plan_.type, data, sequence) << '\n';
    ++written_;
  }

  const TopicPlan plan_;
  RandomRecords random_;
  Topic topic_;
  Partition partition_;
  Producer producer_;
  std::ofstream records_;
  std::ofstream dump_;
  std::int64_t written_ = 0;
  int appends_ = 0;
};

std::vector<TopicPlan> Plans() {
  std::vector<TopicPlan> plans;
  for (const Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                  Compression::kLz4, Compression::kZstd}) {
    const std::string name = CompressionName(codec);
    plans.push_back({name, codec});
    plans.push_back({name + "-append-time", codec, TimestampType::kLogAppendTime});
    plans.push_back({name + "-binary", codec, TimestampType::kCreateTime, false});
  }
  plans.push_back({"sequenced", Compression::kLz4, TimestampType::kCreateTime, true, true});
  return plans;
}

int Main(const std::string& folder, const std::string& reports, std::uint64_t seed) {
  auto engine = Must("Open", Open(folder));
  for (const TopicPlan& plan : Plans()) TopicWriter(engine, plan, reports, seed++).Write();
  if (const auto status = engine.Close(); !status.ok()) Fail("Close", status);
  return 0;
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: write_segments DATA_FOLDER REPORT_FOLDER SEED\n", stderr);
    return 2;
  }
  return rill::oracle::Main(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
