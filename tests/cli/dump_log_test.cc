#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "catch.h"
#include "fmt/format.h"
#include "rill/record_batch.h"
#include "run_command.h"

namespace rill::cli {
namespace {

constexpr char kLog[] = "00000000000000000000.log";
constexpr char kIndex[] = "00000000000000000000.index";
constexpr char kTimeIndex[] = "00000000000000000000.timeindex";

std::string Number(std::int64_t value) {
  std::string bytes(sizeof value, '\0');
  base::StoreBigEndian(bytes.data(), value);
  return bytes;
}

std::string Number32(std::int32_t value) {
  std::string bytes(sizeof value, '\0');
  base::StoreBigEndian(bytes.data(), value);
  return bytes;
}

// A batch of one record of time 1000 + its offset, 80 bytes long for a value of 10.
std::string Batch(std::int64_t offset, const std::string& value = "0123456789",
                  BatchOptions options = {}) {
  options.base_offset = offset;
  BatchBuilder builder(options);
  REQUIRE(builder.Append({.key = "k", .value = value, .timestamp_ms = 1000 + offset}).ok());
  return std::string(builder.Seal().value());
}

std::string Batches(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += Batch(i);
  return bytes;
}

std::string WithInt32(std::string bytes, std::size_t at, std::int32_t value) {
  base::StoreBigEndian(bytes.data() + at, value);
  return bytes;
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

bool Contains(const std::string& text, const std::string& part) { return Count(text, part) > 0; }

// What Kafka's tool printed of the same damage is in the comments of these tests: it was run on
// such files once, and they are too many to keep.

TEST_CASE("Entries of an index that do not fit the log are told at the end, the highest first") {
  DumpFolder folder;
  folder.Write(kLog, Batches(5));
  const auto size = static_cast<std::int32_t>(Batch(0).size());
  folder.Write(kIndex, Number32(1) + Number32(size) + Number32(3) + Number32(2 * size) +
                           Number32(9) + Number32(3 * size));
  const Ran ran = folder.Dump(std::string("--files ") + kIndex);
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.out, "offset: 9 position: " + std::to_string(3 * size) + "\n"));
  CHECK(ran.err ==
        "Mismatches in :/log/00000000000000000000.index\n"
        "  Index offset: 9, log offset: 3\n"
        "  Index offset: 3, log offset: 2\n");
  const Ran quiet = folder.Dump(std::string("--verify-index-only --files ") + kIndex);
  CHECK(quiet.out == std::string("Dumping ") + kIndex + "\n");
  CHECK(quiet.err == ran.err);
}

TEST_CASE("Every way in which a time index contradicts its log is told at the end") {
  DumpFolder folder;
  folder.Write(kLog, Batches(5));
  folder.Write(kIndex, "");
  folder.Write(kTimeIndex, Number(1000) + Number32(0) +      // right
                               Number(1007) + Number32(1) +  // another time
                               Number(1002) + Number32(2) +  // not later than the one before
                               Number(1009) + Number32(9) +  // no such offset
                               Number(0) + Number32(0));     // the end
  const Ran ran = folder.Dump(std::string("--files ") + kTimeIndex);
  CHECK(ran.exit_code == 0);
  CHECK(Count(ran.out, "timestamp: ") == 4);
  CHECK(ran.err ==
        "Found timestamp mismatch in :/log/00000000000000000000.timeindex\n"
        "  Index timestamp: 1007, log timestamp: 1001\n"
        "Found out of order timestamp in :/log/00000000000000000000.timeindex\n"
        "  Index timestamp: 1002, Previously indexed timestamp: 1007\n"
        "The following indexed offsets are not found in :/log/00000000000000000000.timeindex\n"
        "Indexed offset: 9, found log offset: -1\n");
}

TEST_CASE("Indexes that Kafka would make anew fail the sanity check") {
  DumpFolder folder;
  folder.Write(kLog, Batches(3));
  const auto check = [&folder](const std::string& name) {
    return folder.Dump("--index-sanity-check --files " + name);
  };
  folder.Write(kIndex, Number32(1) + Number32(80));
  folder.Write(kTimeIndex, Number(1001) + Number32(1));
  CHECK(check(kIndex).out ==
        "Dumping 00000000000000000000.index\n"
        "00000000000000000000.index passed sanity check.\n");
  CHECK(check(kTimeIndex).exit_code == 0);

  folder.Write(kIndex, Number32(1) + Number32(80) + "abc");
  CHECK(check(kIndex).exit_code == 1);
  CHECK(Contains(check(kIndex).err, "has 11 bytes, which is no multiple of 8"));
  folder.Write(kIndex, Number32(-5) + Number32(80));
  CHECK(Contains(check(kIndex).err, "of offset -5, below the base offset 0"));

  folder.Write(kTimeIndex, Number(1001) + Number32(1) + "abc");
  CHECK(Contains(check(kTimeIndex).err, "has 15 bytes, which is no multiple of 12"));
  folder.Write(kTimeIndex, Number(1001) + Number32(1) + Number(5) + Number32(2));
  CHECK(Contains(check(kTimeIndex).err, "of time 5, before the first one's 1001"));
  folder.Write(kTimeIndex, Number(1001) + Number32(-5));
  CHECK(Contains(check(kTimeIndex).err, "of offset -5, below the base offset 0"));
}

TEST_CASE("An index that points outside of its log is an error, not a crash") {
  DumpFolder folder;
  folder.Write(kLog, Batches(3));
  for (const std::int32_t position : {-100, 100000, std::numeric_limits<std::int32_t>::max(),
                                      std::numeric_limits<std::int32_t>::min()}) {
    folder.Write(kIndex, Number32(1) + Number32(position));
    folder.Write(kTimeIndex, Number(1001) + Number32(1));
    CHECK(folder.Dump(std::string("--files ") + kIndex).exit_code == 1);
    CHECK(folder.Dump(std::string("--files ") + kTimeIndex).exit_code == 1);
  }
  folder.Write(kIndex, Number32(1) + Number32(80));
  const Ran small = folder.Dump(std::string("--max-message-size 60 --files ") + kIndex);
  CHECK(small.exit_code == 1);
  CHECK(Contains(small.err, "no batch of at most 60 bytes (--max-message-size) stands"));
}

TEST_CASE("An index is not made when it is missing, nor a file cut that is damaged") {
  DumpFolder folder;
  folder.Write(kLog, Batches(3));
  folder.Write(kTimeIndex, Number(1001) + Number32(1) + "abc");
  CHECK(folder.Dump(std::string("--files ") + kIndex).exit_code == 1);
  CHECK(folder.Dump(std::string("--files ") + kTimeIndex).exit_code == 1);
  CHECK(folder.files().List("/log")->size() == 2);
  CHECK(folder.files().FileSize(std::string("/log/") + kTimeIndex).value() == 15);
}

TEST_CASE("A batch with impossible numbers is shown as far as Kafka's tool shows it") {
  DumpFolder folder;
  const auto dump = [&folder](const std::string& bytes) {
    folder.Write(kLog, bytes);
    return folder.Dump(std::string("--print-data-log --files ") + kLog);
  };
  const std::string sound = Batch(0) + Batch(1);
  constexpr std::size_t kLengthAt = 8;
  constexpr std::size_t kDeltaAt = 23;
  constexpr std::size_t kSequenceAt = 53;
  constexpr std::size_t kCountAt = 57;

  CHECK(dump(sound).exit_code == 0);
  SECTION("a count that is too high") {
    const Ran ran = dump(WithInt32(sound, kCountAt, 2));
    CHECK(ran.exit_code == 1);
    CHECK(Count(ran.out, "| offset: ") == 1);
  }
  SECTION("a negative count") {
    const Ran ran = dump(WithInt32(sound, kCountAt, -2));
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.out, " count: -2 "));
  }
  SECTION("a count of zero hides the records, and the walk goes on") {
    const Ran ran = dump(WithInt32(sound, kCountAt, 0));
    CHECK(ran.exit_code == 0);
    CHECK(Count(ran.out, "| offset: ") == 1);
    CHECK(Contains(ran.err, "  -1 is followed by 1\n"));
  }
  SECTION("a last offset that is another") {
    const Ran ran = dump(WithInt32(sound, kDeltaAt, -7));
    CHECK(ran.exit_code == 0);
    CHECK(Contains(ran.out, "lastOffset: -7 "));
  }
  SECTION("sequences go round behind the largest") {
    const Ran ran = dump(WithInt32(WithInt32(sound, kSequenceAt, 0x7fffffff), kDeltaAt, 2));
    CHECK(Contains(ran.out, "baseSequence: 2147483647 lastSequence: 1 "));
  }
  SECTION("a length that is less than any") {
    const Ran ran = dump(WithInt32(sound, kLengthAt, 13));
    CHECK(ran.exit_code == 1);
    CHECK(ran.out == std::string("Dumping ") + kLog + "\nLog starting offset: 0\n");
    CHECK(Contains(ran.err, "/log/00000000000000000000.log: position 0: a batch of length 13"));
  }
  SECTION("a length that is less than a header's") {
    const Ran ran = dump(WithInt32(sound, kLengthAt, 20));
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.out, " size: 32 "));
    CHECK(Contains(ran.out, "isvalid: false\n"));
  }
  SECTION("an unknown codec ends the dump within the line") {
    std::string bytes = sound;
    bytes[22] = 5;
    const Ran ran = dump(bytes);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.ends_with("deleteHorizonMs: OptionalLong.empty"));
  }
  SECTION("what claims to be compressed and is not") {
    std::string bytes = sound;
    bytes[22] = 1;
    const Ran ran = dump(bytes);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.ends_with("isvalid: false\n"));
  }
  SECTION("a later format is taken for format 2") {
    std::string bytes = sound;
    bytes[16] = 3;
    CHECK(Contains(dump(bytes).out, " magic: 3 compresscodec: none "));
    CHECK(dump(bytes).exit_code == 0);
  }
  SECTION("a format below 0") {
    std::string bytes = sound;
    bytes[16] = -1;
    const Ran ran = dump(bytes);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.ends_with("\noffset: 0"));
  }
}

