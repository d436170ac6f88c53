#include <cstring>

#include "log_under_test.h"
#include "record/control.h"
#include "record/rewrite.h"

namespace rill::log {
namespace {

using test::AllKinds;
using test::FileSystemUnderTest;

TEST_CASE("appends get consecutive offsets and are read back on every file system") {
  for (const auto kind : AllKinds()) {
    INFO(test::Name(kind));
    FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.Open();
    std::vector<Seen> expected;
    for (int i = 0; i < 60; ++i) {
      const std::string value = "value " + std::to_string(i);
      REQUIRE(log.AppendValue(value, 1000 + i) == i);
      expected.push_back({i, 1000 + i, "k", value});
    }
    REQUIRE(log->log_end_offset() == 60);
    REQUIRE(log->high_watermark() == 60);
    REQUIRE(log->log_start_offset() == 0);
    REQUIRE(log.ReadAll(0) == expected);
    log.ReopenAfterClose();
    REQUIRE(log.ReadAll(0) == expected);
    REQUIRE(log.AppendValue("next") == 60);
  }
}

TEST_CASE("a batch gets its base offset and the leader epoch, and nothing else of it changes") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Put("leader-epoch-checkpoint", "0\n1\n7 0\n");
  log.Open();
  log.AppendValue("first");
  const std::string batch = NumberedBatch(3, 5000);
  const AppendResult result = log.AppendBatch(batch);
  REQUIRE(result.base_offset == 1);
  REQUIRE(result.last_offset == 3);
  REQUIRE(result.log_append_time_ms == kNoTimestamp);
  log.Close();
  const std::string stored = log.Contents("00000000000000000000.log");
  const auto first = ParseBatch(stored);
  REQUIRE(first.ok());
  REQUIRE(first->partition_leader_epoch() == 7);
  const auto second = ParseBatch(std::string_view(stored).substr(first->size()));
  REQUIRE(second.ok());
  REQUIRE(second->base_offset() == 1);
  REQUIRE(second->partition_leader_epoch() == 7);
  REQUIRE(second->bytes().substr(16) == std::string_view(batch).substr(16));
}

TEST_CASE(
    "a batch tells the youngest of its records' timestamps, whatever its producer says of it") {
  for (const auto compression : {Compression::kNone, Compression::kZstd}) {
    for (const std::int64_t step : {std::int64_t{10}, std::int64_t{1} << 20}) {
      CAPTURE(compression, step);
      auto files = io::NewMemoryFileSystem();
      LogUnderTest log(*files);
      log.Open();
      const RecordData records[] = {{.value = "a", .timestamp_ms = 1000},
                                    {.value = "b", .timestamp_ms = 1000 + step},
                                    {.value = "c", .timestamp_ms = 900}};
      BatchOptions options;
      options.compression = compression;
      const std::string honest = SealedBatch(records, options);
      std::string lying = honest;
      record::SetCreateTime(lying.data(), lying.size(), 5'000'000'000);
      std::string stamped = honest;
      record::StampLogAppendTime(stamped.data(), stamped.size(), 5'000'000'000);
      for (const std::string& batch : {honest, lying, stamped}) {
        REQUIRE(log->Append(batch, BatchOrigin::kValidate).ok());
      }
      const auto found = log->OffsetForTime(absl::FromUnixMillis(1000 + step + 1));
      REQUIRE(found.ok());
      CHECK(found->offset == -1);
      log.Close();
      const std::string stored = log.Contents("00000000000000000000.log");
      std::string_view rest = stored;
      for (int i = 0; i < 3; ++i) {
        const auto batch = ParseBatch(rest);
        REQUIRE(batch.ok());
        CHECK(batch->bytes().substr(16) == std::string_view(honest).substr(16));
        rest.remove_prefix(batch->size());
      }
    }
  }
}

TEST_CASE("a batch that is damaged, followed by more, or no batch at all is refused") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  std::string batch = NumberedBatch(2, 5000);
  REQUIRE(GetErrorCode(log->Append(batch + "x", BatchOrigin::kValidate).status()) ==
          ErrorCode::kInvalidRecord);
  for (const std::size_t size : {0, 40, 61}) {
    const auto status = log->Append(batch.substr(0, size), BatchOrigin::kValidate).status();
    REQUIRE(GetErrorCode(status) == ErrorCode::kInvalidRecord);
    REQUIRE(Contains(status, "orders-0: the bytes end before the record batch does"));
  }
  batch.back() ^= 1;
  const auto status = log->Append(batch, BatchOrigin::kValidate).status();
  REQUIRE(absl::IsDataLoss(status));
  REQUIRE(GetErrorCode(status) == ErrorCode::kCorruptMessage);
  REQUIRE(Contains(status, "orders-0: "));
  REQUIRE(log->log_end_offset() == 0);
  REQUIRE(log.Read(0).empty());
}

TEST_CASE("sizes past max.message.bytes and past segment.bytes are refused by name") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.max_message_bytes = 800;
  log.Open();
  const std::string large(900, 'x');
  auto status = log->AppendRecord({.value = large}).status();
  REQUIRE(GetErrorCode(status) == ErrorCode::kMessageTooLarge);
  REQUIRE(Contains(status, "max.message.bytes=800"));
  REQUIRE(GetErrorCode(log->Claim({}, 900).status()) == ErrorCode::kMessageTooLarge);
  REQUIRE(GetErrorCode(log->Claim({}, SIZE_MAX).status()) == ErrorCode::kMessageTooLarge);
  log.config.max_message_bytes = 4000;
  log->SetConfig(log.config);
  status = log->AppendRecord({.value = std::string(2000, 'x')}).status();
  REQUIRE(GetErrorCode(status) == ErrorCode::kRecordListTooLarge);
  REQUIRE(Contains(status, "segment.bytes=1000"));
  REQUIRE(log.AppendValue(std::string(850, 'y')) == 0);
}

TEST_CASE("an empty segment takes batches of a segment.bytes that was raised later") {
  for (const auto kind : AllKinds()) {
    INFO(test::Name(kind));
    FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.Open();
    log.config.segment_bytes = 300000;
    log->SetConfig(log.config);
    const std::string large(200000, 'x');
    REQUIRE(log.AppendValue(large) == 0);
    REQUIRE(log.ReadAll(0).at(0).value == large);
    log.ReopenAfterKill();
    REQUIRE(log.ReadAll(0).at(0).value == large);
  }
}

TEST_CASE("records without a timestamp get the present, and LogAppendTime stamps every record") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("now");
  REQUIRE(log.ReadAll(0).at(0).timestamp_ms == log.now_ms());

