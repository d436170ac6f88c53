#include "broker.h"

#include <random>
#include <utility>

#include "base/bytes.h"
#include "base/kafka_bytes.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "usage.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/header.h"

namespace rill::bench {
namespace {

constexpr std::size_t kLengthSize = 4;

void Require(const absl::Status& status, const char* what) {
  if (!status.ok()) Fail(what, std::string(status.message()).c_str());
}

template <typename Response>
Response ReadAnswer(wire::ApiKey key, int version, const std::string& frame) {
  const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
  base::KafkaReader reader(frame, "an answer");
  const auto header =
      wire::Decode<wire::ResponseHeader>(wire::ResponseHeaderVersion(api, version), reader);
  Require(header.status(), "an answer's header");
  auto response = wire::Decode<Response>(version, reader);
  Require(response.status(), "an answer");
  return *std::move(response);
}

template <typename Request>
std::string FrameOf(wire::ApiKey key, int version, const Request& request) {
  const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
  std::string frame(kLengthSize, '\0');
  wire::RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(key);
  header.request_api_version = static_cast<std::int16_t>(version);
  header.client_id.emplace("replay");
  Require(wire::Encode(header, wire::RequestHeaderVersion(api, version), frame), "a header");
  Require(wire::Encode(request, version, frame), "a request");
  base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(frame.size() - kLengthSize));
  return frame;
}

void RequireNone(ErrorCode code, const char* what) {
  if (code == ErrorCode::kNone) return;
  Fail(what, fmt::format("error {}", static_cast<int>(code)).c_str());
}

wire::ProduceResponse::Topic::Partition ProducedIn(const std::string& frame) {
  return ReadAnswer<wire::ProduceResponse>(wire::ApiKey::kProduce, kProduceVersion, frame)
      .responses.at(0)
      .partition_responses.at(0);
}

}  // namespace

remote::BrokerAddress AddressOf(const Load& load) {
  const auto addresses = remote::ParseBootstrap(load.address);
  Require(addresses.status(), "the address");
  return addresses->front();
}

void MakeTopic(const Load& load) {
  auto client = remote::AdminClient::Connect({.bootstrap = {AddressOf(load)}});
  Require(client.status(), "connecting");
  remote::DeleteTopics(**client, {kTopic}).IgnoreError();
  wire::CreateTopicsRequest::Topic topic;
  topic.name = std::string(kTopic);
  topic.num_partitions = load.partitions;
  topic.replication_factor = 1;
  const std::int64_t kept_bytes =
      load.total_bytes > 0 ? -1 : (std::int64_t{4} << 30) / load.partitions;
  topic.configs.push_back({"segment.bytes", "268435456"});
  topic.configs.push_back({"retention.ms", "-1"});  // records say that they are old
  topic.configs.push_back({"retention.bytes", fmt::format("{}", kept_bytes)});
  topic.configs.push_back({"file.delete.delay.ms", "1000"});
  topic.configs.push_back({"max.message.bytes", "10485760"});
  // A broker may be at the deletion still.
  const double until = NowSeconds() + 30;
  auto made = remote::CreateTopic(**client, topic);
  while (!made.ok() && NowSeconds() < until) made = remote::CreateTopic(**client, topic);
  Require(made, "making the topic");
}

int SealBatch(const Load& load, std::string& batch) {
  std::minstd_rand random(1);
  std::uniform_int_distribution<int> letter('A', 'Z');
  std::string value(load.record_bytes, ' ');
  BatchBuilder builder({.compression = load.compression});
  do {
    for (char& c : value) c = static_cast<char>(letter(random));
    Require(builder.Append({.value = value, .timestamp_ms = 1'700'000'000'000}), "a batch");
  } while (builder.size() + load.record_bytes < load.batch_bytes);
  const int records = builder.record_count();
  const auto sealed = builder.Seal();
  Require(sealed.status(), "a batch");
  batch.assign(*sealed);
  return records;
}

std::string ProduceFrame(const Load& load, int partition, std::string_view batch) {
  wire::ProduceRequest request;
  request.acks = static_cast<std::int16_t>(load.acks);
  request.timeout_ms = 30'000;
  auto& topic = request.topic_data.emplace_back();
  topic.name = std::string(kTopic);
  topic.partition_data.push_back({partition, batch});
  return FrameOf(wire::ApiKey::kProduce, kProduceVersion, request);
}

std::string FetchFrame(int partition, std::int64_t offset, int max_wait_ms, int max_bytes) {
  wire::FetchRequest request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.max_bytes = max_bytes;
  auto& topic = request.topics.emplace_back();
  topic.topic = std::string(kTopic);
  auto& wanted = topic.partitions.emplace_back();
  wanted.partition = partition;
  wanted.fetch_offset = offset;
  wanted.partition_max_bytes = max_bytes;
  return FrameOf(wire::ApiKey::kFetch, kFetchVersion, request);
}

std::string VersionsFrame() {
  wire::ApiVersionsRequest request;
  request.client_software_name = std::string("replay");
  request.client_software_version = std::string("1");
  return FrameOf(wire::ApiKey::kApiVersions, 3, request);
}

wire::ProduceResponse::Topic::Partition ReadProduced(const std::string& frame) {
  const auto partition = ProducedIn(frame);
  RequireNone(partition.error_code, "Produce");
  return partition;
}

bool IsProduced(const std::string& frame) {
  return ProducedIn(frame).error_code == ErrorCode::kNone;
}

wire::FetchResponse::Topic::Partition ReadFetched(const std::string& frame) {
  const auto response = ReadAnswer<wire::FetchResponse>(wire::ApiKey::kFetch, kFetchVersion, frame);
  RequireNone(response.error_code, "Fetch");
  const auto& partition = response.responses.at(0).partitions.at(0);
  RequireNone(partition.error_code, "Fetch of a partition");
  return partition;
}

}  // namespace rill::bench