TEST_CASE("An error names the file, the position and the offset of the batch that is damaged") {
  DumpFolder folder;
  const std::string sound = Batch(0);
  const std::string place =
      fmt::format("rill dump-log: /log/{}: position {}: ", kLog, sound.size());
  const auto tells = [&](const std::string& damaged, const std::string& what,
                         const std::string& option = "--deep-iteration") {
    folder.Write(kLog, sound + damaged);
    const Ran ran = folder.Dump(option + " --files " + kLog);
    INFO(ran.err);
    CHECK(ran.exit_code == 1);
    CHECK(ran.err.starts_with(place + what));
    CHECK(Count(ran.err, "\n") == 1);
    CHECK(Contains(ran.out, "| offset: 0 "));
  };
  SECTION("what is compressed does not decompress") {
    for (const Compression codec :
         {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
      std::string damaged = Batch(7, "0123456789", {.compression = codec});
      damaged.replace(kBatchHeaderSize, 8, 8, '\xff');
      tells(damaged, fmt::format("record batch at offset 7: {}: ", CompressionName(codec)));
    }
  }
  SECTION("no codec has such a number") {
    std::string damaged = Batch(7);
    damaged[22] = 5;
    tells(damaged, "record batch at offset 7: compressed by codec 5, which is unknown\n");
  }
  SECTION("a record does not end where it says") {
    std::string damaged = Batch(7);
    damaged[kBatchHeaderSize] = 2;
    tells(damaged, "record batch at offset 7: ");
  }
  SECTION("a control record is none") {
    tells(Batch(7, "x", {.is_control = true}), "the control record at offset 7: ");
  }
  SECTION("a decoder does not take a record") {
    tells(Batch(7, "1234"), "the value of the record at offset 7 has 4 bytes, ",
          "--value-decoder-class org.apache.kafka.tools.api.LongDecoder");
  }
  SECTION("a compressed message of format 1 does not decompress") {
    const std::string value = "no gzip";
    const std::string message = Number32(0) + "\1\1" + Number(1007) + Number32(-1) +
                                Number32(static_cast<std::int32_t>(value.size())) + value;
    tells(Number(7) + Number32(static_cast<std::int32_t>(message.size())) + message,
          "the message at offset 7: gzip: ");
  }
}

TEST_CASE("A time index names the batch of its log that is damaged") {
  DumpFolder folder;
  std::string damaged = Batch(1);
  damaged[kBatchHeaderSize] = 2;
  const std::string sound = Batch(0);
  folder.Write(kLog, sound + damaged);
  folder.Write(kIndex, "");
  folder.Write(kTimeIndex, Number(1001) + Number32(1));
  const Ran ran = folder.Dump(std::string("--files ") + kTimeIndex);
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.starts_with(fmt::format(
      "rill dump-log: /log/{}: position {}: record batch at offset 1: ", kLog, sound.size())));
}

