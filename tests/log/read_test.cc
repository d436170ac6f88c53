#include <fstream>
#include <optional>

#include "base/bytes.h"
#include "log/buffer_cap.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

TEST_CASE("a read gives at least one whole batch, and stops before one that passes max_bytes") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  const std::size_t size = NumberedBatch(5, 1000).size();
  for (int i = 0; i < 6; ++i) log.AppendBatch(NumberedBatch(5, 1000));
  for (const auto& [max_bytes, batches] : {std::pair{std::size_t{0}, 1},
                                           {std::size_t{1}, 1},
                                           {size, 1},
                                           {2 * size - 1, 1},
                                           {2 * size, 2},
                                           {5 * size + 1, 5},
                                           {SIZE_MAX, 6}}) {
    const Records records = log.Read(0, {.max_bytes = max_bytes});
    INFO(max_bytes);
    REQUIRE(records.ranges().at(0).next_offset == 5 * batches);
    REQUIRE(records.stored_bytes() == batches * size);
    REQUIRE(ToSeen(records).size() == static_cast<std::size_t>(5 * batches));
  }
}

TEST_CASE("max_records cuts through batches, and the next read goes on behind the cut") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendBatch(NumberedBatch(5, 1000, std::to_string(i) + "-"));
  const auto all = log.ReadAll(0);
  REQUIRE(all.size() == 60);
  for (const std::int64_t step : {1, 2, 3, 4, 7, 100}) {
    INFO(step);
    REQUIRE(log.ReadAll(0, {.max_records = step}) == all);
  }
  REQUIRE(log.Read(3, {.max_records = 0}).empty());
  REQUIRE(log.Read(3, {.max_records = -5}).empty());
}

TEST_CASE("a read from any offset begins with that record") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 12; ++i) {
    BatchOptions options;
    options.compression = i % 2 == 0 ? Compression::kNone : Compression::kLz4;
    log.AppendBatch(NumberedBatch(5, 1000 + i, std::to_string(i) + "-", options));
  }
  REQUIRE(log.FilesEnding(".log").size() > 1);
  const auto all = log.ReadAll(0);
  for (std::int64_t from = 60; from-- > 0;) {
    REQUIRE(log.ReadAll(from) == std::vector<Seen>(all.begin() + from, all.end()));
  }
}

TEST_CASE("a read outside of the log is OutOfRange and says what the log has") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  REQUIRE(log.Read(1).empty());
  for (const std::int64_t offset : {std::int64_t{-1}, std::int64_t{2}, INT64_MAX, INT64_MIN}) {
    const auto status = log->Read(offset, {}).status();
    REQUIRE(absl::IsOutOfRange(status));
    REQUIRE(GetErrorCode(status) == ErrorCode::kOffsetOutOfRange);
    REQUIRE(Contains(status, "0 to 1"));
  }
}

TEST_CASE("a Record shows the same after the Records that it came from was moved and added to") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (const char* value : {"a", "b", "c"}) log.AppendValue(value);
  Records first = log.Read(0, {.max_records = 1});
  const Record record = *first.begin();
  Records all = std::move(first);
  REQUIRE(first.ranges().empty());  // NOLINT(bugprone-use-after-move): that is what is asked
  REQUIRE(first.empty());           // NOLINT(bugprone-use-after-move)
  all.Append(log.Read(1, {.max_records = 1}));
  all.Append(log.Read(2, {.max_records = 1}));
  const Records moved = std::move(all);
  REQUIRE(record.topic() == moved.begin()->topic());
  REQUIRE(record.topic() == moved.ranges().front().partition().topic);
  REQUIRE(record.value() == "a");
  std::string values;
  for (const Record& each : moved) values += each.value();
  REQUIRE(values == "abc");
  REQUIRE(moved.ranges().size() == 3);
  REQUIRE(moved.ranges().back().next_offset == 3);
}

