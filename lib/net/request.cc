#include "net/request.h"

#include <limits>
#include <utility>

#include "base/bytes.h"
#include "fmt/format.h"
#include "net/refuse.h"
#include "rill/error.h"
#include "wire/decode.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/header.h"

namespace rill::net {
namespace {

constexpr std::size_t kLengthSize = 4;
// Key, version and correlation id: the same in all headers.
constexpr std::size_t kFixedSize = 8;
constexpr auto kApiVersionsKey = static_cast<std::int16_t>(wire::ApiKey::kApiVersions);

std::string NameOf(std::int16_t key) {
  const wire::Api* const api = wire::FindApi(key);
  return api == nullptr ? fmt::format("a request with key {}", key) : api->request().name;
}

}  // namespace

absl::StatusOr<Request> ReadRequest(const NodeApis& apis, std::string_view frame) {
  if (frame.size() < kFixedSize) {
    return Refuse(ErrorCode::kInvalidRequest,
                  fmt::format("a request of {} bytes has no header", frame.size()));
  }
  Request request{.correlation_id = base::LoadBigEndian<std::int32_t>(frame.data() + 4),
                  .client_id = {},
                  .body = base::KafkaReader(frame, "a request")};
  const auto key = base::LoadBigEndian<std::int16_t>(frame.data());
  request.version = base::LoadBigEndian<std::int16_t>(frame.data() + 2);
  request.api = apis.Find(key);
  if (request.api == nullptr) {
    return Refuse(ErrorCode::kUnsupportedVersion, fmt::format("no request has the key {}", key));
  }
  const NodeApis::Entry& api = *request.api;
  if (!api.Has(request.version)) {
    if (key == kApiVersionsKey) {
      request.api = nullptr;
      return request;
    }
    return Refuse(ErrorCode::kUnsupportedVersion,
                  fmt::format("{} of version {} is not answered: {} to {} are", NameOf(key),
                              request.version, api.first_version, api.last_version));
  }
  auto header =
      wire::Decode<wire::RequestHeader>(api.RequestHeaderVersion(request.version), request.body);
  if (!header.ok()) return header.status();
  request.client_id = std::move(header->client_id).value_or("");
  return request;
}

absl::Status BeginAnswer(const Request& request, Answer& answer) {
  answer.frame.bytes.assign(kLengthSize, '\0');
  const int version =
      request.api == nullptr ? 0 : request.api->ResponseHeaderVersion(request.version);
  return wire::Encode(wire::ResponseHeader{request.correlation_id}, version, answer.frame);
}

absl::Status AnswerUnknownApiVersions(Answer& answer) {
  const wire::Message& message = wire::FindApi(kApiVersionsKey)->request();
  wire::ApiVersionsResponse response;
  response.error_code = ErrorCode::kUnsupportedVersion;
  response.api_keys.push_back({kApiVersionsKey, static_cast<std::int16_t>(message.first_version),
                               static_cast<std::int16_t>(message.last_version)});
  return wire::Encode(response, 0, answer.frame);
}

absl::Status FinishAnswer(Answer& answer) {
  std::size_t size = answer.frame.bytes.size() - kLengthSize;
  for (const auto& records : answer.frame.records) size += records.bytes.size();
  if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return absl::ResourceExhaustedError(
        fmt::format("an answer of {} bytes passes what its length can say", size));
  }
  base::StoreBigEndian(answer.frame.bytes.data(), static_cast<std::int32_t>(size));
  return absl::OkStatus();
}

}  // namespace rill::net
