#include "cli/rdkafka_names.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "cli/java_text.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

struct Name {
  std::string_view java;
  std::string_view rdkafka;
};

constexpr Name kOfBoth[] = {
    {"client.rack", "client.rack"},
    {"connections.max.idle.ms", "connections.max.idle.ms"},
    {"metadata.max.age.ms", "metadata.max.age.ms"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"reconnect.backoff.max.ms", "reconnect.backoff.max.ms"},
    {"reconnect.backoff.ms", "reconnect.backoff.ms"},
    {"retry.backoff.ms", "retry.backoff.ms"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"socket.connection.setup.timeout.ms", "socket.connection.setup.timeout.ms"},
};

constexpr Name kOfProducers[] = {
    {"acks", "acks"},
    {"delivery.timeout.ms", "delivery.timeout.ms"},
    {"max.in.flight.requests.per.connection", "max.in.flight.requests.per.connection"},
    {"request.timeout.ms", "request.timeout.ms"},
    {"retries", "retries"},
};

constexpr Name kOfConsumers[] = {
    {"allow.auto.create.topics", "allow.auto.create.topics"},
    {"check.crcs", "check.crcs"},
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"fetch.min.bytes", "fetch.min.bytes"},
    {"group.remote.assignor", "group.remote.assignor"},
    {"heartbeat.interval.ms", "heartbeat.interval.ms"},
    {"request.timeout.ms", "socket.timeout.ms"},
    {"session.timeout.ms", "session.timeout.ms"},
};

constexpr Name kOfSecurity[] = {
    {"sasl.kerberos.kinit.cmd", "sasl.kerberos.kinit.cmd"},
    {"sasl.kerberos.min.time.before.relogin", "sasl.kerberos.min.time.before.relogin"},
    {"sasl.kerberos.service.name", "sasl.kerberos.service.name"},
    {"sasl.mechanism", "sasl.mechanism"},
    {"security.protocol", "security.protocol"},
    {"ssl.cipher.suites", "ssl.cipher.suites"},
    {"ssl.key.password", "ssl.key.password"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
};

template <std::size_t n>
std::string_view Find(const Name (&names)[n], std::string_view java) {
  const auto* const found = std::find_if(std::begin(names), std::end(names),
                                         [java](const Name& name) { return name.java == java; });
  return found == std::end(names) ? std::string_view() : found->rdkafka;
}

std::string ValueOf(const ClientProperties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : JavaTrim(found->second);
}

absl::Status Unknown(std::string_view name, std::string_view why) {
  return absl::UnimplementedError(fmt::format("{} {}", name, why));
}

// What stands behind `name=` in a JAAS entry, in quotes or not.
std::optional<std::string> JaasOption(std::string_view entry, const std::string& name) {
  std::size_t at = entry.find(" " + name + "=");
  if (at == std::string_view::npos) return std::nullopt;
  at += name.size() + 2;
  const bool quoted = at < entry.size() && (entry[at] == '"' || entry[at] == '\'');
  std::string value;
  for (std::size_t i = quoted ? at + 1 : at; i < entry.size(); ++i) {
    if (quoted && entry[i] == entry[at]) return value;
    if (!quoted && (entry[i] == ' ' || entry[i] == ';')) return value;
    if (quoted && entry[i] == '\\' && i + 1 < entry.size()) ++i;
    value += entry[i];
  }
  return quoted ? std::nullopt : std::optional(value);
}

// The name and password of "org.apache.kafka...PlainLoginModule required username=.. password=..;".
absl::Status AddLogin(const ClientProperties& properties,
                      std::map<std::string, std::string>& configs) {
  const std::string entry = ValueOf(properties, "sasl.jaas.config");
  if (entry.empty()) return absl::OkStatus();
  if (entry.find("PlainLoginModule") == std::string::npos &&
      entry.find("ScramLoginModule") == std::string::npos) {
    return Unknown("sasl.jaas.config",
                   "names a login module of Java's that rill has nothing for; it knows "
                   "PlainLoginModule and ScramLoginModule");
  }
  const auto user = JaasOption(entry, "username");
  const auto password = JaasOption(entry, "password");
  if (!user || !password) {
    return absl::InvalidArgumentError("sasl.jaas.config has no username and password to log in by");
  }
  configs["sasl.username"] = *user;
  configs["sasl.password"] = *password;
  return absl::OkStatus();
}

absl::Status AddKeyStore(const ClientProperties& properties,
                         std::map<std::string, std::string>& configs) {
  const std::string location = ValueOf(properties, "ssl.keystore.location");
  if (location.empty()) return absl::OkStatus();
  const std::string type = ValueOf(properties, "ssl.keystore.type");
  if (type == "PEM") {
    configs["ssl.certificate.location"] = location;
    configs["ssl.key.location"] = location;
  } else if (type == "PKCS12") {
    configs["ssl.keystore.location"] = location;
    configs["ssl.keystore.password"] = ValueOf(properties, "ssl.keystore.password");
  } else {
    return Unknown("ssl.keystore.location",
                   fmt::format("is a key store of type {}, which only Java reads; give one with "
                               "ssl.keystore.type=PEM or PKCS12",
                               type.empty() ? "JKS" : type));
  }
  return absl::OkStatus();
}

absl::Status AddTrustStore(const ClientProperties& properties,
                           std::map<std::string, std::string>& configs) {
  const std::string location = ValueOf(properties, "ssl.truststore.location");
  if (location.empty()) return absl::OkStatus();
  const std::string type = ValueOf(properties, "ssl.truststore.type");
  if (type != "PEM") {
    return Unknown("ssl.truststore.location",
                   fmt::format("is a trust store of type {}, which only Java reads; give one with "
                               "ssl.truststore.type=PEM",
                               type.empty() ? "JKS" : type));
  }
  configs["ssl.ca.location"] = location;
  return absl::OkStatus();
}

}  // namespace

