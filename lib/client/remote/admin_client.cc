#include "client/remote/admin_client.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "base/wakeup.h"
#include "client/remote/error_text.h"
#include "fmt/format.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"

namespace rill::remote {
namespace {

// Who does not take a connection, this often in a row, is told of, unless somebody may take over.
constexpr int kMaxBrokenInARow = 3;
// From this version on FindCoordinator takes several keys.
constexpr int kSeveralCoordinators = 4;

bool IsBroken(const absl::Status& status) { return absl::IsUnavailable(status); }

AdminOptions Bounded(AdminOptions options) {
  ConnectionOptions& connection = options.connection;
  connection.connect_timeout = std::min(connection.connect_timeout, options.timeout);
  connection.request_timeout = std::min(connection.request_timeout, options.timeout);
  return options;
}

wire::FindCoordinatorRequest CoordinatorRequest(const std::string& group, int version) {
  wire::FindCoordinatorRequest request;
  if (version < kSeveralCoordinators) {
    request.key = group;
  } else {
    request.coordinator_keys = {group};
  }
  return request;
}

absl::StatusOr<std::int32_t> CoordinatorIn(const wire::FindCoordinatorResponse& response,
                                           int version) {
  if (version < kSeveralCoordinators) {
    auto error = ToStatus(response.error_code, response.error_message);
    if (!error.ok()) return error;
    return response.node_id;
  }
  if (response.coordinators.size() != 1) {
    return absl::InvalidArgumentError(
        fmt::format("a broker named {} coordinators of one group", response.coordinators.size()));
  }
  const auto& coordinator = response.coordinators.front();
  auto error = ToStatus(coordinator.error_code, coordinator.error_message);
  if (!error.ok()) return error;
  return coordinator.node_id;
}

}  // namespace

bool IsTransient(ErrorCode code) {
  switch (code) {
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kFencedLeaderEpoch:
    case ErrorCode::kUnknownLeaderEpoch:
    case ErrorCode::kOffsetNotAvailable:
    case ErrorCode::kReplicaNotAvailable:
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kNotController:
    case ErrorCode::kBrokerNotAvailable:
    case ErrorCode::kUnstableOffsetCommit:
      return true;
    default:
      return false;
  }
}

AdminClient::AdminClient(AdminOptions options) : options_(Bounded(std::move(options))) {}

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Connect(AdminOptions options) {
  std::unique_ptr<AdminClient> client(new AdminClient(std::move(options)));
  if (auto connected = client->Bootstrap(); !connected.ok()) return connected;
  return client;
}

absl::Status AdminClient::Bootstrap() {
  std::string tried;
  absl::Status last = absl::InvalidArgumentError("no broker was named");
  for (const BrokerAddress& address : options_.bootstrap) {
    auto connection = Connection::Open(address, options_.connection);
    if (connection.ok()) {
      bootstrap_ = *std::move(connection);
      return absl::OkStatus();
    }
    last = connection.status();
    tried += (tried.empty() ? "" : ", ") + ToString(address);
  }
  if (options_.bootstrap.size() < 2) return last;
  return absl::Status(last.code(), fmt::format("no broker answers at {}; the last: {}", tried,
                                               std::string(last.message())));
}

absl::StatusOr<Cluster> AdminClient::DescribeCluster() {
  wire::MetadataRequest request;
  request.allow_auto_topic_creation = false;
  const auto response = Ask<wire::MetadataResponse>(
      Target::AnyBroker(), wire::ApiKey::kMetadata,
      [&](int version) {
        // Versions below 4 cannot say it, and make no topic that nobody names.
        request.allow_auto_topic_creation = version < 4;
        return request;
      },
      [](const wire::MetadataResponse& answer) { return answer.error_code; });
  if (!response.ok()) return response.status();
  auto error = ToStatus(response->error_code);
  if (!error.ok()) return error;
  cluster_ = ClusterOf(*response);
  return cluster_;
}

absl::StatusOr<Connection*> AdminClient::Find(const Target& target) {
  switch (target.kind) {
    case Target::Kind::kAnyBroker:
      return AnyBroker();
    case Target::Kind::kController:
      if (cluster_.brokers.empty()) {
        if (const auto known = DescribeCluster(); !known.ok()) return known.status();
      }
      // Any broker passes on what is the controller's, where none is named.
      return cluster_.controller_id < 0 ? AnyBroker() : ToBroker(cluster_.controller_id);
    case Target::Kind::kBroker:
      return ToBroker(target.broker_id);
    case Target::Kind::kCoordinator:
      return ToCoordinator(target.group);
  }
  return absl::InternalError("no such target");
}

absl::StatusOr<Connection*> AdminClient::AnyBroker() {
  if (bootstrap_ == nullptr || bootstrap_->is_broken()) {
    if (auto connected = Bootstrap(); !connected.ok()) return connected;
  }
  return bootstrap_.get();
}

absl::StatusOr<Connection*> AdminClient::ToBroker(std::int32_t id) {
  auto& connection = brokers_[id];
  if (connection != nullptr && !connection->is_broken()) return connection.get();
  if (cluster_.Find(id) == nullptr) {
    if (const auto known = DescribeCluster(); !known.ok()) return known.status();
  }
  const Broker* const broker = cluster_.Find(id);
  if (broker == nullptr) {
    return MakeError(absl::StatusCode::kUnavailable, ErrorCode::kBrokerNotAvailable,
                     fmt::format("the cluster has no broker {} at the moment", id));
  }
  // Who was reached by a socket in a folder is asked by it, whatever address they tell: a node
  // tells the path that it knows the folder by.
  const bool by_socket = bootstrap_ != nullptr && bootstrap_->address().is_unix();
  auto opened =
      Connection::Open(by_socket ? bootstrap_->address() : broker->address, options_.connection);
  if (!opened.ok()) {
    // From a machine that is off nothing is heard: then, too, another broker may take over.
    const bool is_silent = absl::IsDeadlineExceeded(opened.status());
    return absl::Status(is_silent ? absl::StatusCode::kUnavailable : opened.status().code(),
                        fmt::format("broker {}, as the cluster tells its address: {}", id,
                                    std::string(opened.status().message())));
  }
  connection = *std::move(opened);
  return connection.get();
}

absl::StatusOr<Connection*> AdminClient::ToCoordinator(const std::string& group) {
  const auto id = CoordinatorId(group);
  if (!id.ok()) return id.status();
  return ToBroker(*id);
}

absl::StatusOr<std::int32_t> AdminClient::CoordinatorId(const std::string& group) {
  const auto known = coordinators_.find(group);
  if (known != coordinators_.end()) return known->second;
  const auto any = AnyBroker();
  if (!any.ok()) return any.status();
  constexpr auto kKey = wire::ApiKey::kFindCoordinator;
  const auto version = (*any)->VersionOf(kKey);
  if (!version.ok()) return version.status();
  const auto response = (*any)->Ask<wire::FindCoordinatorResponse>(
      kKey, *version, CoordinatorRequest(group, *version));
  if (!response.ok()) return response.status();
  const auto id = CoordinatorIn(*response, *version);
  if (id.ok()) coordinators_[group] = *id;
  return id;
}

absl::StatusOr<remote::Broker> AdminClient::CoordinatorOf(const std::string& group) {
  std::optional<remote::Broker> found;
  auto asked = Retry([&]() -> absl::StatusOr<ErrorCode> {
    const auto id = CoordinatorId(group);
    if (!id.ok()) return id.status();
    const auto connection = ToBroker(*id);
    if (!connection.ok()) return connection.status();
    const remote::Broker* const broker = cluster_.Find(*id);
    found = broker != nullptr ? *broker : remote::Broker{*id, (*connection)->address(), ""};
    return ErrorCode::kNone;
  });
  if (!asked.ok()) return asked;
  return *found;
}

void AdminClient::Forget() {
  cluster_ = {};
  coordinators_.clear();
}

// What an attempt asks for on the way has the time of the attempt.
absl::Status AdminClient::Retry(absl::FunctionRef<absl::StatusOr<ErrorCode>()> attempt) {
  if (deadline_) return RetryUntil(*deadline_, attempt);
  deadline_ = base::DeadlineAfter(options_.timeout);
  const absl::Cleanup is_over = [this] { deadline_.reset(); };
  return RetryUntil(*deadline_, attempt);
}

absl::Status AdminClient::RetryUntil(Deadline deadline,
                                     absl::FunctionRef<absl::StatusOr<ErrorCode>()> attempt) {
  const auto pause = absl::ToChronoNanoseconds(options_.retry_backoff);
  int broken_in_a_row = 0;
  Deadline broken_since;
  while (true) {
    const auto result = attempt();
    const ErrorCode code = result.ok() ? *result : GetErrorCode(result.status());
    const bool is_broken = !result.ok() && IsBroken(result.status()) && !IsTransient(code);
    broken_in_a_row = is_broken ? broken_in_a_row + 1 : 0;
    if (broken_in_a_row == 1) broken_since = std::chrono::steady_clock::now();
    const bool stays_broken = broken_in_a_row >= kMaxBrokenInARow && !MayBeTakenOver(broken_since);
    const bool is_over = std::chrono::steady_clock::now() + pause >= deadline;
    if (is_over || stays_broken || (!is_broken && !IsTransient(code))) return result.status();
    Forget();
    std::this_thread::sleep_for(pause);
  }
}

bool AdminClient::MayBeTakenOver(Deadline broken_since) const {
  const bool is_reached = bootstrap_ != nullptr && !bootstrap_->is_broken();
  return is_reached && cluster_.brokers.size() > 1 &&
         std::chrono::steady_clock::now() - broken_since <
             absl::ToChronoNanoseconds(options_.broker_patience);
}

}  // namespace rill::remote
