#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/remote/bootstrap.h"
#include "client/remote/cluster.h"
#include "client/remote/connection.h"
#include "rill/error.h"
#include "wire/api.h"

namespace rill::remote {

struct AdminOptions {
  std::vector<BrokerAddress> bootstrap = {};  // the first that answers is asked for the cluster
  ConnectionOptions connection = {};
  // How long an operation is tried anew while it fails for a reason that passes. No single request
  // is waited for any longer.
  absl::Duration timeout = absl::Seconds(60);
  // How long a broker that takes no connection is tried anew where there are others: until then the
  // cluster should have found out, and made another one responsible.
  absl::Duration broker_patience = absl::Seconds(15);
  absl::Duration retry_backoff = absl::Milliseconds(100);
};

// Whom a request is for.
struct Target {
  enum class Kind { kAnyBroker, kController, kBroker, kCoordinator };

  static Target AnyBroker() { return {Kind::kAnyBroker, 0, {}}; }
  static Target Controller() { return {Kind::kController, 0, {}}; }
  static Target Broker(std::int32_t id) { return {Kind::kBroker, id, {}}; }
  // Of a consumer group.
  static Target Coordinator(std::string group) { return {Kind::kCoordinator, 0, std::move(group)}; }

  Kind kind;
  std::int32_t broker_id;
  std::string group;
};

// Whether an error may be gone when the same is asked again, of whoever is responsible then.
bool IsTransient(ErrorCode code);

// Asks the brokers of a cluster (rill's or Apache Kafka's) for what Kafka's admin tools want of
// them, one request at a time, and keeps a connection to each broker that was asked. Calls block.
// Not thread-safe.
class AdminClient {
 public:
  // Connects to the first address that answers. Where none does: the status of the last, with all
  // that were tried.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Connect(AdminOptions options);

  // The cluster as it is now.
  absl::StatusOr<Cluster> DescribeCluster();

  // Who coordinates a consumer group.
  absl::StatusOr<remote::Broker> CoordinatorOf(const std::string& group);

  // A connection to who is meant. It lasts until the next call.
  absl::StatusOr<Connection*> Find(const Target& target);

  // The answer of `target` to the request that `make` builds for a version, the newest that both
  // sides speak, no newer than `newest`. While `error_of` finds an error in the answer that is
  // transient, asks again until AdminOptions::timeout is over; an answer is returned with the
  // errors it has then. Where the connection breaks, asks again for broker_patience; where no
  // address of the bootstrap answers, or there is one broker alone, three times. Errors as
  // Connection::Ask and Find.
  template <typename Response, typename Make, typename ErrorOf>
  absl::StatusOr<Response> Ask(const Target& target, wire::ApiKey key, Make make, ErrorOf error_of,
                               int newest = kNewestVersion) {
    absl::StatusOr<Response> response;
    absl::Status asked = Retry([&]() -> absl::StatusOr<ErrorCode> {
      const auto connection = Find(target);
      if (!connection.ok()) return connection.status();
      const auto version = (*connection)->VersionOf(key, newest);
      if (!version.ok()) return version.status();
      response = (*connection)->Ask<Response>(key, *version, make(*version));
      if (!response.ok()) return response.status();
      return error_of(*response);
    });
    if (!asked.ok()) return asked;
    return response;
  }

  // Tries until the result has no transient error, or time is over. OK where there was an answer.
  absl::Status Retry(absl::FunctionRef<absl::StatusOr<ErrorCode>()> attempt);

 private:
  explicit AdminClient(AdminOptions options);

  absl::Status Bootstrap();
  absl::StatusOr<Connection*> AnyBroker();
  absl::StatusOr<Connection*> ToBroker(std::int32_t id);
  absl::StatusOr<Connection*> ToCoordinator(const std::string& group);
  absl::StatusOr<std::int32_t> CoordinatorId(const std::string& group);
  absl::Status RetryUntil(Deadline deadline,
                          absl::FunctionRef<absl::StatusOr<ErrorCode>()> attempt);
  // Whether the cluster may still make another broker responsible in place of one that has taken no
  // connection since.
  bool MayBeTakenOver(Deadline broken_since) const;
  // Whoever leads, controls or coordinates may be somebody else now.
  void Forget();

  const AdminOptions options_;
  std::unique_ptr<Connection> bootstrap_;
  Cluster cluster_;  // no brokers: is to be asked for
  std::map<std::int32_t, std::unique_ptr<Connection>> brokers_;
  std::map<std::string, std::int32_t> coordinators_;  // by group
  std::optional<Deadline> deadline_;                  // of the operation that goes on
};

}  // namespace rill::remote
