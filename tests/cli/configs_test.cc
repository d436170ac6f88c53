#include <string>

#include "absl/time/clock.h"
#include "catch.h"
#include "cli/java_arguments.h"
#include "with_node.h"

// `rill configs`, as kafka-configs.
namespace rill::cli {
namespace {

TEST_CASE("A config of a topic is set, shown with where it is from, and set back") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  const std::string orders = "--entity-type topics --entity-name orders";
  CHECK(node.Out("configs", orders + " --describe") == "Dynamic configs for topic orders are:\n");
  CHECK(node.Out("configs", orders + " --alter --add-config retention.ms=5,cleanup.policy=[compact"
                                     ",delete]") ==
        "Completed updating config for topic orders.\n");
  CHECK(node.Out("configs", "--topic orders --describe") ==
        "Dynamic configs for topic orders are:\n"
        "  cleanup.policy=compact,delete sensitive=false "
        "synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, "
        "DEFAULT_CONFIG:log.cleanup.policy=delete}\n"
        "  retention.ms=5 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5}\n");
  CHECK(node.Out("configs", orders + " --alter --delete-config retention.ms,cleanup.policy") ==
        "Completed updating config for topic orders.\n");
  const std::string all = node.Out("configs", "--describe --all --topic orders");
  CHECK(all.starts_with("All configs for topic orders are:\n  cleanup.policy=delete"));
  CHECK(Contains(all, "\n  max.message.bytes=1048588 sensitive=false synonyms={"));
}

TEST_CASE("A config of a group that need not be there is set, shown and set back") {
  WithNode node;
  const std::string billing = "--entity-type groups --entity-name billing";
  CHECK(node.Out("configs", billing + " --describe") ==
        "The group 'billing' doesn't exist and doesn't have dynamic config.\n");
  CHECK(node.Out("configs",
                 "--group billing --alter --add-config "
                 "consumer.session.timeout.ms=50000") ==
        "Completed updating config for group billing.\n");
  const std::string shown =
      "Dynamic configs for group billing are:\n"
      "  consumer.session.timeout.ms=50000 sensitive=false "
      "synonyms={DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms=50000, "
      "DEFAULT_CONFIG:group.consumer.session.timeout.ms=45000}\n";
  CHECK(node.Out("configs", billing + " --describe") == shown);
  CHECK(node.Out("configs", "--describe --entity-type groups") == shown);
  CHECK(Contains(node.Out("configs", "--describe --all --group billing"),
                 "\n  consumer.heartbeat.interval.ms=5000 sensitive=false synonyms={DEFAULT_CONFIG:"
                 "group.consumer.heartbeat.interval.ms=5000}\n"));
  CHECK(node.Out("configs", billing + " --alter --delete-config consumer.session.timeout.ms") ==
        "Completed updating config for group billing.\n");
  CHECK(node.Out("configs", "--describe --entity-type groups").empty());
}

TEST_CASE("Configs to set may stand in a file") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  node.Write("new.properties", "retention.ms = 7\n# not this\n");
  node.Out("configs", "--topic orders --alter --add-config-file new.properties");
  CHECK(Contains(node.Out("configs", "--topic orders --describe"), "  retention.ms=7 "));
  CHECK(node.Run("configs", "--topic orders --alter --add-config-file none").exit_code == 1);
}

TEST_CASE("Brokers are shown by their ids, and what is not there is said to be so") {
  WithNode node;
  CHECK(node.Out("configs", "--describe --broker 1") == "Dynamic configs for broker 1 are:\n");
  CHECK(Contains(node.Out("configs", "--describe --all --broker 1"),
                 "  log.segment.bytes=1073741824 sensitive=false"));
  CHECK(node.Out("configs", "--describe --entity-type brokers") ==
        "Dynamic configs for broker 1 are:\nDefault configs for brokers in the cluster are:\n");
  CHECK(node.Out("configs", "--describe --broker 2") ==
        "The broker '2' doesn't exist and doesn't have dynamic config.\n");
  CHECK(node.Out("configs", "--describe --topic nothing") ==
        "The topic 'nothing' doesn't exist and doesn't have dynamic config.\n");
}

TEST_CASE("A broker that the cluster does not have is told at once") {
  WithNode node;
  for (const char* words :
       {"--alter --broker 7 --add-config message.max.bytes=2000000",
        "--alter --broker-logger 7 --add-config a=DEBUG", "--describe --broker 7 --all"}) {
    CAPTURE(words);
    const absl::Time begin = absl::Now();
    const Ran ran = node.Run("configs", words);
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.err, "\nrill configs: the cluster has no broker 7 at the moment\n"));
    CHECK(absl::Now() - begin < absl::Seconds(15));
  }
}