std::string_view RdkafkaName(ClientKind kind, std::string_view name) {
  const std::string_view both = Find(kOfBoth, name);
  if (!both.empty()) return both;
  return kind == ClientKind::kProducer ? Find(kOfProducers, name) : Find(kOfConsumers, name);
}

bool IsSecurityProperty(std::string_view name) {
  return name == "security.protocol" || name.starts_with("ssl.") || name.starts_with("sasl.");
}

absl::StatusOr<std::map<std::string, std::string>> RdkafkaSecurity(
    const ClientProperties& properties) {
  // Read together, below.
  static constexpr std::string_view kTogether[] = {
      "sasl.jaas.config",      "ssl.endpoint.identification.algorithm",
      "ssl.keystore.location", "ssl.keystore.password",
      "ssl.keystore.type",     "ssl.truststore.location",
      "ssl.truststore.type"};
  std::map<std::string, std::string> configs;
  for (const auto& [name, value] : properties) {
    if (!IsSecurityProperty(name)) continue;
    const std::string_view known = Find(kOfSecurity, name);
    if (!known.empty()) {
      configs[std::string(known)] = JavaTrim(value);
    } else if (std::find(std::begin(kTogether), std::end(kTogether), name) == std::end(kTogether)) {
      return Unknown(name, "is a setting of TLS or SASL that rill has nothing for; leave it out");
    }
  }
  if (auto added = AddLogin(properties, configs); !added.ok()) return added;
  if (auto added = AddKeyStore(properties, configs); !added.ok()) return added;
  if (auto added = AddTrustStore(properties, configs); !added.ok()) return added;
  constexpr char kAlgorithm[] = "ssl.endpoint.identification.algorithm";
  if (properties.contains(kAlgorithm)) {
    const std::string algorithm = ValueOf(properties, kAlgorithm);
    configs[kAlgorithm] = algorithm.empty() ? "none" : algorithm;
  }
  return configs;
}

}  // namespace rill::cli
