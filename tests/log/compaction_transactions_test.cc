#include "compaction_under_test.h"
#include "io/faulty_file_system.h"
#include "log/log_check.h"

// What compaction makes of transactions, decided and open.
namespace rill::log {
namespace {

using record::ControlType;

TEST_CASE("data of aborted transactions goes, that of open ones and what is behind them stays") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const auto send = [&](std::int64_t producer, const std::string& value, int sequence) {
    const RecordData data{.key = "k", .value = value, .timestamp_ms = log.now_ms()};
    return log
        .AppendBatch(SealedBatch({&data, 1}, {.producer_id = producer,
                                              .producer_epoch = 0,
                                              .base_sequence = sequence,
                                              .is_transactional = true}))
        .base_offset;
  };
  Put(log, "k", "before");                                  // 0
  send(1, "committed", 0);                                  // 1
  log.AppendBatch(MarkerOf(log, ControlType::kCommit, 1));  // 2
  send(2, "aborted", 0);                                    // 3
  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 2));   // 4
  RollAndSeal(log);
  send(3, "open", 0);  // 5
  RollAndSeal(log);
  CHECK(Dirt(log).end_offset == 5);
  Clean(log);
  CHECK(ContentOf(log) == Content{{1, "k=committed"}, {5, "k=open"}});
  CHECK(log.FilesEnding(".txnindex").size() == 1);
  CHECK(log->first_dirty_offset() == 5);

  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 3));  // 6
  Put(log, "k", "after");                                  // 7
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{7, "k=after"}});
  log.ReopenAfterKill();
  CHECK(ContentOf(log) == Content{{7, "k=after"}});
  // What it knows of the producers is as it was.
  const RecordData data{.key = "k", .value = "open", .timestamp_ms = log.now_ms()};
  const std::string repeated = SealedBatch(
      {&data, 1},
      {.producer_id = 3, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true});
  CHECK(log.AppendBatch(repeated).base_offset == 5);
}

TEST_CASE("what is read behind a cleaning is told of the aborted transactions that are left") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const RecordData data{.key = "k", .value = "aborted", .timestamp_ms = log.now_ms()};
  for (const std::int64_t producer : {2, 3}) {
    log.AppendBatch(SealedBatch({&data, 1}, {.producer_id = producer,
                                             .producer_epoch = 0,
                                             .base_sequence = 0,
                                             .is_transactional = true}));
    log.AppendBatch(MarkerOf(log, ControlType::kAbort, producer));
  }
  Put(log, "k", "after");
  RollAndSeal(log);
  Clean(log);
  const auto in_turn = log->AbortedTransactions(0, log->high_watermark());
  REQUIRE(in_turn.ok());
  log.ReopenAfterClose();
  const auto from_file = log->AbortedTransactions(0, log->high_watermark());
  REQUIRE(from_file.ok());
  REQUIRE(in_turn->size() == 2);
  REQUIRE(from_file->size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(in_turn->at(i).producer_id == static_cast<std::int64_t>(i) + 2);
    CHECK(in_turn->at(i).first_offset == static_cast<std::int64_t>(2 * i));
    CHECK(from_file->at(i).producer_id == in_turn->at(i).producer_id);
    CHECK(from_file->at(i).first_offset == in_turn->at(i).first_offset);
  }
}

TEST_CASE("a transaction that is aborted behind what is compacted costs its data all the same") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const RecordData data{.key = "k", .value = "aborted", .timestamp_ms = log.now_ms()};
  log.AppendBatch(SealedBatch(
      {&data, 1},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true}));
  RollAndSeal(log);
  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 2));  // in the segment that is written
  CHECK(Dirt(log).end_offset == 1);
  Clean(log);
  CHECK(ContentOf(log).empty());
  CHECK(log->first_dirty_offset() == 1);
}

TEST_CASE("of data that goes at the end of what is compacted nothing stays where more follows") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const auto send = [&](std::int16_t epoch, const std::string& value) {
    const RecordData data{.key = "k", .value = value, .timestamp_ms = log.now_ms()};
    log.AppendBatch(SealedBatch(
        {&data, 1},
        {.producer_id = 2, .producer_epoch = epoch, .base_sequence = 0, .is_transactional = true}));
  };
  send(0, "aborted");
  RollAndSeal(log);
  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 2));  // in the segment that is written
  send(1, "later");
  Clean(log);
  const auto check_what_is_left = [&] {
    CHECK(log.Contents("00000000000000000000.log").empty());
    CHECK(log->log_start_offset() == 0);
    CHECK(log->log_end_offset() == 3);
    CHECK(ContentOf(log) == Content{{2, "k=later"}});
  };
  check_what_is_left();
  log.ReopenAfterKill();
  check_what_is_left();
  log.ReopenAfterClose();
  check_what_is_left();
  log.Close();
  const LogCheckResult result = CheckLog({.files = &files,
                                          .directory = log.directory(),
                                          .name = "orders-0",
                                          .checkpoint = log.checkpoint,
                                          .may_have_gaps = true,
                                          .sink = [](const Finding& finding) {
                                            CAPTURE(finding.file, finding.what);
                                            CHECK(finding.kind == Finding::Kind::kNote);
                                          }});
  CHECK(result.has_sound_batches);
  CHECK(result.log_end_offset == 3);
}

TEST_CASE("a log that begins in an open transaction has nothing to compact") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.cleanup_delete = true;
  log.Open();
  const RecordData data{.key = "k", .value = "open", .timestamp_ms = log.now_ms()};
  log.AppendBatch(SealedBatch(
      {&data, 1},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true}));
  for (int i = 0; i < 20; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  REQUIRE(log->DeleteRecordsBefore(10).ok());
  CHECK(Dirt(log).cleanable_bytes == 0);
  Clean(log);
  CHECK(ContentOf(log).size() == 11);
}

TEST_CASE("a transaction whose marker is deleted in a cleaning is not taken for the next one") {
  for (std::size_t slice = 100; slice < 9000; slice += 100) {
    INFO("after " << slice << " bytes");
    io::FaultyFileSystem files;
    CompactedLog log(files);
    log.config.cleanup_delete = true;
    log.Open();
    const auto send = [&](const std::string& key, int sequence) {
      const RecordData data{.key = key, .value = "v", .timestamp_ms = log.now_ms()};
      log.AppendBatch(SealedBatch({&data, 1}, {.producer_id = 1,
                                               .producer_epoch = 0,
                                               .base_sequence = sequence,
                                               .is_transactional = true}));
    };
    send("aborted", 0);                                      // 0
    log.AppendBatch(MarkerOf(log, ControlType::kAbort, 1));  // 1
    for (int i = 2; i < 20; ++i) Put(log, "k", "v");
    send("committed", 1);                                     // 20
    log.AppendBatch(MarkerOf(log, ControlType::kCommit, 1));  // 21
    Put(log, "k", "last");                                    // 22
    RollAndSeal(log);
    const bool was_done = log->Clean({.slice_bytes = slice})->done;
    REQUIRE(log->DeleteRecordsBefore(15).ok());
    if (!was_done) Clean(log);
    REQUIRE(ContentOf(log) == Content{{20, "committed=v"}, {22, "k=last"}});
  }
}

}  // namespace
}  // namespace rill::log