TEST_CASE("A log that ends within a batch is shown up to there") {
  DumpFolder folder;
  const std::string bytes = Batches(2);
  const std::size_t first = Batch(0).size();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    folder.Write(kLog, bytes.substr(0, size));
    const Ran ran = folder.Dump(std::string("--deep-iteration --files ") + kLog);
    INFO("cut to " << size);
    CHECK(ran.exit_code == 0);
    CHECK(Count(ran.out, "\nbaseOffset: ") == static_cast<int>(size / first));
    CHECK(Contains(ran.out, "invalid bytes") == (size % first != 0));
  }
}

TEST_CASE("Control records are told in their own words") {
  DumpFolder folder;
  const auto dump = [&folder](std::string_view key, std::string_view value) {
    BatchBuilder builder({.is_control = true});
    REQUIRE(builder.Append({.key = key, .value = value, .timestamp_ms = 1000}).ok());
    folder.Write(kLog, builder.Seal().value());
    return folder.Dump(std::string("--deep-iteration --files ") + kLog);
  };
  using std::string_view_literals::operator""sv;
  CHECK(Contains(dump("\0\0\0\1"sv, "\0\0\0\0\0\7"sv).out,
                 "headerKeys: [] endTxnMarker: COMMIT coordinatorEpoch: 7\n"));
  CHECK(Contains(dump("\0\0\0\3"sv, "\0\0\0\0\0\0\0\0\0\5\0"sv).out,
                 R"(headerKeys: [] SnapshotHeader {"version":0,"lastContainedLogTimestamp":5})"));
  CHECK(Contains(dump("\0\0\0\4"sv, "\0\0\0"sv).out,
                 R"(headerKeys: [] SnapshotFooter {"version":0})"));
  CHECK(Contains(dump("\0\0\0\5"sv, "\0\0\0\1\0"sv).out,
                 R"(headerKeys: [] KRaftVersion {"version":0,"kRaftVersion":1})"));
  CHECK(Contains(dump("\0\0\0\x63"sv, "x"sv).out, "headerKeys: [] controlType: UNKNOWN(99)\n"));
  const Ran bad = dump("\0"sv, "x"sv);
  CHECK(bad.exit_code == 1);
  CHECK(Contains(bad.err, "the control record at offset 0: "));
}