TEST_CASE("what a read gave stays readable when its segment is deleted and the log is closed") {
  for (const auto kind : test::AllKinds()) {
    INFO(test::Name(kind));
    test::FileSystemUnderTest files(kind);
    std::vector<Records> kept;
    std::vector<std::vector<Seen>> expected;
    {
      LogUnderTest log(*files, files.root() + "/orders-0");
      log.config.file_delete_delay_ms = 0;
      log.Open();
      for (int i = 0; i < 40; ++i) {
        BatchOptions options;
        options.compression = i % 3 == 0 ? Compression::kSnappy : Compression::kNone;
        log.AppendBatch(NumberedBatch(3, 1000, std::to_string(i) + "-", options));
        if (i == 20) log->Maintain(log.clock.Now());
      }
      for (std::int64_t at = 0; at < log->high_watermark();) {
        kept.push_back(log.Read(at));
        expected.push_back(ToSeen(kept.back()));
        at = kept.back().ranges().at(0).next_offset;
      }
      REQUIRE(log->DeleteRecordsBefore(log->high_watermark()).ok());
      log->Maintain(log.clock.Now());
      REQUIRE(log.FilesEnding(".log").size() == 1);
      log.Close();
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      REQUIRE(ToSeen(kept[i]) == expected[i]);
      REQUIRE(kept[i].Check().ok());
    }
  }
}

TEST_CASE("decompressed records count against the budget until they are let go") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 1 << 20;
  log.buffers = std::make_shared<base::Budget>("Options::max_buffer_bytes", 300000);
  log.Open();
  BatchOptions options;
  options.compression = Compression::kZstd;
  const std::string value(100000, 'x');
  const RecordData records[] = {{.value = value, .timestamp_ms = 1}};
  for (int i = 0; i < 3; ++i) log.AppendBatch(SealedBatch(records, options));
  {
    const Records first = log.Read(0, {.max_bytes = 1});
    REQUIRE(log.buffers->used() >= value.size());
    std::vector<Records> held;
    absl::Status status;
    for (int i = 0; i < 4 && status.ok(); ++i) {
      auto more = log->Read(1, {.max_bytes = 1});
      status = more.status();
      if (more.ok()) held.push_back(*std::move(more));
    }
    REQUIRE(absl::IsResourceExhausted(status));
    REQUIRE(Contains(status, "Options::max_buffer_bytes"));
    REQUIRE(log.buffers->used() <= 300000);
  }
  REQUIRE(log.buffers->used() == 0);
  REQUIRE(ToSeen(log.Read(2)).size() == 1);
}

TEST_CASE("damage under a clean shutdown is met by the read that gets there, and says where") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue("value " + std::to_string(i), 1000);
  log.Close();
  const std::string name = "00000000000000000000.log";
  const std::string sound = log.Contents(name);
  const std::size_t size = sound.size() / 20;
  std::string bytes = sound;
  bytes[7 * size + 80 - 70 + 61] ^= 0x40;
  log.Put(name, bytes);
  log.Open();
  const auto seen = ToSeen(log.Read(0));
  REQUIRE_FALSE(seen.empty());
  REQUIRE(seen.size() < 20);
  const auto at = static_cast<std::int64_t>(seen.size());
  const auto status = log->Read(at, {}).status();
  REQUIRE(absl::IsDataLoss(status));
  REQUIRE(GetErrorCode(status) == ErrorCode::kCorruptMessage);
  REQUIRE(Contains(status, log.directory() + "/" + name));
  REQUIRE(Contains(status, "byte "));
  REQUIRE(ToSeen(log.Read(at + 1)).size() == 19 - seen.size());
}

// The offset that an error of Read says to go on at.
std::int64_t WayOn(const absl::Status& status) {
  INFO(status.ToString());
  REQUIRE(absl::IsDataLoss(status));
  const std::string message(status.message());
  const std::string_view words = "reading can go on at offset ";
  const auto at = message.find(words);
  REQUIRE(at != std::string::npos);
  return std::stoll(message.substr(at + words.size()));
}

