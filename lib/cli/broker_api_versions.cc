#include "cli/broker_api_versions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/json_lines.h"
#include "cli/kafka_apis.h"
#include "cli/kafka_tool.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {{"help"}, {"version"},    kBootstrapServer,
                                   kDataDir, kCommandConfig, {"json"}};

constexpr char kHelp[] =
    R"(Prints which requests each broker answers, in which versions, and which of these
Kafka's tools of 4.4 use.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: request.timeout.ms, ...
--json                              Print JSON, an object a line for each broker and
                                    request
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-broker-api-versions --bootstrap-server localhost:9092
)";

const KafkaTool kTool = {"broker-api-versions", kOptions, kHelp};

using ApiVersion = wire::ApiVersionsResponse::ApiVersion;

// A request that the broker answers, or that Kafka's tool knows; null and nothing for the other
// side.
struct ApiRow {
  int key = 0;
  const KafkaApi* api = nullptr;
  std::optional<ApiVersion> theirs = {};

  bool is_too_new() const { return api->latest < theirs->min_version; }
  bool is_too_old() const { return theirs->max_version < api->oldest; }
  // The latest version that both know; where both know the request and have one in common.
  std::optional<int> usable() const {
    if (api == nullptr || !theirs || is_too_new() || is_too_old()) return std::nullopt;
    return std::min<int>(api->latest, theirs->max_version);
  }
};

std::string TextOf(const ApiRow& row) {
  if (!row.theirs) return fmt::format("{}({}): UNSUPPORTED", row.api->name, row.key);
  const ApiVersion& theirs = *row.theirs;
  const std::string name = row.api == nullptr ? fmt::format("UNKNOWN({})", row.key)
                                              : fmt::format("{}({})", row.api->name, row.key);
  const std::string versions =
      theirs.min_version == theirs.max_version
          ? fmt::format("{}", theirs.min_version)
          : fmt::format("{} to {}", theirs.min_version, theirs.max_version);
  std::string usable;
  if (row.api == nullptr) {
    usable = "";
  } else if (row.is_too_new()) {
    usable = " [unusable: node too new]";
  } else if (row.is_too_old()) {
    usable = " [unusable: node too old]";
  } else {
    usable = fmt::format(" [usable: {}]", *row.usable());
  }
  return fmt::format("{}: {}{}", name, versions, usable);
}

// By ascending key: what the broker answers, and what it does not answer to clients.
std::vector<ApiRow> RowsOf(const wire::ApiVersionsResponse& versions) {
  std::map<int, ApiRow> rows;
  for (const ApiVersion& theirs : versions.api_keys) {
    const auto apis = KafkaApis();
    const auto api = std::find_if(apis.begin(), apis.end(),
                                  [&](const KafkaApi& one) { return one.key == theirs.api_key; });
    rows[theirs.api_key] = {theirs.api_key, api == apis.end() ? nullptr : &*api, theirs};
  }
  for (const KafkaApi& api : KafkaApis()) {
    if (api.is_for_clients && !rows.contains(api.key)) rows[api.key] = {api.key, &api};
  }
  std::vector<ApiRow> ordered;
  ordered.reserve(rows.size());
  for (const auto& [key, row] : rows) ordered.push_back(row);
  return ordered;
}

std::string NameOf(const remote::Broker& broker) {
  return fmt::format("{}:{} (id: {} rack: {} isFenced: false) -> ", broker.address.host,
                     broker.address.port, broker.id, broker.rack.empty() ? "null" : broker.rack);
}

void PrintText(const std::vector<ApiRow>& rows, TextWriter& out) {
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const ApiRow& row : rows) lines.push_back(TextOf(row));
  out.Print("(\n\t{}\n)\n", fmt::join(lines, ",\n\t"));
}

void PrintJsonRows(const remote::Broker& broker, const std::vector<ApiRow>& rows, TextWriter& out) {
  for (const ApiRow& row : rows) {
    PrintJson({{"broker", broker.id},
               {"host", broker.address.host},
               {"port", broker.address.port},
               {"rack", NullIfEmpty(broker.rack)},
               {"apiKey", row.key},
               {"name", row.api == nullptr ? Json(nullptr) : Json(row.api->name)},
               {"minVersion", row.theirs ? Json(row.theirs->min_version) : Json(nullptr)},
               {"maxVersion", row.theirs ? Json(row.theirs->max_version) : Json(nullptr)},
               {"usableVersion", OrNull(row.usable())}},
              out);
  }
}

absl::Status PrintBrokers(const CommandLine& line, remote::AdminClient& client, TextWriter& out,
                          TextWriter& err) {
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  for (const remote::Broker& broker : cluster->brokers) {
    if (!line.Has("json")) out.Print("{}", NameOf(broker));
    const auto connection = client.Find(remote::Target::Broker(broker.id));
    if (!connection.ok()) {
      if (line.Has("json")) err.Print("{}", NameOf(broker));
      Told(line, out, err).Print("ERROR: {}\n", std::string(connection.status().message()));
    } else if (line.Has("json")) {
      PrintJsonRows(broker, RowsOf((*connection)->versions()), out);
    } else {
      PrintText(RowsOf((*connection)->versions()), out);
    }
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
  auto session = AdminSession::Open(context, kTool, line, {.client_id = "admin-1"});
  if (!session.ok()) return Fail(context, kTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    TextWriter err(context.err);
    done = PrintBrokers(line, session->client(), out, err);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) return Fail(context, kTool, done);
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