  log.config.message_timestamp_type = TimestampType::kLogAppendTime;
  log->SetConfig(log.config);
  log.clock.Advance(absl::Seconds(5));
  const AppendResult result = log.AppendBatch(NumberedBatch(3, 1234));
  REQUIRE(result.log_append_time_ms == log.now_ms());
  auto record = log->AppendRecord({.value = "x", .timestamp_ms = 99});
  REQUIRE(record.ok());
  REQUIRE(record->log_append_time_ms == log.now_ms());
  const auto seen = log.ReadAll(1);
  REQUIRE(seen.size() == 4);
  for (const Seen& one : seen) REQUIRE(one.timestamp_ms == log.now_ms());
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(1) == seen);
}

TEST_CASE("timestamps outside of the topic's limits are refused") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.message_timestamp_before_max_ms = 10000;
  log.config.message_timestamp_after_max_ms = 2000;
  log.Open();
  const std::int64_t now = log.now_ms();
  const auto code = [&](std::int64_t timestamp_ms) {
    return GetErrorCode(log->AppendRecord({.value = "x", .timestamp_ms = timestamp_ms}).status());
  };
  REQUIRE(code(now + 2000) == ErrorCode::kNone);
  REQUIRE(code(now + 2001) == ErrorCode::kInvalidTimestamp);
  REQUIRE(code(now - 10000) == ErrorCode::kNone);
  REQUIRE(code(now - 10001) == ErrorCode::kInvalidTimestamp);
  REQUIRE(code(INT64_MIN) == ErrorCode::kInvalidTimestamp);
  REQUIRE(code(INT64_MAX) == ErrorCode::kInvalidTimestamp);
  const auto batch_code = [&](std::int64_t first_ms, std::int64_t second_ms) {
    const RecordData records[] = {{.value = "a", .timestamp_ms = first_ms},
                                  {.value = "b", .timestamp_ms = second_ms}};
    return GetErrorCode(log->Append(SealedBatch(records), BatchOrigin::kValidate).status());
  };
  REQUIRE(batch_code(now, now - 9000) == ErrorCode::kNone);
  REQUIRE(batch_code(now, now - 11000) == ErrorCode::kInvalidTimestamp);
  REQUIRE(batch_code(now, now + 3000) == ErrorCode::kInvalidTimestamp);
}