TEST_CASE("What a broker refuses is told behind the words it was told with") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  for (const char* words : {"--topic orders --alter --add-config no.such.config=1",
                            "--topic nothing --describe --all"}) {
    CAPTURE(words);
    const Ran ran = node.Run("configs", words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.find("Completed") == std::string::npos);
    CHECK(
        ran.err.starts_with("Error while executing config command with args '--bootstrap-server "));
    CHECK(Contains(ran.err, words));
    CHECK(Contains(ran.err, "\nrill configs: "));
  }
}

TEST_CASE("Words that do not go together are refused in the words of Kafka's tool") {
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--topic a", "Command must include exactly one action: --describe, --alter"},
      {"--describe --alter --topic a", "Command must include exactly one action"},
      {"--describe --topic a --add-config b=c",
       "Option \"[describe]\" can't be used with option \"[add-config]\""},
      {"--describe", "At least one entity type must be specified"},
      {"--describe --entity-type things", "Invalid entity type things, the entity type must be "},
      {"--describe --entity-type topics --entity-type topics", "Duplicate entity type(s)"},
      {"--describe --topic a --group b", "Only 'users' and 'clients' entity types may be"},
      {"--describe --entity-type users --client b", "--entity-{type,name,default} should not"},
      {"--alter --topic a", "At least one of --add-config, --add-config-file, or --delete-config"},
      {"--alter --topic a --add-config b=c --add-config-file d", "Only one of --add-config or"},
      {"--alter --entity-type topics --add-config b=c", "An entity name must be specified with"},
      {"--alter --entity-type users --add-config b=c", "An entity-name or default entity must"},
      {"--alter --broker x --add-config b=c",
       "The entity name for brokers must be a valid integer"},
      {"--describe --entity-type topics --entity-default",
       "--entity-default must not be specified"},
      {"--describe --entity-type broker-loggers", "An entity name must be specified with"},
      {"--describe --ip nonsense..host",
       "The entity name for ips must be a valid IP or resolvable host, but it is: nonsense..host"},
      {"--describe --topic a --topic b", "Found multiple arguments for option topic, but you"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = RunRillLine(std::string("configs --bootstrap-server nowhere:1 ") + one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CAPTURE(ran.err);
    CHECK(ran.err.starts_with(one.told));
  }
  CHECK(RunRillLine("configs --describe --topic a").err ==
        "Either --bootstrap-server or --bootstrap-controller must be specified.\n");
  CHECK(Contains(RunRillLine("configs --bootstrap-controller a:1 --describe --topic a").err,
                 "is not supported"));
}

TEST_CASE("Configs that cannot be read are refused before anything is changed") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  for (const char* configs : {"retention.ms", "retention.ms=1,x", "a=b=c"}) {
    CAPTURE(configs);
    const Ran ran =
        node.Run("configs", std::string("--alter --topic orders --add-config ") + configs);
    CHECK(ran.exit_code == 1);
    CHECK(ran.err.starts_with("Invalid entity config: all configs to be added"));
  }
  CHECK(node.Run("configs", "--alter --topic orders --add-config a@b=1").err ==
        "Invalid character found for config key: a@b\n");
  CHECK(Contains(node.Run("configs", "--alter --user me --add-config SCRAM-SHA-256=x").err,
                 "SCRAM credential"));
  CHECK(
      Contains(node.Run("configs", "--alter --client me --add-config retention.ms=1").err,
               "Only quota configs can be added for 'clients' using --bootstrap-server. Unexpected "
               "config names: retention.ms\n"));
}

TEST_CASE("Quotas are written and read as Java does") {
  CHECK(FormatJavaDouble(1024) == "1024.0");
  CHECK(FormatJavaDouble(0.5) == "0.5");
  CHECK(FormatJavaDouble(9999999) == "9999999.0");
  CHECK(FormatJavaDouble(1e7) == "1.0E7");
  CHECK(FormatJavaDouble(1234567890123) == "1.234567890123E12");
  CHECK(FormatJavaDouble(0.0001) == "1.0E-4");
  CHECK(FormatJavaDouble(0) == "0.0");
  CHECK(ParseJavaDouble(" 1e3 ") == 1000.0);
  CHECK(ParseJavaDouble("-.5") == -0.5);
  CHECK_FALSE(ParseJavaDouble("1x"));
  CHECK_FALSE(ParseJavaDouble(""));
  CHECK_FALSE(ParseJavaDouble("inf"));
}

}  // namespace
}  // namespace rill::cli
