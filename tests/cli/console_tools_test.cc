#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "catch.h"
#include "fmt/format.h"
#include "io/temporary_folder.h"
#include "rill/engine.h"
#include "run_command.h"

// `rill console-producer` and `rill console-consumer`, as Kafka's, on data folders.
namespace rill::cli {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class WithFolder {
 public:
  // The tools do not make folders: that takes somebody who means it.
  WithFolder() { REQUIRE(rill::Open(folder_.path()).ok()); }

  Ran Run(const std::string& tool, std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), {"rill", tool, "--data-dir", folder_.path()});
    return RunWords(*files_, "/", words, input);
  }
  Ran RunInto(std::ostream& out, const std::string& tool, std::vector<std::string> words) {
    words.insert(words.begin(), {"rill", tool, "--data-dir", folder_.path()});
    return RunWordsInto(out, *files_, "/", words);
  }
  // Sends lines to `topic`, and has to succeed in silence.
  void Produce(const std::string& topic, const std::string& input,
               const std::vector<std::string>& properties = {}) {
    std::vector<std::string> words = {"--topic", topic};
    for (const std::string& property : properties) {
      words.insert(words.end(), {"--reader-property", property});
    }
    const Ran ran = Run("console-producer", words, input);
    INFO(ran.err);
    CHECK(ran.exit_code == 0);
    CHECK(ran.out.empty());
    CHECK(ran.err.empty());
  }
  // What `count` records of `topic` are printed as.
  std::string Consume(const std::string& topic, int count,
                      const std::vector<std::string>& properties = {}) {
    std::vector<std::string> words = {"--topic", topic, "--from-beginning", "--max-messages",
                                      fmt::format("{}", count)};
    for (const std::string& property : properties) {
      words.insert(words.end(), {"--formatter-property", property});
    }
    const Ran ran = Run("console-consumer", words);
    CHECK(ran.exit_code == 0);
    CHECK(ran.err == fmt::format("Processed a total of {} messages\n", count));
    return ran.out;
  }
  const std::string& path() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();
};

const std::vector<std::string> kAll = {"print.key=true", "print.headers=true",
                                       "print.partition=true", "print.offset=true"};

TEST_CASE("Lines are sent and printed as they are, the last one with or without its end") {
  WithFolder folder;
  folder.Produce("orders", "hello\n\n안녕하세요\r\nold mac\rlast");
  CHECK(folder.Consume("orders", 5) == "hello\n\n안녕하세요\nold mac\nlast\n");
}

TEST_CASE("Bytes that are no text, and lines of a megabyte, come through unchanged") {
  WithFolder folder;
  const std::string line = std::string("\xff\xfe\0\x80", 4) + std::string(1000000, 'x');
  folder.Produce("orders", line + "\n");
  CHECK(folder.Consume("orders", 1) == line + "\n");
}

TEST_CASE("Keys and headers are read and printed where they are asked for") {
  WithFolder folder;
  folder.Produce("orders", "h1:v1,h2:NULL\tk\tv\nNULL\tNULL\tNULL\nh3:\t\t\n",
                 {"parse.key=true", "parse.headers=true", "null.marker=NULL"});
  CHECK(folder.Consume("orders", 3, kAll) ==
        "Partition:0\tOffset:0\th1:v1,h2:null\tk\tv\n"
        "Partition:0\tOffset:1\tNO_HEADERS\tnull\tnull\n"
        "Partition:0\tOffset:2\th3:\t\t\n");
  CHECK(folder.Consume("orders", 2,
                       {"print.key=true", "print.value=false", "null.literal=<nothing>",
                        "line.separator=;"}) == "k;<nothing>;");
  CHECK(Contains(folder.Consume("orders", 1, {"print.timestamp=true", "key.separator=|"}),
                 "CreateTime:1"));
}

TEST_CASE("A line without its separator ends the producer, or is a value where that is no error") {
  WithFolder folder;
  const std::vector<std::string> words = {"--topic",           "orders",
                                          "--reader-property", "parse.key=true",
                                          "--reader-property", "key.separator=:"};
  const Ran ran = folder.Run("console-producer", words, "a:1\nbad\nc:3\n");
  CHECK(ran.exit_code == 1);
  CHECK(ran.err ==
        "org.apache.kafka.common.KafkaException: No key separator found on line number 2: 'bad'\n");
  CHECK(folder.Consume("orders", 1, {"print.key=true"}) == "a\t1\n");
  folder.Produce("loose", "a:1\nbad\n", {"parse.key=true", "key.separator=:", "ignore.error=true"});
  CHECK(folder.Consume("loose", 2, {"print.key=true"}) == "a\t1\nnull\tbad\n");
}

