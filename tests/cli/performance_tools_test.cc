#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/java_date_format.h"
#include "cli/perf_stats.h"
#include "cli/splittable_random.h"
#include "fmt/format.h"
#include "io/temporary_folder.h"
#include "rill/engine.h"
#include "run_command.h"

// `rill producer-perf-test`, `consumer-perf-test` and `e2e-latency`, as Kafka's.
namespace rill::cli {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class WithFolder {
 public:
  WithFolder() { REQUIRE(rill::Open(folder_.path()).ok()); }

  Ran Run(const std::string& tool, const std::string& line) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", tool, "--data-dir", folder_.path()});
    return RunWords(*files_, folder_.path(), words);
  }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();
};

// The text with an N for each number.
std::string WithoutNumbers(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9]+(\\.[0-9]+)?|Infinity"), "N");
}

TEST_CASE("What was sent is summed up as Kafka's test does, windows and percentiles") {
  std::ostringstream out;
  const absl::Time begin = absl::UnixEpoch();
  PerfStats stats(out, 4, absl::Seconds(5), false, begin);
  stats.Record(10, 1 << 20, begin + absl::Seconds(1));
  stats.Record(20, 1 << 20, begin + absl::Seconds(4));
  stats.Record(60, 1 << 20, begin + absl::Seconds(5));
  stats.Record(1, 1 << 20, begin + absl::Seconds(6));
  stats.PrintTotal(begin + absl::Seconds(8));
  CHECK(out.str() ==
        "3 records sent, 0.6 records/sec (0.60 MB/sec), 30.0 ms avg latency, 60.0 ms max latency.\n"
        "4 records sent, 0.500000 records/sec (0.50 MB/sec), 22.75 ms avg latency, 60.00 ms max "
        "latency, 20 ms 50th, 60 ms 95th, 60 ms 99th, 60 ms 99.9th.\n");
}

TEST_CASE("Records are sent, told of, and read again") {
  WithFolder folder;
  const Ran sent = folder.Run(
      "producer-perf-test",
      "--topic orders --num-records 1000 --record-size 100 --throughput -1 --warmup-records 100");
  CHECK(sent.exit_code == 0);
  CHECK(sent.err.empty());
  CHECK(sent.out.starts_with(
      "Warmup first 100 records. Steady state results will print after the complete test "
      "summary.\n1000 records sent, "));
  CHECK(Contains(sent.out, "\n900 steady state records sent, "));
  const Ran read = folder.Run("consumer-perf-test", "--topic orders --num-records 1000");
  CHECK(read.exit_code == 0);
  CHECK(read.err.empty());
  CHECK(Contains(read.out, ", 0.0954, "));  // 100,000 bytes
  CHECK(WithoutNumbers(read.out) ==
        "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, "
        "rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n"
        "N-N-N N:N:N:N, N-N-N N:N:N:N, N, N, N, N, N, N, N, N\n");
}

TEST_CASE("A seed gives the numbers that it gives in Java") {
  SplittableRandom random(1);
  const std::int32_t half = 1 << 30;
  std::vector<std::int32_t> numbers;
  for (const std::int32_t bound :
       {1, 2, 3, 16, 1000, half, half + 1, half + 1, half + 1, half + 1, half + 1, INT32_MAX}) {
    numbers.push_back(random.Below(bound));
  }
  CHECK(numbers == std::vector<std::int32_t>{0, 1, 1, 3, 211, 188160440, 778434807, 452354622,
                                             219889570, 405632530, 680059084, 26477355});
}