TEST_CASE("Snapshots of cluster metadata are told apart by their names") {
  DumpFolder folder;
  for (const char* name : {"bootstrap.checkpoint", "00000000000000000007-0000000003.checkpoint"}) {
    folder.Write(name, Batches(1));
  }
  CHECK(Contains(folder.Dump("--files bootstrap.checkpoint").out,
                 "\nKRaft bootstrap snapshot\nbaseOffset: 0 "));
  CHECK(Contains(folder.Dump("--files 00000000000000000007-0000000003.checkpoint").out,
                 "\nSnapshot end offset: 7, epoch: 3\nbaseOffset: 0 "));
  CHECK(folder.Dump("--files other.checkpoint").exit_code == 1);
}

TEST_CASE("Entries of a transaction index are shown up to the last whole one, of known versions") {
  DumpFolder folder;
  const std::string entry = std::string(2, '\0') + Number(7) + Number(3) + Number(9) + Number(8);
  const std::string line =
      "version: 0 producerId: 7 firstOffset: 3 lastOffset: 9 lastStableOffset: 8\n";
  folder.Write("3.txnindex", entry + entry + entry.substr(1));
  const Ran ran = folder.Dump("--files 3.txnindex");
  CHECK(ran.exit_code == 0);
  CHECK(ran.out == "Dumping 3.txnindex\n" + line + line);
  folder.Write("3.txnindex", entry + '\1' + entry.substr(1));
  const Ran later = folder.Dump("--files 3.txnindex");
  CHECK(later.exit_code == 1);
  CHECK(later.out == "Dumping 3.txnindex\n");
  CHECK(later.err == "rill dump-log: /log/3.txnindex: entry 1 is of version 1, where 0 is known\n");
}

TEST_CASE("A damaged snapshot of producers is told, and the dump goes on") {
  DumpFolder folder;
  const auto seal = [](std::string rest) {
    const std::uint32_t crc = base::Crc32c(rest);
    return std::string("\0\1", 2) + Number32(static_cast<std::int32_t>(crc)) + rest;
  };
  const auto dump = [&folder](const std::string& bytes) {
    folder.Write("7.snapshot", bytes);
    return folder.Dump("--files 7.snapshot,none");
  };
  const std::string producer(46, '\0');
  const std::string sound = seal(Number32(1) + producer);
  CHECK(Contains(dump(sound).out,
                 "producerId: 0 producerEpoch: 0 coordinatorEpoch: 0 currentTxnFirstOffset: "
                 "OptionalLong[0] lastTimestamp: 0 firstSequence: 0 lastSequence: 0 lastOffset: 0 "
                 "offsetDelta: 0 timestamp: 0\n"));
  std::string changed = sound;
  changed.back() = 1;
  const Ran ran = dump(changed);
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.err, "Snapshot is corrupt (CRC is no longer valid). Stored crc: "));
  CHECK(Contains(ran.out, "Dumping none\n"));
  CHECK(Contains(dump(std::string("\0\2", 2) + sound.substr(2)).err,
                 "Snapshot contained an unknown file version 2\n"));
  for (std::size_t size = 0; size < sound.size(); ++size) {
    CHECK(Contains(dump(sound.substr(0, size)).err, "Snapshot failed schema validation: "));
  }
  CHECK(Contains(dump(seal(Number32(-3) + producer)).err, "Snapshot failed schema validation: "));
  CHECK(Contains(dump(seal(Number32(1 << 30) + producer)).err,
                 "Snapshot failed schema validation: "));
}

