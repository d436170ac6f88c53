#include <regex>
#include <string>
#include <utility>

#include "catch.h"
#include "rill/consumer.h"
#include "with_node.h"

// `rill consumer-groups`, as kafka-consumer-groups.
namespace rill::cli {
namespace {

constexpr char kTool[] = "consumer-groups";

// Two groups that have read what there is of one topic, and left.
class WithGroups : public WithNode {
 public:
  WithGroups() {
    Out("topics", "--create --topic orders --partitions 2");
    Send("orders", 0, 3);
    Send("orders", 1, 1);
    for (const char* group : {"billing", "other"}) {
      auto consumer = Join(group);
      Read(consumer, 4);
    }
    Send("orders", 1, 2);
  }

  Consumer Join(const std::string& group) {
    auto consumer = engine().Subscribe(group, {"orders"}, {.reset = rill::kEarliest});
    REQUIRE(consumer.ok());
    return *std::move(consumer);
  }
  static void Read(Consumer& consumer, int count) {
    while (count > 0) {
      auto records = consumer.Poll(absl::Seconds(10));
      REQUIRE(records.ok());
      for ([[maybe_unused]] const auto& record : *records) --count;
      REQUIRE(consumer.Commit(*records).ok());
    }
  }
};

TEST_CASE("Groups are listed, with state and type on request") {
  WithGroups node;
  CHECK(node.Out(kTool, "--list") == "other\nbilling\n");  // in the order of Java's hash maps
  const std::string listed = node.Out(kTool, "--list --state --type");
  CHECK(
      listed.starts_with("GROUP                     TYPE                 STATE               \n"
                         "other                     "));
  CHECK(Contains(listed, "Empty               \n"));
  CHECK(node.Out(kTool, "--list --state stable") ==
        "GROUP                     STATE               \n");
  CHECK(Contains(node.Out(kTool, "--list --state empty"), "billing "));
  CHECK(node.Run(kTool, "--list --state nonsense").exit_code == 1);
}

TEST_CASE("A group without members is described by its offsets and lag") {
  WithGroups node;
  const Ran ran = node.Run(kTool, "--describe --group billing");
  CHECK(ran.exit_code == 0);
  CHECK(ran.err == "\nConsumer group 'billing' has no active members.\n");
  CHECK(ran.out ==
        "\nGROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG          "
        "   CONSUMER-ID     HOST            CLIENT-ID"
        "\nbilling         orders          0          3               3               0            "
        "   -               -               -"
        "\nbilling         orders          1          1               3               2            "
        "   -               -               -\n");
  CHECK(Contains(node.Out(kTool, "--describe --group billing --verbose"), "LEADER-EPOCH"));
  CHECK(Contains(node.Out(kTool, "--describe --all-groups"), "\nother           orders"));
}

TEST_CASE("Members and state of a group are described") {
  WithGroups node;
  auto consumer = node.Join("billing");
  REQUIRE(consumer.Poll(absl::Seconds(10)).ok());
  const std::string members = node.Out(kTool, "--describe --group billing --members --verbose");
  CHECK(members.starts_with("\nGROUP           CONSUMER-ID"));
  CHECK(Contains(members, "orders:0,1"));
  const std::string state = node.Out(kTool, "--describe --group billing --state");
  CHECK(Contains(state, "127.0.0.1:"));
  CHECK(Contains(state, "Stable               1\n"));
  CHECK(Contains(node.Out(kTool, "--describe --group billing"), "\nbilling         orders"));
  const std::string refused =
      node.Out(kTool, "--reset-offsets --group billing --topic orders --to-earliest --execute");
  CHECK(Contains(refused, "Assignments can only be reset if the group 'billing' is inactive"));
  CHECK(Contains(node.Out(kTool, "--delete --group billing"),
                 "* Group 'billing' could not be deleted due to: "
                 "org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty."));
}

TEST_CASE("A group that is not there is told of, and is no failure of the command") {
  WithGroups node;
  const Ran ran = node.Run(kTool, "--describe --group nobody");
  CHECK(ran.exit_code == 0);
  CHECK(
      ran.out.starts_with("\nError: Executing consumer group command failed due to "
                          "org.apache.kafka.common.errors.GroupIdNotFoundException: "));
}

TEST_CASE("Offsets are reset when --execute says so, else only shown") {
  WithGroups node;
  const std::string earliest = "--reset-offsets --group billing --topic orders --to-earliest";
  const std::string table =
      "\nGROUP           TOPIC           PARTITION  NEW-OFFSET"
      "\nbilling         orders          0          0"
      "\nbilling         orders          1          0\n";
  const Ran shown = node.Run(kTool, earliest);
  CHECK(shown.out == table);
  CHECK(shown.err.starts_with("WARN: No action will be performed"));
  CHECK(Contains(node.Out(kTool, "--describe --group billing"), " 3               3  "));
  CHECK(node.Out(kTool, earliest + " --execute") == table);
  CHECK(Contains(node.Out(kTool, "--describe --group billing"), " 0               3  "));
}

TEST_CASE("Offsets are reset to what the words say, within what the partitions have") {
  WithGroups node;
  const struct {
    const char* words;
    int first;   // of partition 0, which ends at 3 and is read to 3
    int second;  // of partition 1, which ends at 3 and is read to 1
  } cases[] = {
      {"--to-latest", 3, 3},
      {"--to-current", 3, 1},
      {"--to-offset 2", 2, 2},
      {"--to-offset 100", 3, 3},
      {"--shift-by -2", 1, 0},
      {"--shift-by 1", 3, 2},
      {"--to-datetime 2001-01-01T00:00:00.000", 0, 0},
      {"--to-datetime 2999-01-01T00:00:00.000", 3, 3},
      {"--by-duration P1D", 0, 0},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const std::string out = node.Out(
        kTool, std::string("--reset-offsets --dry-run --group billing --all-topics ") + one.words);
    CHECK(
        Contains(out, fmt::format("\nbilling         orders          0          {}\n", one.first)));
    CHECK(Contains(out,
                   fmt::format("\nbilling         orders          1          {}\n", one.second)));
  }
}

TEST_CASE("A plan goes out as CSV and comes back from a file") {
  WithGroups node;
  const std::string reset = "--reset-offsets --dry-run --group billing ";
  CHECK(node.Out(kTool, reset + "--topic orders:1 --to-earliest --export") == "orders,1,0\n\n");
  CHECK(Contains(node.Out(kTool,
                          "--reset-offsets --dry-run --all-groups --all-topics --to-current "
                          "--export"),
                 "billing,orders,0,3\n"));
  node.Write("plan.csv", "orders,1,2\n");
  CHECK(Contains(node.Out(kTool, reset + "--from-file plan.csv"),
                 "\nbilling         orders          1          2\n"));
}

TEST_CASE("A plan that does not get onto a full disk is no success") {
  WithGroups node;
  FullDisk disk(5);
  std::ostream out(&disk);
  const Ran ran = node.RunInto(
      out, kTool,
      "--reset-offsets --dry-run --group billing --topic orders --to-earliest --export");
  CHECK(ran.exit_code == 1);
  CHECK(ran.err == "rill consumer-groups: standard output does not take what is written to it\n");
  CHECK(disk.taken() == "order");
}

TEST_CASE("What cannot be reset is told") {
  WithGroups node;
  const std::string reset = "--reset-offsets --dry-run --group billing ";
  CHECK(
      node.Out(kTool, reset + "--topic orders:7 --to-earliest") ==
      "\nError: Executing consumer group command failed due to The partitions \"orders-7\" do not "
      "exist\n");
  CHECK(Contains(node.Out(kTool, reset + "--topic nothing --to-earliest"),
                 "This server does not host this topic-partition."));
  CHECK(Contains(node.Out(kTool, reset + "--topic orders --to-datetime soon"), "ParseException"));
  const Ran without_scope = node.Run(kTool, reset + "--to-earliest");
  CHECK(without_scope.exit_code == 1);
  CHECK(without_scope.err.starts_with("One of the reset scopes should be defined"));
  CHECK(node.Run(kTool, reset + "--topic orders").err.starts_with("Option '[reset-offsets]'"));
  CHECK(node.Run(kTool, reset + "--topic orders:x --to-earliest")
            .err.starts_with("Invalid partition 'x' specified in topic arg"));
  const Ran fresh =
      node.Run(kTool, "--reset-offsets --dry-run --group fresh --topic orders --shift-by 1");
  CHECK(fresh.err.starts_with("Cannot shift offset for partition orders-0 since there is no"));
}

TEST_CASE(
    "Words that Kafka's tool reads while it is at work are told where its answer would stand") {
  WithGroups node;
  const std::string failed = "\nError: Executing consumer group command failed due to ";
  const std::string reset = "--reset-offsets --dry-run --group billing --topic orders ";
  CHECK(node.Out(kTool, "--list --timeout x") ==
        failed + "Cannot parse argument 'x' of option timeout\n");
  CHECK(node.Out(kTool, reset + "--to-offset x") ==
        failed + "Cannot parse argument 'x' of option to-offset\n");
  CHECK(node.Out(kTool, reset + "--shift-by x") ==
        failed + "Cannot parse argument 'x' of option shift-by\n");
  CHECK(node.Out(kTool, reset + "--to-datetime 2020-01-01T00:00:00") ==
        failed + "java.text.ParseException: Unparseable date: \"2020-01-01T00:00:00Z\"\n");
  CHECK(node.Out(kTool, "--list --command-config nothing").starts_with(failed + "cannot open "));
  node.Write("empty", "");
  CHECK(node.Out(kTool, "--reset-offsets --dry-run --group billing --from-file empty") ==
        failed + "empty: there is no line with an offset\n");
  node.Write("plan", "other,orders,0,1\n");
  CHECK(node.Out(kTool, "--reset-offsets --dry-run --group billing --from-file plan")
            .starts_with("\nError: No reset plan for group billing found.\n"));
  node.Write("tls", "security.protocol=SSL\n");
  CHECK(node.Run(kTool, "--list --command-config tls").exit_code == 1);
}

TEST_CASE("That nothing will be set is told before what is wrong with a reset") {
  const Ran ran = RunRillLine(
      "consumer-groups --bootstrap-server nowhere:1 --reset-offsets --group a --to-earliest "
      "--to-latest");
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.starts_with("WARN: No action will be performed as the --execute option is "));
  CHECK(Contains(ran.err, "Option \"[to-earliest]\" can't be used with option \"[to-latest]\""));
}

TEST_CASE("Offsets and groups are deleted") {
  WithGroups node;
  CHECK(node.Out(kTool, "--delete-offsets --group billing --topic orders:1") ==
        "Request succeeded for deleting offsets from group billing.\n"
        "\nTOPIC           PARTITION  STATUS         "
        "\norders          1          Successful     \n");
  CHECK_FALSE(Contains(node.Out(kTool, "--describe --group billing"), "orders          1 "));
  CHECK(Contains(node.Out(kTool, "--delete-offsets --group billing --topic nothing"),
                 "\nnothing         -          Error: org.apache.kafka.common.errors."
                 "UnknownTopicOrPartitionException: This server does not host"));
  CHECK(node.Out(kTool, "--delete-offsets --group nobody --topic orders:1")
            .starts_with("\nError: The group id does not exist.\n"));
  CHECK(node.Out(kTool, "--delete --group billing") ==
        "Deletion of requested consumer groups ('billing') was successful.\n");
  CHECK(node.Out(kTool, "--delete --group other --group nobody") ==
        "\nError: Deletion of some consumer groups failed:\n"
        "* Group 'nobody' could not be deleted due to: "
        "org.apache.kafka.common.errors.GroupIdNotFoundException: The group id does not exist.\n"
        "\nThese consumer groups were deleted successfully: 'other'\n");
  CHECK(node.Out(kTool, "--list").empty());
}

TEST_CASE("Words for groups that do not go together are refused in Kafka's words") {
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--list --describe --all-groups", "Command must include exactly one action: --list, "},
      {"--describe", "Option [describe] takes one of these options: [group], [all-groups]"},
      {"--delete", "Option [delete] takes one of these options"},
      {"--describe --group a --members --state", "Option [describe] takes at most one of these"},
      {"--delete --group a --topic b", "The consumer does not support topic-specific offset"},
      {"--delete-offsets --group a", "Option [delete-offsets] takes the following options"},
      {"--reset-offsets --group a --dry-run --execute", "Option [reset-offsets] only accepts one"},
      {"--reset-offsets --group a --to-earliest --to-latest", "can't be used with option"},
      {"--describe --group a --all-groups", "Option \"[group]\" can't be used with option"},
      {"--list --members", "Option(s) [members] are unavailable given other options"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran =
        RunRillLine(std::string("consumer-groups --bootstrap-server nowhere:1 ") + one.words);
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.err, one.told));
  }
  CHECK(RunRillLine("consumer-groups --list").err.starts_with("Missing required argument"));
}

TEST_CASE("A regular expression is checked without a broker") {
  CHECK(RunRillLine("consumer-groups --validate-regex a.*").out ==
        "The regular expression `a.*` is valid.\n");
  CHECK(RunRillLine("consumer-groups --validate-regex *")
            .out.starts_with("The regular expression `*` is invalid: "));
  CHECK(RunRillLine("consumer-groups --validate-regex (?i)a").out ==
        "The regular expression `(?i)a` is valid.\n");
  CHECK(RunRillLine("consumer-groups --validate-regex (a)\\1").out ==
        "The regular expression `(a)\\1` is invalid: invalid escape sequence: \\1.\n");
}

}  // namespace
}  // namespace rill::cli
