#include "cli/broker_api_versions.h"

#include <algorithm>
#include <map>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/kafka_apis.h"
#include "cli/kafka_tool.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"}, {"version"}, kBootstrapServer, kDataDir, kCommandConfig};

constexpr char kHelp[] =
    R"(Prints which requests each broker answers, in which versions, and which of these
Kafka's tools of 4.3 use.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's that no process
                                    has open
--command-config <file>             Properties of the client: request.timeout.ms, ...
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-broker-api-versions --bootstrap-server localhost:9092
)";

const KafkaTool kTool = {"broker-api-versions", kOptions, kHelp};

using ApiVersion = wire::ApiVersionsResponse::ApiVersion;

std::string Describe(const KafkaApi* api, const ApiVersion& theirs) {
  const std::string name = api == nullptr ? fmt::format("UNKNOWN({})", theirs.api_key)
                                          : fmt::format("{}({})", api->name, api->key);
  const std::string versions =
      theirs.min_version == theirs.max_version
          ? fmt::format("{}", theirs.min_version)
          : fmt::format("{} to {}", theirs.min_version, theirs.max_version);
  std::string usable;
  if (api == nullptr) {
    usable = "";
  } else if (api->latest < theirs.min_version) {
    usable = " [unusable: node too new]";
  } else if (theirs.max_version < api->oldest) {
    usable = " [unusable: node too old]";
  } else {
    usable = fmt::format(" [usable: {}]", std::min<int>(api->latest, theirs.max_version));
  }
  return fmt::format("{}: {}{}", name, versions, usable);
}

// By ascending key: what the broker answers, and what it does not answer to clients.
std::map<int, std::string> LinesOf(const wire::ApiVersionsResponse& versions) {
  std::map<int, std::string> lines;
  for (const ApiVersion& theirs : versions.api_keys) {
    const auto apis = KafkaApis();
    const auto api = std::find_if(apis.begin(), apis.end(),
                                  [&](const KafkaApi& one) { return one.key == theirs.api_key; });
    lines[theirs.api_key] = Describe(api == apis.end() ? nullptr : &*api, theirs);
  }
  for (const KafkaApi& api : KafkaApis()) {
    if (!api.is_for_clients || lines.contains(api.key)) continue;
    lines[api.key] = fmt::format("{}({}): UNSUPPORTED", api.name, api.key);
  }
  return lines;
}

absl::Status PrintBrokers(remote::AdminClient& client, TextWriter& out) {
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  for (const remote::Broker& broker : cluster->brokers) {
    out.Print("{}:{} (id: {} rack: {} isFenced: false) -> ", broker.address.host,
              broker.address.port, broker.id, broker.rack.empty() ? "null" : broker.rack);
    const auto connection = client.Find(remote::Target::Broker(broker.id));
    if (!connection.ok()) {
      out.Print("ERROR: {}\n", std::string(connection.status().message()));
      continue;
    }
    std::vector<std::string> lines;
    for (auto& [key, line] : LinesOf((*connection)->versions())) lines.push_back(line);
    out.Print("(\n\t{}\n)\n", fmt::join(lines, ",\n\t"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string BrokerApiVersionsHelp() { return HelpOf(kTool); }

int RunBrokerApiVersions(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kTool, words, line)) return *done;
  if (!NamesCluster(line)) {
    return RefuseUsage(context, kTool, "Missing required argument \"[bootstrap-server]\"");
  }
  auto session = AdminSession::Open(context, line, "admin-1");
  if (!session.ok()) return Fail(context, kTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    done = PrintBrokers(session->client(), out);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) return Fail(context, kTool, done);
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