TEST_CASE("behind a batch whose length is damaged, reading goes on where the error says") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.config.index_interval_bytes = 400;
  log.Open();
  for (int i = 0; i < 30; ++i) log.AppendBatch(NumberedBatch(3, 1000));
  log.Close();
  const std::string name = "00000000000000000000.log";
  std::string bytes = log.Contents(name);
  const std::size_t size = bytes.size() / 30;
  REQUIRE(size * 30 == bytes.size());
  bytes[7 * size + 10] ^= 0x10;  // the length of the batch with the offsets 21 to 23
  log.Put(name, bytes);
  log.Open();
  REQUIRE(log->log_end_offset() == 90);
  const std::int64_t resume = WayOn(log->Read(21, {}).status());
  REQUIRE(resume > 23);
  REQUIRE(resume < 45);  // an index entry that is not far
  REQUIRE(static_cast<std::int64_t>(ToSeen(log.Read(resume)).size()) == 90 - resume);
  REQUIRE(WayOn(log->Read(23, {}).status()) == resume);
  REQUIRE(ToSeen(log.Read(0)).size() == 21);
}

TEST_CASE("behind damage that hides the rest of a segment, reading goes on in the next") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.index_interval_bytes = 1 << 20;
  log.Open();
  for (int i = 0; i < 30; ++i) log.AppendBatch(NumberedBatch(3, 1000));
  log.Close();
  const auto segments = log.FilesEnding(".log");
  REQUIRE(segments.size() > 2);
  std::string bytes = log.Contents(segments[0]);
  bytes[10] ^= 0x10;
  log.Put(segments[0], bytes);
  log.Open();
  const std::int64_t resume = WayOn(log->Read(0, {}).status());
  REQUIRE(resume == std::stoll(segments[1]));
  REQUIRE(static_cast<std::int64_t>(log.ReadAll(resume).size()) == 90 - resume);
}

TEST_CASE("WaitFor returns when there is more, and DeadlineExceeded when there is not") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  auto status = log->WaitFor(0, absl::Milliseconds(5));
  REQUIRE(absl::IsDeadlineExceeded(status));
  REQUIRE(GetErrorCode(status) == ErrorCode::kRequestTimedOut);
  log.AppendValue("x");
  REQUIRE(log->WaitFor(0, absl::ZeroDuration()).ok());
  REQUIRE(absl::IsDeadlineExceeded(log->WaitFor(1, absl::ZeroDuration())));
}

TEST_CASE("an observer is told of every append until its token is gone") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  int calls = 0;
  auto token = log->Observe([&] { ++calls; });
  log.AppendValue("x");
  log.AppendValue("x");
  REQUIRE(calls == 2);
  token.reset();
  log.AppendValue("x");
  REQUIRE(calls == 2);
  token = log->Observe([&] { ++calls; });
  log.Close();
  REQUIRE(calls == 3);
}

// The same questions to a log and to a plain list of what was appended.
TEST_CASE("offsets and timestamps are found as a search through all records finds them") {
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    INFO("RILL_SEED=" << seed << ", round " << round);
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    log.config.segment_bytes = 400 + static_cast<std::int64_t>(random() % 3000);
    log.config.index_interval_bytes = static_cast<std::int64_t>(random() % 500);
    log.config.segment_ms = 50 + static_cast<std::int64_t>(random() % 100000);
    log.Open();
    std::vector<Seen> model;
    std::int64_t clock_ms = 100000;
    for (int i = 0; i < 60; ++i) {
      BatchOptions options;
      options.compression = static_cast<Compression>(random() % 5);
      std::vector<std::string> values(1 + random() % 6);
      std::vector<RecordData> records;
      for (std::string& value : values) {
        value = std::to_string(random());
        clock_ms += static_cast<std::int64_t>(random() % 20);
        const std::int64_t timestamp_ms = clock_ms - static_cast<std::int64_t>(random() % 60);
        records.push_back({.key = "k", .value = value, .timestamp_ms = timestamp_ms});
        model.push_back({static_cast<std::int64_t>(model.size()), timestamp_ms, "k", value});
      }
      log.AppendBatch(SealedBatch(records, options));
      if (random() % 15 == 0) log->Maintain(log.clock.Now());
      if (random() % 20 == 0) log.ReopenAfterClose();
      if (random() % 20 == 0) log.ReopenAfterKill();
    }
    std::int64_t start = 0;
    if (random() % 2 == 0) {
      start = static_cast<std::int64_t>(random() % model.size());
      REQUIRE(*log->DeleteRecordsBefore(start) == start);
    }
    for (int i = 0; i < 60; ++i) {
      const auto from = start + static_cast<std::int64_t>(random() % (model.size() - start));
      REQUIRE(ToSeen(log.Read(from, {.max_bytes = 1})).at(0) == model[from]);
      const std::int64_t target_ms = 99900 + static_cast<std::int64_t>(random() % 4000);
      TimestampedOffset expected;
      for (std::size_t at = start; at < model.size() && expected.offset < 0; ++at) {
        if (model[at].timestamp_ms >= target_ms) {
          expected = {static_cast<std::int64_t>(at), model[at].timestamp_ms};
        }
      }
      auto found = log->OffsetForTime(absl::FromUnixMillis(target_ms));
      REQUIRE(found.ok());
      REQUIRE(found->offset == expected.offset);
      REQUIRE(found->timestamp_ms == expected.timestamp_ms);
    }
    REQUIRE(log->OffsetForTime(absl::InfinitePast())->offset == start);
    REQUIRE(log->OffsetForTime(absl::InfiniteFuture())->offset == -1);
    REQUIRE(log.ReadAll(start) == std::vector<Seen>(model.begin() + start, model.end()));
  }
}

