#include "client/remote/connection.h"

#include <algorithm>

#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/kafka_bytes.h"
#include "base/wakeup.h"
#include "fmt/format.h"
#include "rill/error.h"
#include "rill/version.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/header.h"

namespace rill::remote {
namespace {

constexpr std::size_t kLengthSize = 4;
constexpr char kSoftwareName[] = "rill";

absl::Status NoAnswer(const std::string& why) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   why + "; is it a broker of Kafka's protocol, without TLS?");
}

absl::Status Unsupported(const std::string& message) {
  return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kUnsupportedVersion, message);
}

// "METADATA" of "MetadataRequest".
std::string JavaName(const wire::Api& api) {
  std::string name;
  for (const char c : std::string_view(api.request().name)) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !name.empty()) name += '_';
    name += is_upper || c < 'a' || c > 'z' ? c : static_cast<char>(c - 'a' + 'A');
  }
  return name.substr(0, name.rfind('_'));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const BrokerAddress& address,
                                                             const ConnectionOptions& options) {
  const Deadline deadline = base::DeadlineAfter(options.connect_timeout);
  auto socket = Socket::Connect(address, deadline);
  if (!socket.ok()) {
    return absl::Status(socket.status().code(),
                        fmt::format("connecting to {}: {}", ToString(address),
                                    std::string(socket.status().message())));
  }
  std::unique_ptr<Connection> connection(new Connection(address, options, *std::move(socket)));
  connection->deadline_ = deadline;
  if (auto negotiated = connection->Negotiate(); !negotiated.ok()) return negotiated;
  connection->deadline_ = Deadline::max();
  return connection;
}

absl::Status Connection::Negotiate() {
  constexpr auto kKey = wire::ApiKey::kApiVersions;
  const wire::Message& message = wire::FindApi(static_cast<std::int16_t>(kKey))->request();
  wire::ApiVersionsRequest request;
  request.client_software_name = kSoftwareName;
  request.client_software_version = RILL_VERSION;
  int version = message.last_version;
  // At most twice: in ours, and in the version that an older broker names.
  for (int tries = 0; tries < 2; ++tries) {
    auto response = Ask<wire::ApiVersionsResponse>(kKey, version, request);
    if (!response.ok()) return response.status();
    versions_ = *std::move(response);
    if (versions_.error_code == ErrorCode::kNone) return absl::OkStatus();
    if (versions_.error_code != ErrorCode::kUnsupportedVersion) break;
    const auto common = VersionOf(kKey, version - 1);
    version = common.ok() ? *common : 0;
  }
  is_broken_ = true;
  return Told(*wire::FindApi(static_cast<std::int16_t>(kKey)),
              Unsupported(fmt::format("it answered {}", ErrorCodeName(versions_.error_code))));
}

absl::StatusOr<int> Connection::VersionOf(wire::ApiKey key, int newest) const {
  const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
  const auto theirs =
      std::find_if(versions_.api_keys.begin(), versions_.api_keys.end(),
                   [&](const auto& one) { return one.api_key == static_cast<std::int16_t>(key); });
  if (theirs == versions_.api_keys.end()) {
    return Unsupported(fmt::format("The node does not support {}", JavaName(api)));
  }
  const int oldest = api.request().first_version;
  const int last = std::min(newest, api.request().last_version);
  const int version = std::min<int>(last, theirs->max_version);
  if (version >= oldest && version >= theirs->min_version) return version;
  return Unsupported(fmt::format(
      "The node does not support {} with version in range [{},{}]. The supported range is [{},{}].",
      JavaName(api), oldest, last, theirs->min_version, theirs->max_version));
}

absl::Status Connection::AskMessage(wire::ApiKey key, int version, const void* request,
                                    void* response) {
  const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
  if (is_broken_) return Told(api, absl::UnavailableError("the connection ended before"));
  const std::int32_t id = next_id_++;
  auto frame = Frame(api, version, id, request);
  if (!frame.ok()) return Told(api, frame.status());
  is_broken_ = true;  // until the answer is read
  const auto answer = Exchange(*frame);
  if (!answer.ok()) return Told(api, answer.status());
  if (auto read = ReadAnswer(api, version, id, *answer, response); !read.ok()) {
    return Told(api, read);
  }
  is_broken_ = false;
  return absl::OkStatus();
}

absl::StatusOr<std::string> Connection::Frame(const wire::Api& api, int version, std::int32_t id,
                                              const void* request) const {
  wire::RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(api.key);
  header.request_api_version = static_cast<std::int16_t>(version);
  header.correlation_id = id;
  header.client_id = options_.client_id;
  std::string frame(kLengthSize, '\0');
  const int header_version = wire::RequestHeaderVersion(api, version);
  if (auto encoded = wire::Encode(header, header_version, frame); !encoded.ok()) return encoded;
  auto encoded = wire::EncodeMessage(api.request(), version, request, frame);
  if (!encoded.ok()) return encoded;
  base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(frame.size() - kLengthSize));
  return frame;
}

absl::StatusOr<std::string> Connection::Exchange(const std::string& frame) {
  const Deadline deadline = std::min(deadline_, base::DeadlineAfter(options_.request_timeout));
  if (auto sent = socket_.Send(frame, deadline); !sent.ok()) return sent;
  std::string length;
  if (auto read = socket_.Receive(kLengthSize, length, deadline); !read.ok()) return read;
  const auto size = base::LoadBigEndian<std::int32_t>(length.data());
  if (size < 0 || static_cast<std::size_t>(size) > options_.max_answer_size) {
    return NoAnswer(fmt::format("it sent an answer of {} bytes, and up to {} are taken", size,
                                options_.max_answer_size));
  }
  std::string answer;
  auto read = socket_.Receive(static_cast<std::size_t>(size), answer, deadline);
  if (!read.ok()) return read;
  return answer;
}

absl::Status Connection::ReadAnswer(const wire::Api& api, int version, std::int32_t id,
                                    const std::string& frame, void* response) const {
  base::KafkaReader reader(frame, "the answer");
  // A broker that does not know the version of ApiVersions answers in version 0 (KIP-511), which
  // its error code, the first field of all versions, tells.
  constexpr std::size_t kCodeAt = 4;
  const bool is_fallback = api.key == wire::ApiKey::kApiVersions &&
                           frame.size() >= kCodeAt + sizeof(std::int16_t) &&
                           base::LoadBigEndian<std::int16_t>(frame.data() + kCodeAt) ==
                               static_cast<std::int16_t>(ErrorCode::kUnsupportedVersion);
  const auto header =
      wire::Decode<wire::ResponseHeader>(wire::ResponseHeaderVersion(api, version), reader);
  if (!header.ok()) return NoAnswer(std::string(header.status().message()));
  if (header->correlation_id != id) {
    return NoAnswer(
        fmt::format("it answered request {} when {} was asked", header->correlation_id, id));
  }
  const auto read =
      wire::DecodeMessage(api.response(), is_fallback ? 0 : version, reader, response);
  if (!read.ok()) return NoAnswer(std::string(read.message()));
  if (reader.remaining() == 0) return absl::OkStatus();
  return NoAnswer(fmt::format("{} bytes are left behind its answer", reader.remaining()));
}

absl::Status Connection::Told(const wire::Api& api, const absl::Status& status) const {
  const std::string message = fmt::format("{} to {}: {}", api.request().name, ToString(address_),
                                          std::string(status.message()));
  return GetErrorCode(status) == ErrorCode::kUnknownServerError
             ? absl::Status(status.code(), message)
             : MakeError(status.code(), GetErrorCode(status), message);
}

}  // namespace rill::remote