TEST_CASE("Headers that a regular expression would take too much stack to split are refused") {
  WithFolder folder;
  const std::string commas(300000, ',');
  const auto words = [](const std::string& separator) {
    return std::vector<std::string>{"--topic",           "orders",
                                    "--reader-property", "parse.headers=true",
                                    "--reader-property", "ignore.error=true",
                                    "--reader-property", "headers.separator=" + separator};
  };
  const Ran ran =
      folder.Run("console-producer", words("[,;]+"), "a:1,;b:2\t1\n" + commas + "\t2\n");
  CHECK(ran.exit_code == 1);
  CHECK(Contains(ran.err,
                 "The headers on line number 2 have 300000 bytes, and may have 4000 where "
                 "headers.separator is a regular expression as '[,;]+' is; one without any of "));
  CHECK(folder.Consume("orders", 1, {"print.headers=true"}) == "a:1,b:2\t1\n");
  // What is just short enough, and what is plain text.
  const Ran longest =
      folder.Run("console-producer", words("[,;]+"), commas.substr(0, 4000) + "\t3\n");
  CHECK(longest.exit_code == 0);
  CHECK(longest.err.empty());
  const Ran plain = folder.Run("console-producer", words(","), commas + "\t4\n");
  CHECK(plain.exit_code == 0);
  CHECK(plain.err.empty());
  CHECK(folder.Consume("orders", 3) == "1\n3\n4\n");
}

TEST_CASE("A record that is too large is told, and only --sync ends with it") {
  WithFolder folder;
  const std::string line(2000000, 'x');
  const Ran ran = folder.Run("console-producer", {"--topic", "orders"}, line + "\nsmall\n");
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.err,
                 "ERROR Error when sending message to topic orders with key: null, value: 2000000 "
                 "bytes with error: "
                 "(org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\n"
                 "org.apache.kafka.common.errors.RecordTooLargeException: "));
  const char kFlag[] = "less at once (--command-property max.request.size=N raises it)\n";
  CHECK(Contains(ran.err, kFlag));
  CHECK(folder.Consume("orders", 1) == "small\n");
  const Ran sync = folder.Run("console-producer", {"--topic", "orders", "--sync"}, line + "\n");
  CHECK(sync.exit_code == 1);
  CHECK(Contains(sync.err, kFlag));
  // What it says helps, as far as the folder takes it.
  const Ran larger = folder.Run(
      "console-producer", {"--topic", "orders", "--command-property", "max.request.size=3000000"},
      line + "\n");
  CHECK_FALSE(Contains(larger.err, "--command-property"));
  const Ran perf =
      folder.Run("producer-perf-test", {"--topic", "orders", "--num-records", "1", "--record-size",
                                        "2000000", "--throughput", "-1"});
  CHECK(Contains(perf.err, kFlag));
}

TEST_CASE("A group goes on behind what it was shown") {
  WithFolder folder;
  folder.Produce("orders", "1\n2\n3\n");
  const std::vector<std::string> words = {"--topic", "orders",           "--group",
                                          "billing", "--from-beginning", "--max-messages"};
  std::vector<std::string> first = words;
  first.emplace_back("2");
  CHECK(folder.Run("console-consumer", first).out == "1\n2\n");
  std::vector<std::string> then = words;
  then.emplace_back("1");
  CHECK(folder.Run("console-consumer", then).out == "3\n");
}

TEST_CASE("Records that a full disk did not take are neither counted nor committed") {
  WithFolder folder;
  const std::string rest(50000, 'x');  // so that two are written at a time
  folder.Produce("orders", fmt::format("1{0}\n2{0}\n3{0}\n", rest));
  FullDisk disk(110000);
  std::ostream out(&disk);
  const std::vector<std::string> words = {"--topic", "orders", "--group", "billing",
                                          "--from-beginning"};
  const Ran ran = folder.RunInto(out, "console-consumer", words);
  CHECK(ran.exit_code == 1);
  CHECK(ran.err ==
        "Unable to write to standard out, closing consumer.\n"
        "Processed a total of 2 messages\n"
        "rill console-consumer: standard output does not take what is written to it\n");
  CHECK(disk.taken().starts_with(fmt::format("1{0}\n2{0}\n", rest)));
  std::vector<std::string> then = words;
  then.insert(then.end(), {"--max-messages", "1", "--timeout-ms", "10000"});
  CHECK(folder.Run("console-consumer", then).out == fmt::format("3{}\n", rest));
}