TEST_CASE("index files that are missing or say anything cost time, not answers") {
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.index_interval_bytes = 0;
  log.Open();
  for (int i = 0; i < 60; ++i) log.AppendValue("value " + std::to_string(i), 1000 + i * 10);
  log.Close();
  log.Open();
  const auto all = log.ReadAll(0);
  log.Close();
  std::vector<std::string> names = log.FilesEnding("index");
  REQUIRE(names.size() > 8);
  std::vector<std::string> sound;
  for (const std::string& name : names) sound.push_back(log.Contents(name));
  for (int round = 0; round < 200; ++round) {
    INFO("RILL_SEED=" << seed << ", round " << round);
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::string bytes = sound[i];
      switch (random() % 6) {
        case 0:
          bytes.resize(random() % (bytes.size() + 1));
          break;
        case 1:
          if (!bytes.empty()) bytes[random() % bytes.size()] ^= 1 << random() % 8;
          break;
        case 2:
          std::fill(bytes.begin(), bytes.end(), '\0');
          break;
        case 3:
          bytes.append(24, '\0');
          break;
        case 4:
          for (char& c : bytes) c = static_cast<char>(random());
          break;
        default:
          break;
      }
      log.Put(names[i], bytes);
      if (random() % 8 == 0) REQUIRE(files->Remove(log.directory() + "/" + names[i]).ok());
    }
    log.checkpoint.clean_shutdown = random() % 2 == 0;
    log.Open();
    REQUIRE(log->log_end_offset() == 60);
    for (int i = 0; i < 20; ++i) {
      const auto at = static_cast<std::int64_t>(random() % 60);
      REQUIRE(ToSeen(log.Read(at, {.max_bytes = 1})).at(0) == all[at]);
      REQUIRE(log->OffsetForTime(absl::FromUnixMillis(1000 + at * 10 - 3))->offset == at);
    }
    log.Close();
  }
}

TEST_CASE("a time index that lies does not make retention delete young records") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("value " + std::to_string(i));
  log.Close();
  for (const std::string& name : log.FilesEnding(".timeindex")) {
    log.Put(name, std::string(log.Contents(name).size(), '\0'));
  }
  log.config.retention_ms = 1000;
  log.Open();
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 0);
  log.clock.Advance(absl::Seconds(2));
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 40);
}

TEST_CASE("a time index that points behind the end hides nothing that is appended there later") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue("early", 1000);
  log.Close();
  char entry[12];
  base::StoreBigEndian(entry, std::int64_t{1000});
  base::StoreBigEndian(entry + 8, std::int32_t{30});
  log.Put("00000000000000000000.timeindex", std::string_view(entry, sizeof(entry)));
  log.Open();
  REQUIRE(log->OffsetForTime(absl::FromUnixMillis(2000))->offset == -1);
  for (int i = 20; i < 40; ++i) log.AppendValue(std::to_string(i), 3000);
  for (std::int64_t offset = 20; offset < 40; ++offset) {
    REQUIRE(ToSeen(log.Read(offset)).at(0).value == std::to_string(offset));
  }
}