TEST_CASE("a compacted topic takes no record without a key") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.cleanup_compact = true;
  log.Open();
  REQUIRE(GetErrorCode(log->AppendRecord({.value = "x"}).status()) == ErrorCode::kInvalidRecord);
  const RecordData records[] = {{.key = "k", .value = "a"}, {.value = "b"}};
  for (const auto compression : {Compression::kNone, Compression::kLz4}) {
    BatchOptions options;
    options.compression = compression;
    REQUIRE(
        GetErrorCode(log->Append(SealedBatch(records, options), BatchOrigin::kValidate).status()) ==
        ErrorCode::kInvalidRecord);
  }
  REQUIRE(log.AppendValue("x", kNoTimestamp, "") == 0);  // an empty key is a key
}

TEST_CASE("a record that is larger uncompressed than max.decompressed.message.bytes is refused") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.max_decompressed_message_bytes = 500;
  log.Open();
  const auto code = [&](Compression compression, std::size_t size) {
    const std::string value(size, 'x');
    const RecordData records[] = {{.value = "a"}, {.value = value}};
    BatchOptions options;
    options.compression = compression;
    return GetErrorCode(
        log->Append(SealedBatch(records, options), BatchOrigin::kValidate).status());
  };
  CHECK(code(Compression::kZstd, 480) == ErrorCode::kNone);
  CHECK(code(Compression::kZstd, 501) == ErrorCode::kInvalidRecord);
  // max.message.bytes is for these.
  CHECK(code(Compression::kNone, 501) == ErrorCode::kNone);
}

TEST_CASE(
    "a batch past max.message.bytes is refused as it comes, however small it would be stored") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.max_message_bytes = 500;
  log.config.recompress = true;
  log.config.compression_type = Compression::kGzip;
  log.Open();
  const auto append = [&](std::size_t size) {
    const std::string value(size, 'x');
    const RecordData records[] = {{.value = value}};
    return log->Append(SealedBatch(records), BatchOrigin::kValidate).status();
  };
  CHECK(GetErrorCode(append(2000)) == ErrorCode::kMessageTooLarge);
  CHECK(append(400).ok());
}

TEST_CASE("a header without a name is refused") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  const Header headers[] = {{.name = {}, .value = "v"}};
  const auto status = log->AppendRecord({.value = "x", .headers = headers}).status();
  REQUIRE(GetErrorCode(status) == ErrorCode::kInvalidRecord);
}

TEST_CASE("compression.type makes batches anew with the topic's codec, and keeps their records") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.config.recompress = true;
  log.config.compression_type = Compression::kZstd;
  log.Open();
  std::vector<Seen> expected;
  for (const auto compression : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                 Compression::kLz4, Compression::kZstd}) {
    BatchOptions options;
    options.compression = compression;
    const std::string prefix = CompressionName(compression);
    const AppendResult result = log.AppendBatch(NumberedBatch(20, 4000, prefix, options));
    for (int i = 0; i < 20; ++i) {
      expected.push_back({result.base_offset + i, 4000, "k", prefix + std::to_string(i)});
    }
  }
  REQUIRE(log.ReadAll(0) == expected);
  log.Close();
  std::string stored = log.Contents("00000000000000000000.log");
  for (std::string_view rest = stored; !rest.empty();) {
    const auto batch = ParseBatch(rest);
    REQUIRE(batch.ok());
    REQUIRE(batch->compression() == Compression::kZstd);
    rest.remove_prefix(batch->size());
  }
}