TEST_CASE("A partition is read from the offset that is asked for, while a process writes") {
  WithFolder folder;
  folder.Produce("orders", "1\n2\n3\n");
  auto writer = rill::Open(folder.path());
  REQUIRE(writer.ok());
  const std::vector<std::string> words = {"--topic",        "orders", "--partition", "0",
                                          "--max-messages", "1",      "--offset"};
  std::vector<std::string> at_one = words;
  at_one.emplace_back("1");
  CHECK(folder.Run("console-consumer", at_one).out == "2\n");
  std::vector<std::string> at_first = words;
  at_first.emplace_back("Earliest");
  CHECK(folder.Run("console-consumer", at_first).out == "1\n");
  const Ran group = folder.Run("console-consumer", {"--topic", "orders", "--group", "billing"});
  CHECK(group.exit_code == 1);
  CHECK(Contains(group.err, "go there: --bootstrap-server HOST:PORT"));
}

TEST_CASE("What writes to a folder that is in use is told once where else to go") {
  WithFolder folder;
  auto writer = rill::Open(folder.path());
  REQUIRE(writer.ok());
  const Ran without = folder.Run("console-producer", {"--topic", "orders"}, "1\n");
  CHECK(without.exit_code == 1);
  CHECK(Contains(without.err,
                 "one engine at a time may write a folder: close that one first; "
                 "where that serves it, go there: --bootstrap-server HOST:PORT\n"));
  // What a killed node leaves.
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (folder.path() + "/rill.sock").copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(socket);
  const struct {
    const char* tool;
    const char* words;
  } cases[] = {
      {"console-producer", "--topic orders"},
      {"console-consumer", "--topic orders --group billing"},
      {"producer-perf-test", "--topic orders --num-records 1 --record-size 1 --throughput -1"},
      {"consumer-perf-test", "--topic orders --num-records 1 --group billing"},
      {"e2e-latency", "--topic orders --num-records 1 --record-size 1 --producer-acks all"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.tool);
    const Ran ran = folder.Run(one.tool, SplitWords(one.words), "1\n");
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.err, "open \"kafka://unix:" + folder.path() + "\", if a node serves it"));
    CHECK(Contains(ran.err, "no node listens there: the socket is what a killed one left\n"));
    CHECK_FALSE(Contains(ran.err, "--bootstrap-server"));
  }
}

TEST_CASE("All topics that match are read, and when nothing comes that is told") {
  WithFolder folder;
  folder.Produce("orders-a", "1\n");
  folder.Produce("orders-b", "2\n");
  folder.Produce("bills", "3\n");
  const Ran ran = folder.Run("console-consumer",
                             {"--include", "orders.*", "--from-beginning", "--timeout-ms", "1"});
  CHECK(ran.exit_code == 0);
  CHECK((ran.out == "1\n2\n" || ran.out == "2\n1\n"));
  CHECK(Contains(ran.err,
                 "ERROR Error processing message, terminating consumer process:  "
                 "(org.apache.kafka.tools.consumer.ConsoleConsumer)\n"
                 "org.apache.kafka.common.errors.TimeoutException\n"
                 "Processed a total of 2 messages\n"));
}

TEST_CASE("The topic that is not there yet is named by who waits for it") {
  WithFolder folder;
  CHECK(Contains(
      folder.Run("console-consumer", {"--topic", "okk", "--timeout-ms", "1"}).err,
      "rill console-consumer: " + folder.path() + " has no topic okk yet; waiting for one\n"));
  CHECK(Contains(folder.Run("console-consumer", {"--include", "ok+", "--timeout-ms", "1"}).err,
                 " has no topic that matches ok+ yet; waiting for one\n"));
}

