#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/kafka_bytes.h"
#include "bench_log.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"

// The protocol's busiest messages, read and written by their descriptions, beside code that knows
// the layout of the one version by heart. Times are for 16 partitions.
namespace rill::bench {
namespace {

using base::KafkaReader;
using base::KafkaWriter;
using wire::FetchResponse;
using wire::ProduceRequest;

constexpr int kPartitions = 16;
constexpr int kProduceVersion = 9;
constexpr int kFetchVersion = 12;

std::string SomeProduceRequest() {
  ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 30'000;
  auto& topic = request.topic_data.emplace_back();
  topic.name = "orders.placed";
  for (int i = 0; i < kPartitions; ++i) {
    auto& partition = topic.partition_data.emplace_back();
    partition.index = i;
    partition.records = "batches stay where they are";
  }
  std::string bytes;
  Require(wire::Encode(request, kProduceVersion, bytes));
  return bytes;
}

FetchResponse SomeFetchResponse() {
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic = "orders.placed";
  for (int i = 0; i < kPartitions; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = i;
    partition.high_watermark = 1'000'000 + i;
    partition.last_stable_offset = partition.high_watermark;
    partition.log_start_offset = 0;
    partition.aborted_transactions.reset();
    partition.records = "batches stay where they are";
  }
  return response;
}

void ReadByDescription(benchmark::State& state) {
  const std::string bytes = SomeProduceRequest();
  for (auto _ : state) {
    KafkaReader reader(bytes, "ProduceRequest");
    const auto request = wire::Decode<ProduceRequest>(kProduceVersion, reader);
    Require(request.status());
    benchmark::DoNotOptimize(request->topic_data.data());
  }
}

ProduceRequest ReadProduce(KafkaReader& reader) {
  ProduceRequest request;
  request.transactional_id = reader.CompactNullableString();
  request.acks = reader.Int<std::int16_t>();
  request.timeout_ms = reader.Int<std::int32_t>();
  request.topic_data.resize(reader.CompactArrayLength(1));
  for (auto& topic : request.topic_data) {
    topic.name = reader.CompactString();
    topic.partition_data.resize(reader.CompactArrayLength(1));
    for (auto& partition : topic.partition_data) {
      partition.index = reader.Int<std::int32_t>();
      partition.records = reader.Raw(reader.UnsignedVarint() - 1);
      reader.SkipTaggedFields();
    }
    reader.SkipTaggedFields();
  }
  reader.SkipTaggedFields();
  return request;
}

void ReadByHeart(benchmark::State& state) {
  const std::string bytes = SomeProduceRequest();
  for (auto _ : state) {
    KafkaReader reader(bytes, "ProduceRequest");
    const ProduceRequest request = ReadProduce(reader);
    Require(reader.status());
    benchmark::DoNotOptimize(request.topic_data.data());
  }
}

void WriteByDescription(benchmark::State& state) {
  const FetchResponse response = SomeFetchResponse();
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    Require(wire::Encode(response, kFetchVersion, bytes));
    benchmark::DoNotOptimize(bytes.data());
  }
}

void WriteFetch(const FetchResponse& response, KafkaWriter& writer) {
  writer.Int(response.throttle_time_ms);
  writer.Int(static_cast<std::int16_t>(response.error_code));
  writer.Int(response.session_id);
  writer.UnsignedVarint(static_cast<std::uint32_t>(response.responses.size()) + 1);
  for (const auto& topic : response.responses) {
    writer.CompactString(topic.topic);
    writer.UnsignedVarint(static_cast<std::uint32_t>(topic.partitions.size()) + 1);
    for (const auto& partition : topic.partitions) {
      writer.Int(partition.partition_index);
      writer.Int(static_cast<std::int16_t>(partition.error_code));
      writer.Int(partition.high_watermark);
      writer.Int(partition.last_stable_offset);
      writer.Int(partition.log_start_offset);
      writer.UnsignedVarint(0);  // aborted transactions, null
      writer.Int(partition.preferred_read_replica);
      writer.CompactString(*partition.records);
      writer.UnsignedVarint(0);
    }
    writer.UnsignedVarint(0);
  }
  writer.UnsignedVarint(0);
}

void WriteByHeart(benchmark::State& state) {
  const FetchResponse response = SomeFetchResponse();
  std::string bytes;
  Require(wire::Encode(response, kFetchVersion, bytes));
  {
    KafkaWriter writer;
    WriteFetch(response, writer);
    if (writer.Take() != bytes) std::abort();
  }
  for (auto _ : state) {
    bytes.clear();
    KafkaWriter writer(std::move(bytes));
    WriteFetch(response, writer);
    bytes = writer.Take();
    benchmark::DoNotOptimize(bytes.data());
  }
}

}  // namespace

void RegisterMessages() {
  benchmark::RegisterBenchmark("message/read_produce", ReadByDescription);
  benchmark::RegisterBenchmark("message/read_produce/by_heart", ReadByHeart);
  benchmark::RegisterBenchmark("message/write_fetch", WriteByDescription);
  benchmark::RegisterBenchmark("message/write_fetch/by_heart", WriteByHeart);
}

}  // namespace rill::bench