TEST_CASE("Records have keys as asked for, and the letters of Kafka's tool for the same seed") {
  const auto sent = [](const std::string& words) {
    WithFolder folder;
    const Ran ran =
        folder.Run("producer-perf-test", "--topic orders --num-records 4 --throughput -1 " + words);
    INFO(ran.err);
    CHECK(ran.exit_code == 0);
    return folder
        .Run("console-consumer",
             "--topic orders --from-beginning --max-messages 4 --formatter-property print.key=true "
             "--formatter-property key.separator=: --formatter-property line.separator=,")
        .out;
  };
  CHECK(sent("--record-size 5 --key-distribution random --record-key-range 10") ==
        "6:YQHHN,9:BSEPD,2:SEIFG,4:MSUJX,");
  CHECK(sent("--record-size 5 --key-distribution random --record-key-range 10 --random-seed -7") ==
        "3:JQRGL,8:UEGNZ,6:UDIMJ,3:YCHVM,");
  CHECK(sent("--payload-monotonic --key-distribution range --record-key-range 3") ==
        "0:0,1:1,2:2,0:3,");
  CHECK(sent("--payload-monotonic --key-distribution none") == "null:0,null:1,null:2,null:3,");
}

TEST_CASE("Records that do not come are told of, and are no error") {
  WithFolder folder;
  folder.Run("producer-perf-test",
             "--topic orders --num-records 1 --payload-monotonic --throughput -1");
  const Ran read =
      folder.Run("consumer-perf-test",
                 "--topic orders --messages 2 --timeout 1 --hide-header --show-detailed-stats");
  CHECK(read.exit_code == 0);
  CHECK(
      read.out ==
      "Warning: --messages is deprecated. Use --num-records instead.\n"
      "WARNING: Exiting before consuming the expected number of records: timeout (1 ms) exceeded. "
      "You can use the --timeout option to increase the timeout.\n");
}

TEST_CASE("Several properties follow one option, and the old name is told of") {
  WithFolder folder;
  const Ran ran = folder.Run("producer-perf-test",
                             "--topic orders --num-records 1 --record-size 1 --throughput -1 "
                             "--producer-props linger.ms=5 no.such=1");
  CHECK(ran.exit_code == 0);
  CHECK(ran.out.starts_with(
      "Option --producer-props has been deprecated and will be removed in a future version. Use "
      "--command-property instead.\n"));
  CHECK(Contains(ran.err, "no.such is passed over: "));
}

TEST_CASE("Metrics of Java's clients are asked for in vain, which is told") {
  WithFolder folder;
  const Ran sent = folder.Run("producer-perf-test",
                              "--topic orders --num-records 1 --record-size 1 --throughput -1 "
                              "--print-metrics");
  CHECK(sent.exit_code == 0);
  CHECK(sent.err ==
        "rill producer-perf-test: --print-metrics prints metrics of Java's producer, which rill's "
        "does not have\n");
  const Ran read =
      folder.Run("consumer-perf-test", "--topic orders --num-records 1 --print-metrics");
  CHECK(read.exit_code == 0);
  CHECK(read.err ==
        "rill consumer-perf-test: --print-metrics prints metrics of Java's consumer, which rill's "
        "does not have\n");
}

TEST_CASE("What a producer's test cannot do is refused by name") {
  WithFolder folder;
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--topic a --record-size 1 --throughput -1", "argument --num-records is required\n"},
      {"--topic a --num-records 1 --throughput -1",
       "one of the arguments --record-size --payload-file --payload-monotonic is required\n"},
      {"--topic a --num-records 1 --throughput -1 --record-size 1 --payload-monotonic",
       "argument --payload-monotonic: not allowed with argument --record-size\n"},
      {"--topic a --num-records 0 --throughput -1 --record-size 1",
       "--num-records should be greater than zero.\n"},
      {"--topic a --num-records 1 --throughput x --record-size 1",
       "argument --throughput: could not convert 'x' to Double (For input string: \"x\")\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --transactional-id x",
       "rill's producer does not have transactions yet\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --transaction-duration-ms 5",
       "rill's producer does not have transactions yet\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --reporting-interval 0",
       "--reporting-interval should be greater than zero.\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --key-distribution few",
       "argument --key-distribution: invalid choice: 'few' (choose from {none,range,random})\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --key-distribution range",
       "--record-key-range is required when --key-distribution is 'range' or 'random'.\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --record-key-range 5",
       "--key-distribution must be 'range' or 'random' when --record-key-range is specified.\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --record-key-range 0",
       "--record-key-range should be greater than zero.\n"},
      {"--topic a --num-records 1 --throughput 1 --record-size 1 --random-seed x",
       "argument --random-seed: could not convert 'x' to Long (For input string: \"x\")\n"},
      {"--record-size 1", "argument --throughput is required\n"},
      {"--topic a --num-records 1 --throughput 1 --record 1",
       "ambiguous option: --record could match --record-key-range, --record-size\n"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = folder.Run("producer-perf-test", one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.err.ends_with(std::string("kafka-producer-perf-test: error: ") + one.told));
  }
}

