#include "client/kafka/client_config.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "client/kafka/socket_callbacks.h"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

using ErrorText = std::array<char, 512>;

absl::Status InvalidConfig(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

// Of syslog's levels.
LogLevel LevelOf(int level) {
  constexpr int kSyslogError = 3;
  constexpr int kSyslogWarning = 4;
  constexpr int kSyslogInfo = 6;
  if (level <= kSyslogError) return LogLevel::kError;
  if (level == kSyslogWarning) return LogLevel::kWarning;
  return level <= kSyslogInfo ? LogLevel::kInfo : LogLevel::kDebug;
}

void Log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  void* const opaque = rd_kafka_opaque(client);
  if (opaque == nullptr) return;
  const auto environment = ClientOpaque::Of(opaque).environment.lock();
  if (environment == nullptr) return;
  environment->Say(LevelOf(level), fmt::format("librdkafka: {}: {}", facility, text));
}

// Properties that decide what rill decides, and what says it instead.
struct Taken {
  const char* name;
  const char* instead;
};
constexpr Taken kTaken[] = {
    {"bootstrap.servers", "the addresses behind \"kafka://\" say it"},
    {"metadata.broker.list", "the addresses behind \"kafka://\" say it"},
    {"group.id", "ConsumerOptions::group says it"},
    {"group.instance.id", "ConsumerOptions::group_instance_id says it"},
    {"enable.auto.commit", "ConsumerOptions::enable_auto_commit says it"},
    {"auto.commit.interval.ms", "ConsumerOptions::auto_commit_interval says it"},
    {"enable.auto.offset.store", "positions are kept by the Consumer"},
    {"auto.offset.reset", "ConsumerOptions::reset says it"},
    {"isolation.level", "ConsumerOptions::isolation_level says it"},
    {"enable.partition.eof", "positions are kept by the Consumer"},
    {"delivery.report.only.error", "each Send is told what became of it"},
    {"transactional.id", "there are no transactions yet"},
};

// How long a client may take to end.
constexpr absl::Duration kEnding = absl::Seconds(5);

}  // namespace

ClientConfig::ClientConfig() : conf_(rd_kafka_conf_new()) {
  rd_kafka_conf_set_log_cb(conf_.get(), Log);
}

absl::Status ClientConfig::ConnectTo(const ClusterEnvironment& environment) {
  if (environment.socket().empty()) return Set("bootstrap.servers", environment.servers());
  ConnectBySocket(conf_.get());
  auto set = Set("bootstrap.servers", engine::kSocketFile);
  // An option of TCP: each connection would have a warning.
  set.Update(Set("socket.nagle.disable", "false"));
  may_look_often_ = true;
  return set;
}

absl::Status ClientConfig::Set(const std::string& name, const std::string& value) {
  ErrorText text = {};
  const auto result =
      rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), text.data(), text.size());
  if (result == RD_KAFKA_CONF_OK) return absl::OkStatus();
  return InvalidConfig(fmt::format("{}={}: {}", name, value, text.data()));
}

absl::Status ClientConfig::SetAll(const std::map<std::string, std::string>& properties) {
  for (const auto& [name, value] : properties) {
    const auto* const taken =
        std::find_if(std::begin(kTaken), std::end(kTaken),
                     [&name = name](const Taken& one) { return name == one.name; });
    if (taken != std::end(kTaken)) {
      return InvalidConfig(fmt::format("configs: \"{}\" cannot be set: {}", name, taken->instead));
    }
    if (auto set = Set(name, value); !set.ok()) return set;
    if (name.starts_with("reconnect.backoff.")) may_look_often_ = false;
  }
  return absl::OkStatus();
}

std::string ClientConfig::ValueOf(const std::string& name) const {
  std::size_t size = 0;
  rd_kafka_conf_get(conf_.get(), name.c_str(), nullptr, &size);
  std::string value(size, '\0');
  rd_kafka_conf_get(conf_.get(), name.c_str(), value.data(), &size);
  return value.c_str();  // `size` counts the end
}

absl::StatusOr<KafkaClient> ClientConfig::Make(rd_kafka_type_t type, KafkaClientOwner* owner) {
  const auto& environment = owner->environment;
  std::unique_ptr<ClientOpaque> opaque(new ClientOpaque{owner, environment, environment->socket()});
  rd_kafka_conf_set_opaque(conf_.get(), opaque.get());
  // To look whether the node is there again costs next to nothing.
  if (may_look_often_) {
    if (auto set = Set("reconnect.backoff.max.ms", "1000"); !set.ok()) return set;
  }
  ErrorText text = {};
  KafkaClient client(rd_kafka_new(type, conf_.get(), text.data(), text.size()));
  if (client == nullptr) return InvalidConfig(text.data());
  static_cast<void>(conf_.release());
  static_cast<void>(opaque.release());
  return client;
}

void EndClient(KafkaClient client, const ClusterEnvironment& environment) {
  // What it says from now on, perhaps when its owner is gone, has nobody to go to.
  constexpr int kSyslogEmergency = 0;
  rd_kafka_set_log_level(client.get(), kSyslogEmergency);
  const auto has_ended = std::make_shared<absl::Notification>();
  rd_kafka_t* const ending = client.release();
  try {
    std::thread([ending, has_ended] {
      KafkaClient(ending).reset();
      has_ended->Notify();
    }).detach();
  } catch (const std::system_error&) {
    // No thread is to be had: it stays.
  }
  if (has_ended->WaitForNotificationWithTimeout(kEnding)) return;
  environment.Say(LogLevel::kError,
                  fmt::format("librdkafka: a client has not ended within {}: it is left behind, "
                              "with its threads",
                              absl::FormatDuration(kEnding)));
}

}  // namespace rill::client
