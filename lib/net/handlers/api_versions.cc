// ApiVersions, versions 0 to 5.
//
// Which requests the node answers, in which versions: without those that the application hides, and
// with those that it has handlers of its own for. A version that it does not know is answered
// in version 0, with UNSUPPORTED_VERSION and the range that it knows (KIP-511): the connection sees
// to that, for the body of such a request cannot be read.
//
// From version 3 on a client says what software it is, by words of letters, digits, "-" and ".",
// and is INVALID_REQUEST otherwise; from version 5 on it may say which node of which cluster it
// takes this for, both or neither. Where it is another, as when an address has gone over to
// somebody else, it is told REBOOTSTRAP_REQUIRED (KIP-1242), and begins anew at its bootstrap
// servers.
//
// From version 3 on also the feature group.version, 1 where there are groups whose partitions the
// broker assigns (KIP-848), which is what clients look at before they use one.
//
// Deviations: Produce is told of from version 0 on, as Kafka does, though versions below 3 are
// refused (KAFKA-18659). Of Kafka's other features none is told of: there are none that a client
// could ask for yet.
#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "net/handlers.h"

namespace rill::net {

namespace {

constexpr char kGroupVersion[] = "group.version";
constexpr int kFirstWithSoftware = 3;
constexpr int kFirstWithLowestZero = 4;
constexpr int kFirstWithNode = 5;
constexpr std::int32_t kNoNode = -1;
constexpr std::size_t kLongestSoftwareName = 256;

void ShowFeatures(const Call& call, wire::ApiVersionsResponse& response) {
  response.finalized_features_epoch = 0;  // they do not change
  if (!call.node.engine->config()->has_consumer_groups) return;
  // Older clients cannot take a feature that begins at 0; Kafka, too, leaves it out for them.
  if (call.version >= kFirstWithLowestZero) {
    response.supported_features.push_back({kGroupVersion, 0, 1});
  }
  response.finalized_features.push_back({kGroupVersion, 1, 1});
}

// Clients push as soon as they are told that they can.
bool IsTold(const Call& call, const NodeApis::Entry& api) {
  const auto key = static_cast<wire::ApiKey>(api.key);
  const bool is_telemetry =
      key == wire::ApiKey::kGetTelemetrySubscriptions || key == wire::ApiKey::kPushTelemetry;
  return !is_telemetry || call.node.telemetry != nullptr || !api.own.empty();
}

bool IsWord(const std::string& text) {
  const auto is_sound = [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; };
  return !text.empty() && absl::ascii_isalnum(text.front()) && absl::ascii_isalnum(text.back()) &&
         std::all_of(text.begin(), text.end(), is_sound);
}

ErrorCode Check(const Call& call, const wire::ApiVersionsRequest& request) {
  if (call.version >= kFirstWithSoftware &&
      !(IsWord(request.client_software_name) && IsWord(request.client_software_version))) {
    return ErrorCode::kInvalidRequest;
  }
  if (call.version < kFirstWithNode) return ErrorCode::kNone;
  if (request.cluster_id.has_value() != (request.node_id != kNoNode)) {
    return ErrorCode::kInvalidRequest;
  }
  const bool is_other =
      request.cluster_id.has_value() &&
      (request.cluster_id != call.node.cluster_id || request.node_id != call.node.node_id);
  return is_other ? ErrorCode::kRebootstrapRequired : ErrorCode::kNone;
}

void Remember(const wire::ApiVersionsRequest& request, ClientSoftware* software) {
  if (software == nullptr) return;
  const auto kept = [](const std::string& text) {
    return text.size() <= kLongestSoftwareName ? text : std::string();
  };
  *software = {kept(request.client_software_name), kept(request.client_software_version)};
}

}  // namespace

wire::ApiVersionsResponse HandleApiVersions(const Call& call,
                                            const wire::ApiVersionsRequest& request) {
  wire::ApiVersionsResponse response;
  response.error_code = Check(call, request);
  if (response.error_code != ErrorCode::kNone) return response;
  Remember(request, call.software);
  for (const NodeApis::Entry& api : call.node.apis.entries()) {
    if (!IsTold(call, api)) continue;
    response.api_keys.push_back({api.key, static_cast<std::int16_t>(api.first_advertised),
                                 static_cast<std::int16_t>(api.last_version)});
  }
  ShowFeatures(call, response);
  return response;
}

}  // namespace rill::net