TEST_CASE("Options are wrong only for the files that they matter to") {
  DumpFolder folder;
  folder.Write(kLog, Batches(1));
  folder.Write("7.txnindex", "");
  CHECK(folder.Dump("--max-bytes many --files 7.txnindex").exit_code == 0);
  const Ran bad = folder.Dump(std::string("--max-bytes many --files ") + kLog);
  CHECK(bad.exit_code == 1);
  CHECK(bad.err ==
        "rill dump-log: --max-bytes takes a number of bytes up to 2147483647, not \"many\"\n");
  CHECK(folder.Dump("--max-message-size 1 --max-message-size 2 --files 7.txnindex").exit_code == 0);
}

TEST_CASE("Lists of files are split as Java splits them") {
  DumpFolder folder;
  folder.Write("7.txnindex", "");
  CHECK(folder.Dump("--files 7.txnindex,,").out == "Dumping 7.txnindex\n");
  CHECK(folder.Dump("--files ,7.txnindex").out == "Dumping \nDumping 7.txnindex\n");
  CHECK(folder.Dump("--files ,").out == "");
  CHECK(folder.Dump("--files=").out == "Dumping \n");
  CHECK(folder.Dump("--files .//7.txnindex/").out == "Dumping ./7.txnindex\n");
}

TEST_CASE("Keys and values are shown by the decoders that Kafka brings") {
  DumpFolder folder;
  folder.Write(kLog, Batch(0, std::string("\0\0\0\7", 4)));
  const auto payload = [&folder](const std::string& decoder) {
    const Ran ran = folder.Dump("--value-decoder-class org.apache.kafka.tools.api." + decoder +
                                " --files " + kLog);
    const std::size_t at = ran.out.find("payload: ");
    return at == std::string::npos ? ran.err : ran.out.substr(at + 9);
  };
  CHECK(payload("StringDecoder") == std::string("\0\0\0\7\n", 5));
  CHECK(payload("DefaultDecoder") == "00000007\n");
  CHECK(payload("IntegerDecoder") == "7\n");
  CHECK(
      payload("LongDecoder") ==
      "rill dump-log: /log/00000000000000000000.log: position 0: the value of the record at offset "
      "0 has 4 bytes, where a number of 8 bytes was asked for\n");
  CHECK(Contains(payload("OtherDecoder"), "there is no decoder org.apache.kafka.tools.api.Other"));
}

// Takes longer for the first write than ByteProgress waits before it shows itself.
class SlowBuffer final : public std::stringbuf {
 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    if (!std::exchange(is_begun_, true)) absl::SleepFor(absl::Milliseconds(300));
    return std::stringbuf::xsputn(text, size);
  }

 private:
  bool is_begun_ = false;
};

TEST_CASE("A dump into a file tells the terminal how far it is, and wipes that away") {
  DumpFolder folder;
  folder.Write(kLog, Batches(1000));  // of more output than is written at once
  folder.Write("1.log", Batches(1));
  const double total_kib = static_cast<double>(1001 * Batch(0).size()) / 1024;
  for (const bool out_is_file : {true, false}) {
    std::istringstream in;
    SlowBuffer buffer;
    std::ostream out(&buffer);
    std::ostringstream err;
    CHECK(RunRill({folder.files(), "/log", in, out, StandardError(err), /*err_is_terminal=*/true,
                   /*is_interactive=*/false, out_is_file},
                  std::vector<std::string>{"rill", "dump-log", "--files",
                                           std::string("1.log,") + kLog}) == 0);
    CHECK(Contains(buffer.str(), "baseOffset: 999"));
    INFO(err.str());
    if (out_is_file) {
      CHECK(Contains(err.str(), fmt::format(" KiB of {:.1f} KiB (", total_kib)));
      CHECK(err.str().ends_with("\r\x1b[K"));
    } else {
      CHECK(err.str().empty());
    }
  }
}

}  // namespace
}  // namespace rill::cli