TEST_CASE("segments that nobody reads any more do not stay mapped") {
  test::FileSystemUnderTest files(test::FileSystemKind::kReal);
  LogUnderTest log(*files, files.root() + "/orders-0");
  const auto mapped = [&] {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
      count += line.find(log.directory()) != std::string::npos;
    return count;
  };
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue(std::string(100, 'x'));
  log->Maintain(log.clock.Now());
  const Records kept = log.Read(0);
  const auto all = log.ReadAll(0);
  REQUIRE(mapped() > 3);
  const absl::Time read_at = log.clock.Now();
  for (int i = 0; i < 3; ++i) log.clock.Set(log->Maintain(log.clock.Now()));
  REQUIRE(log.clock.Now() - read_at <= absl::Minutes(5 + 2));
  REQUIRE(mapped() == 1);  // the one that `kept` shows
  REQUIRE(ToSeen(kept).at(0) == all.at(0));
  REQUIRE(log.ReadAll(0) == all);
}

// Everything that can be read, by who goes on where the errors say.
std::vector<Seen> ReadOnBehindDamage(LogUnderTest& log, const ReadOptions& options) {
  std::vector<Seen> all;
  for (std::int64_t at = 0; at < log->high_watermark();) {
    auto records = log->Read(at, options);
    if (records.ok()) {
      for (Seen& seen : ToSeen(*records)) all.push_back(std::move(seen));
      REQUIRE(records->ranges().at(0).next_offset > at);
      at = records->ranges().at(0).next_offset;
      continue;
    }
    const std::int64_t resume = WayOn(records.status());
    REQUIRE(resume > at);
    at = resume;
  }
  return all;
}

TEST_CASE("whatever flips in a batch's header costs that batch, and no other") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 900;
  log.config.index_interval_bytes = 0;
  log.Open();
  for (int i = 0; i < 30; ++i) log.AppendBatch(NumberedBatch(3, 1000 + i));
  const auto all = log.ReadAll(0);
  log.Close();
  const std::string name = log.FilesEnding(".log").at(1);
  const std::string bytes = log.Contents(name);
  const std::size_t size = ParseBatch(bytes)->size();
  for (const std::size_t hit : {std::size_t{1}, bytes.size() / size - 1}) {
    const std::int64_t first = std::stoll(name) + 3 * static_cast<std::int64_t>(hit);
    auto rest = all;
    rest.erase(rest.begin() + first, rest.begin() + first + 3);
    for (std::size_t at = 0; at < kBatchHeaderSize; ++at) {
      for (const int flip : {0x01, 0x20, 0x80}) {
        // Offsets that move by less than a batch may be what compaction left.
        if (at == 7 && flip == 0x01) continue;
        std::string damaged = bytes;
        damaged[hit * size + at] = static_cast<char>(damaged[hit * size + at] ^ flip);
        log.Put(name, damaged);
        log.Open();
        INFO("batch " << hit << ", byte " << at << " flipped by " << flip);
        const bool told = at < 12 || at >= 16;  // nothing guards the leader epoch, nobody shows it
        for (const std::int64_t max_records : {INT64_MAX, std::int64_t{2}}) {
          REQUIRE(ReadOnBehindDamage(log, {.max_records = max_records}) == (told ? rest : all));
        }
        log.Close();
        log.Put(name, bytes);
      }
    }
  }
}

TEST_CASE("a refusal for want of buffers stays one when some are given back meanwhile") {
  base::Budget budget("Options::max_buffer_bytes", 1000);
  const auto full = absl::ResourceExhaustedError("too much");
  auto reservation = budget.Reserve(800);
  REQUIRE(reservation.ok());
  const auto cap = BufferCap::Left(budget);
  REQUIRE(cap.bytes() == 200);
  REQUIRE(Contains(cap.Named(full), "Options::max_buffer_bytes"));
  *reservation = {};
  REQUIRE(absl::IsResourceExhausted(cap.Named(full)));
}

}  // namespace
}  // namespace rill::log