TEST_CASE("Deserializers print numbers, and what is none ends the consumer unless it is skipped") {
  WithFolder folder;
  folder.Produce("orders", std::string("\0\0\0\0\0\0\0\x2a\nshort\n", 15));
  const std::string long_class = "org.apache.kafka.common.serialization.LongDeserializer";
  CHECK(folder.Consume("orders", 1, {"value.deserializer=" + long_class}) == "42\n");
  std::vector<std::string> words = {"--topic",        "orders", "--from-beginning",
                                    "--max-messages", "2",      "--value-deserializer",
                                    long_class};
  const Ran ended = folder.Run("console-consumer", words);
  CHECK(ended.exit_code == 1);
  CHECK(ended.out == "42\n");
  CHECK(ended.err.starts_with("Processed a total of 2 messages\n"));
  CHECK(Contains(ended.err,
                 "SerializationException: Size of data received by LongDeserializer is "
                 "not 8\n"));
  words.emplace_back("--skip-message-on-error");
  const Ran skipped = folder.Run("console-consumer", words);
  CHECK(skipped.exit_code == 0);
  CHECK(skipped.err.ends_with("Processed a total of 2 messages\n"));
  const Ran unknown =
      folder.Run("console-consumer", {"--topic", "orders", "--value-deserializer", "my.Own"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.err.starts_with("there is no deserializer my.Own; "));
}

TEST_CASE("How records are printed may stand in a file, over which the words have it") {
  WithFolder folder;
  folder.Produce("orders", "k\tv\n", {"parse.key=true"});
  const test::TemporaryFolder files;
  const std::string file = files.path() + "/formatter.properties";
  std::ofstream(file) << "print.key=true\nkey.separator=:\n";
  const std::vector<std::string> words = {
      "--topic", "orders", "--from-beginning", "--max-messages", "1", "--formatter-config", file};
  CHECK(folder.Run("console-consumer", words).out == "k:v\n");
  std::vector<std::string> other = words;
  other.insert(other.end(), {"--formatter-property", "key.separator=;"});
  CHECK(folder.Run("console-consumer", other).out == "k;v\n");
}

TEST_CASE("Words that do not go together are told before the help") {
  WithFolder folder;
  const struct {
    std::vector<std::string> words;
    const char* told;
  } cases[] = {
      {{"--from-beginning"},
       "Exactly one of the following arguments is required: [topic], [include]\n"},
      {{"--topic", "a", "--include", "b"},
       "Exactly one of the following arguments is required: [topic], [include]\n"},
      {{"--topic", "a", "--offset", "1"}, "The partition is required when offset is specified.\n"},
      {{"--topic", "a", "--partition", "0", "--offset", "-1"},
       "The provided offset value '-1' is incorrect."},
      {{"--topic", "a", "--partition", "0", "--group", "b"},
       "Options group and partition cannot be specified together.\n"},
      {{"--topic", "a", "--property", "b=c", "--formatter-property", "d=e"},
       "Options --property and --formatter-property cannot be specified together.\n"},
      {{"--topic", "a", "--group", "b", "--command-property", "group.id=c"},
       "The group ids provided in different places"},
      {{"--topic", "a", "--from-beginning", "--command-property", "auto.offset.reset=latest"},
       "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest'"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.told);
    const Ran ran = folder.Run("console-consumer", one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with(one.told));
  }
}

TEST_CASE("Who calls an option by the name that Kafka's consumer had for it is told that of now") {
  WithFolder folder;
  CHECK(folder.Run("console-consumer", {"--whitelist", "orders.*"}).err ==
        "rill console-consumer: --whitelist is not an option; it is called --include now; --help "
        "lists them\n");
  CHECK_FALSE(Contains(folder.Run("console-producer", {"--whitelist", "a"}).err, "--include"));
}

TEST_CASE("A consumer of a folder begins where auto.offset.reset says, by a duration, too") {
  WithFolder folder;
  folder.Produce("orders", "1\n2\n");
  const auto read = [&](const std::string& duration) {
    return folder
        .Run("console-consumer", {"--topic", "orders", "--timeout-ms", "300", "--command-property",
                                  "auto.offset.reset=by_duration:" + duration})
        .out;
  };
  CHECK(read("P1D") == "1\n2\n");
  CHECK(read("PT0S") == "");
}

TEST_CASE("A member of a static name needs no group to read a folder alone") {
  WithFolder folder;
  folder.Produce("orders", "1\n");
  CHECK(folder
            .Run("console-consumer", {"--topic", "orders", "--from-beginning", "--max-messages",
                                      "1", "--command-property", "group.instance.id=x"})
            .out == "1\n");
}

TEST_CASE("Properties that do nothing are named, and values that none can have are refused") {
  WithFolder folder;
  folder.Produce("orders", "1\n");
  const Ran ran = folder.Run("console-consumer",
                             {"--topic", "orders", "--from-beginning", "--max-messages", "1",
                              "--command-property", "fetch.min.bytes=1", "--command-property",
                              "no.such=1", "--command-property", "max.poll.records=1"});
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.err, "fetch.min.bytes is passed over: it means nothing for a data folder\n"));
  CHECK(Contains(ran.err, "no.such is passed over: "));
  CHECK_FALSE(Contains(ran.err, "max.poll.records"));
  const Ran wrong =
      folder.Run("console-producer", {"--topic", "orders", "--command-property", "acks=7"});
  CHECK(wrong.exit_code == 1);
  CHECK(Contains(wrong.err,
                 "ConfigException: Invalid value 7 for configuration acks: String must be one of: "
                 "all, -1, 0, 1\n"));
}

}  // namespace
}  // namespace rill::cli
