#include "log/leader_epochs.h"

#include "catch.h"
#include "io/memory_file_system.h"

namespace rill::log {
namespace {

using Entries = std::vector<LeaderEpochs::Entry>;
using End = LeaderEpochs::EndOffset;

LeaderEpochs Make(const Entries& entries) {
  LeaderEpochs epochs;
  for (const auto& entry : entries) {
    REQUIRE(*epochs.Assign(entry.epoch, entry.start_offset));
  }
  return epochs;
}

TEST_CASE("The same epoch assigned again changes nothing") {
  LeaderEpochs epochs = Make({{2, 10}});
  CHECK_FALSE(*epochs.Assign(2, 10));
  CHECK_FALSE(*epochs.Assign(2, 11));
  CHECK(epochs.entries() == Entries{{2, 10}});
}

TEST_CASE("The latest epoch assigned at an earlier offset moves there") {
  LeaderEpochs epochs = Make({{1, 0}, {2, 10}});
  CHECK(*epochs.Assign(2, 5));
  CHECK(epochs.entries() == Entries{{1, 0}, {2, 5}});
}

TEST_CASE("A new epoch removes the entries that it contradicts") {
  LeaderEpochs later_epoch = Make({{1, 0}, {2, 10}, {3, 20}});
  CHECK(*later_epoch.Assign(2, 15));
  CHECK(later_epoch.entries() == Entries{{1, 0}, {2, 15}});

  LeaderEpochs later_start = Make({{1, 0}, {2, 10}, {3, 20}});
  CHECK(*later_start.Assign(4, 10));
  CHECK(later_start.entries() == Entries{{1, 0}, {4, 10}});
}

TEST_CASE("Negative epochs and offsets are refused") {
  LeaderEpochs epochs;
  CHECK(epochs.Assign(-1, 0).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(epochs.Assign(0, -1).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("The epoch of an offset is that of the last entry at or below it") {
  const LeaderEpochs epochs = Make({{1, 5}, {4, 10}});
  CHECK(epochs.EpochForOffset(4) == std::nullopt);
  CHECK(epochs.EpochForOffset(5) == 1);
  CHECK(epochs.EpochForOffset(9) == 1);
  CHECK(epochs.EpochForOffset(10) == 4);
  CHECK(epochs.EpochForOffset(INT64_MAX) == 4);
  CHECK(epochs.latest()->epoch == 4);
  CHECK(LeaderEpochs().latest() == std::nullopt);
}

TEST_CASE("The end offset of an epoch is answered as Kafka's OffsetForLeaderEpoch does") {
  const LeaderEpochs epochs = Make({{2, 5}, {4, 10}, {7, 30}});
  CHECK(epochs.EndOffsetFor(7, 55) == End{7, 55});
  CHECK(epochs.EndOffsetFor(4, 55) == End{4, 30});
  CHECK(epochs.EndOffsetFor(5, 55) == End{4, 30});
  CHECK(epochs.EndOffsetFor(1, 55) == End{1, 5});
  CHECK(epochs.EndOffsetFor(8, 55) == End{-1, -1});
  CHECK(epochs.EndOffsetFor(-1, 55) == End{-1, -1});
  CHECK(LeaderEpochs().EndOffsetFor(0, 55) == End{-1, -1});
}

TEST_CASE("Cutting the log's end forgets the epochs that began there") {
  LeaderEpochs epochs = Make({{1, 0}, {2, 10}, {3, 20}});
  CHECK_FALSE(epochs.TruncateFromEnd(21));
  CHECK(epochs.TruncateFromEnd(20));
  CHECK(epochs.entries() == Entries{{1, 0}, {2, 10}});
  CHECK(epochs.TruncateFromEnd(0));
  CHECK(epochs.entries().empty());
}

TEST_CASE("Cutting the log's start keeps the epoch that the new start falls into, from there on") {
  LeaderEpochs epochs = Make({{1, 5}, {2, 10}, {3, 20}});
  CHECK_FALSE(epochs.TruncateFromStart(4));
  CHECK_FALSE(epochs.TruncateFromStart(5));
  CHECK(epochs.TruncateFromStart(12));
  CHECK(epochs.entries() == Entries{{2, 12}, {3, 20}});
  CHECK(epochs.TruncateFromStart(20));
  CHECK(epochs.entries() == Entries{{3, 20}});
  CHECK(epochs.TruncateFromStart(100));
  CHECK(epochs.entries() == Entries{{3, 100}});
}

TEST_CASE("Epochs are stored as Kafka stores them and read back") {
  const LeaderEpochs epochs = Make({{0, 0}, {3, 42}});
  CHECK(epochs.Format() == "0\n2\n0 0\n3 42\n");
  const auto memory = io::NewMemoryFileSystem();
  io::FileSystem& files = *memory;
  CHECK(LeaderEpochs::Load(files, "/epochs")->entries().empty());
  REQUIRE(epochs.Save(files, "/epochs", /*sync=*/true).ok());
  CHECK(LeaderEpochs::Load(files, "/epochs")->entries() == epochs.entries());
}

TEST_CASE("A damaged epoch checkpoint is told with file and line") {
  for (const char* text : {"0\n1\n0\n", "0\n1\n0 x\n", "0\n1\n-1 0\n", "0\n1\n0 0 0\n"}) {
    const auto status = LeaderEpochs::Parse(text, "epochs").status();
    CAPTURE(text);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find("epochs, line 3") == 0);
  }
  for (const char* text : {"0\n2\n1 0\n1 5\n", "0\n2\n1 5\n2 5\n", "0\n2\n2 0\n1 5\n"}) {
    const auto status = LeaderEpochs::Parse(text, "epochs").status();
    CAPTURE(text);
    CHECK(std::string(status.message()).find("epochs, line 4: epoch") == 0);
  }
}

}  // namespace
}  // namespace rill::log