TEST_CASE("a claimed record is written in place, shows once published, and not when abandoned") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  {
    auto claim = log->Claim({.key = "claimed", .timestamp_ms = 4321}, 5);
    REQUIRE(claim.ok());
    REQUIRE((*claim)->value_size() == 5);
    std::memcpy((*claim)->value(), "12345", 5);
    REQUIRE(log->log_end_offset() == 0);
    auto result = (*claim)->Publish();
    REQUIRE(result.ok());
    REQUIRE(result->base_offset == 0);
    REQUIRE(absl::IsFailedPrecondition((*claim)->Publish().status()));
  }
  {
    auto claim = log->Claim({.key = "abandoned"}, 100);
    REQUIRE(claim.ok());
    std::memset((*claim)->value(), 0xee, 100);
  }
  REQUIRE(log.AppendValue("after", 5000) == 1);
  const std::vector<Seen> expected = {{0, 4321, "claimed", "12345"}, {1, 5000, "k", "after"}};
  REQUIRE(log.ReadAll(0) == expected);
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(0) == expected);
}

TEST_CASE("a claim of no bytes is an empty value") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  auto claim = log->Claim({}, 0);
  REQUIRE(claim.ok());
  REQUIRE((*claim)->Publish().ok());
  const Records records = log.Read(0);
  REQUIRE_FALSE(IsNull(records.begin()->value()));
  REQUIRE(IsNull(records.begin()->key()));
}

TEST_CASE("control batches take offsets and are not shown") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("before");
  BatchOptions options;
  options.producer_id = 5;
  options.producer_epoch = 0;
  options.is_transactional = true;
  options.is_control = true;
  const auto key = record::EncodeControlKey(record::ControlType::kCommit);
  const auto value = record::EncodeEndTxnMarker(0);
  const RecordData marker[] = {{.key = {key.data(), key.size()},
                                .value = {value.data(), value.size()},
                                .timestamp_ms = 1000}};
  REQUIRE(log.AppendBatch(SealedBatch(marker, options), BatchOrigin::kBuiltHere).base_offset == 1);
  log.AppendValue("after");
  REQUIRE(log.ReadAll(0).size() == 2);
  const Records control = log.Read(1, {.max_bytes = 1});
  REQUIRE(control.empty());
  REQUIRE(control.ranges().at(0).next_offset == 2);
}

TEST_CASE("after Close every call is FailedPrecondition, after Abandon it is the reason") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  absl::StatusCode expected = absl::StatusCode::kFailedPrecondition;
  SECTION("closed") { log.Close(); }
  SECTION("abandoned") {
    log->Abandon(absl::NotFoundError("the topic was deleted"));
    expected = absl::StatusCode::kNotFound;
  }
  REQUIRE(log->AppendRecord({.value = "x"}).status().code() == expected);
  REQUIRE(log->Append(NumberedBatch(1, 1), BatchOrigin::kValidate).status().code() == expected);
  REQUIRE(log->Claim({}, 1).status().code() == expected);
  REQUIRE(log->Read(0, {}).status().code() == expected);
  REQUIRE(log->WaitFor(0, absl::Seconds(1)).code() == expected);
  REQUIRE(log->OffsetForTime(absl::UnixEpoch()).status().code() == expected);
  REQUIRE(log->DeleteRecordsBefore(0).status().code() == expected);
  REQUIRE(log->Flush().code() == expected);
  REQUIRE(log->Maintain(log.clock.Now()) == absl::InfiniteFuture());
  REQUIRE(log->Close().ok());
}

TEST_CASE("a full disk refuses the append, keeps what is there, and goes on when there is room") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.config.segment_bytes = 1 << 20;
  log.config.max_message_bytes = 1 << 20;
  log.Open();
  const std::string value(30000, 'x');
  log.AppendValue(value);
  files.SetCapacity(files.UsedBytes());
  absl::Status status;
  std::int64_t appended = 1;
  while (status.ok() && appended < 100) {
    auto result = log->AppendRecord({.key = "k", .value = value, .timestamp_ms = 1000});
    status = result.status();
    if (status.ok()) ++appended;
  }
  REQUIRE(absl::IsResourceExhausted(status));
  REQUIRE(static_cast<std::int64_t>(log.ReadAll(0).size()) == appended);
  files.SetCapacity(UINT64_MAX);
  REQUIRE(log.AppendValue(value) == appended);
  log.ReopenAfterKill();
  REQUIRE(static_cast<std::int64_t>(log.ReadAll(0).size()) == appended + 1);
}