TEST_CASE("A producer's test tells what is wrong behind its words without its usage") {
  WithFolder folder;
  const std::string sent = "--topic a --num-rec 1 --throughput 1 ";
  CHECK(folder.Run("producer-perf-test", sent + "--record-s 1 --command-property ab").err ==
        "Invalid property: ab\n");
  const Ran without = folder.Run("producer-perf-test", sent + "--payload-file nothing");
  CHECK(without.exit_code == 1);
  CHECK(without.err.starts_with("cannot open "));
  CHECK(folder.Run("producer-perf-test", sent + "--record-s 1").exit_code == 0);
}

TEST_CASE("A consumer's test names the columns before it reads its words further") {
  WithFolder folder;
  for (const char* words :
       {"--topic orders --num-records x", "--topic orders --num-records 1 --reporting-interval 0",
        "--topic bad,orders --num-records 1"}) {
    CAPTURE(words);
    const Ran ran = folder.Run("consumer-perf-test", words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.starts_with("start.time, end.time, "));
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
  }
  CHECK(folder.Run("consumer-perf-test", "--topic bad,orders --num-records 1").err ==
        "Invalid topics: [bad,orders]\n");
  CHECK(folder.Run("consumer-perf-test", "--topic orders --num-records x --hide-header").out == "");
  CHECK(folder.Run("consumer-perf-test", "--topic orders").out == "");
}

TEST_CASE("Each record is sent and read before the next, by options and by position") {
  WithFolder folder;
  const Ran ran = folder.Run("e2e-latency",
                             "--topic probe --num-records 20 --producer-acks all --record-size 10 "
                             "--record-key-size 3 --num-headers 2 --record-header-key-size 2 "
                             "--record-header-size -1");
  CHECK(ran.exit_code == 0);
  INFO(ran.err);
  CHECK(WithoutNumbers(ran.out) ==
        "Topic \"probe\" does not exist. Will create topic with N partition(s) and replication "
        "factor = N\n"
        "N\tN\n"
        "Avg latency: N ms\n"
        "Percentiles: Nth = N, Nth = N, Nth = N\n");
  CHECK(folder.Run("e2e-latency", "--topic probe --num-records 1 --producer-acks 0 --record-size 1")
            .err.starts_with("Invalid value for --producer-acks."));
  CHECK(folder.Run("e2e-latency", "--topic probe --num-records 1 --producer-acks 1 --record-size x")
            .err == "Cannot parse argument 'x' of option record-size\n");
  const Ran few = RunRillLine("e2e-latency localhost:1 probe 1 all");
  CHECK(few.exit_code == 1);
  CHECK(
      few.err.starts_with("Invalid number of arguments. Expected 5 or 6 positional arguments, "
                          "but got 4."));
}

TEST_CASE("Dates are written by the numbers of Java's patterns") {
  const auto format = JavaDateFormat::Parse("yyyy-MM-dd'T'HH:mm:ss.SSS yy ''");
  REQUIRE(format.ok());
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::LocalTimeZone()) +
      absl::Milliseconds(67);
  CHECK(format->Format(time) == "2026-01-02T03:04:05.067 26 '");
  CHECK_FALSE(JavaDateFormat::Parse("EEE").ok());
  CHECK_FALSE(JavaDateFormat::Parse("MMM").ok());
  CHECK_FALSE(JavaDateFormat::Parse("'open").ok());
}

}  // namespace
}  // namespace rill::cli