TEST_CASE("who watches a log is told of a full disk once a minute, who appends each time") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.config.segment_bytes = 1 << 20;
  log.config.max_message_bytes = 1 << 20;
  log.Open();
  const std::string value(30000, 'x');
  log.AppendValue(value);
  files.SetCapacity(files.UsedBytes());
  const RecordData records[] = {{.value = value}};
  const auto told = [&] {
    while (log->Append(SealedBatch(records), BatchOrigin::kValidate).ok()) {
    }
    const std::string lines = log.lines();
    std::size_t count = 0;
    for (auto at = lines.find("nothing is appended: "); at != lines.npos; ++count) {
      at = lines.find("nothing is appended: ", at + 1);
    }
    return count;
  };
  CHECK(told() == 1);
  CHECK(told() == 1);
  log.clock.Advance(absl::Minutes(1));
  CHECK(told() == 2);
}

TEST_CASE("a roll that the disk is too full for leaves nothing that the next open stumbles over") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 8; ++i) log.AppendValue(std::string(50, 'x'));
  files.plan().Add({.call = testing::FileCall::kAllocate, .error = ENOSPC, .times = 3});
  const std::size_t segments = log.FilesEnding(".log").size();
  absl::Status status;
  for (int i = 0; i < 8 && status.ok(); ++i) {
    status = log->AppendRecord({.key = "k", .value = std::string(50, 'x')}).status();
  }
  REQUIRE(absl::IsResourceExhausted(status));
  REQUIRE(log.FilesEnding(".log").size() == segments);
  files.plan().Clear();
  const std::int64_t end = log->log_end_offset();
  REQUIRE(log.AppendValue("goes on") == end);
  log.ReopenAfterClose();
  REQUIRE(static_cast<std::int64_t>(log.ReadAll(0).size()) == end + 1);
}

TEST_CASE("a batch that would decompress past the budget of buffers is refused by name") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 1 << 20;
  log.buffers = std::make_shared<base::Budget>("Options::max_buffer_bytes", 100000);
  log.Open();
  const std::string value(200000, 'x');
  const RecordData records[] = {{.key = "k", .value = value, .timestamp_ms = 1}};
  for (const auto codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    BatchOptions options;
    options.compression = codec;
    const std::string batch = SealedBatch(records, options);
    const auto refused = log->Append(batch, BatchOrigin::kValidate).status();
    INFO(CompressionName(codec) << ": " << refused.ToString());
    REQUIRE(absl::IsResourceExhausted(refused));
    REQUIRE(Contains(refused, "Options::max_buffer_bytes"));
    REQUIRE(log->log_end_offset() == 0);
    // A producer of ours sealed it: taken as it is, yet its records are asked for keys.
    log.config.cleanup_compact = true;
    log->SetConfig(log.config);
    REQUIRE(absl::IsResourceExhausted(log->Append(batch, BatchOrigin::kBuiltHere).status()));
    log.config.cleanup_compact = false;
    log->SetConfig(log.config);
  }
}

TEST_CASE("the last of the room under a cap is used, in steps as small as it takes") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.config.segment_bytes = 64 << 20;
  log.config.max_message_bytes = 1 << 20;
  constexpr std::uint64_t kCapacity = std::uint64_t{10} << 20;
  files.SetCapacity(kCapacity);
  log.Open();
  std::uint64_t stored = 0;
  for (;;) {
    const auto result = log->AppendRecord({.value = std::string(100000, 'x')});
    if (!result.ok()) {
      REQUIRE(absl::IsResourceExhausted(result.status()));
      break;
    }
    stored += 100000;
  }
  REQUIRE(stored > kCapacity - 300000);
}

}  // namespace
}  // namespace rill::log
