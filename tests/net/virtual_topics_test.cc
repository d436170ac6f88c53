// A topic that the engine does not have, and handlers answer for: docs/guide/brokers.md.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/bytes.h"
#include "catch.h"
#include "net/wire_client.h"
#include "rill/batch_records.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/record_batch.h"
#include "rill/rill.h"
#include "wire/messages/fetch.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace rill {
namespace {

using net::WireClient;
using wire::AnyMessage;
using wire::AnyValue;
using wire::ApiKey;

// "virtual", of one partition, whose batches of one record each are kept here.
class VirtualTopic {
 public:
  // Up to these versions all messages have topics by name.
  std::vector<ApiHandler> Handlers() {
    const auto handler = [this](ApiKey key, ApiHandler::Versions versions,
                                void (VirtualTopic::*serve)(ClientRequest)) {
      return ApiHandler{
          .key = key,
          .handle = [this, serve](ClientRequest request) { (this->*serve)(std::move(request)); },
          .versions = versions};
    };
    return {handler(ApiKey::kMetadata, {1, 9}, &VirtualTopic::TellOfIt),
            handler(ApiKey::kListOffsets, {1, 9}, &VirtualTopic::TellOffsets),
            handler(ApiKey::kProduce, {3, 12}, &VirtualTopic::Store),
            handler(ApiKey::kFetch, {4, 12}, &VirtualTopic::Give)};
  }

 private:
  static constexpr char kName[] = "virtual";

  // What is asked of it, out of what is passed on.
  static std::vector<AnyValue> TakeOwn(AnyValue topics, const char* name, AnyValue kept) {
    std::vector<AnyValue> own;
    for (const AnyValue topic : kept) {
      if (topic[name].text() == kName) own.push_back(topic);
    }
    topics.KeepIf([&](AnyValue topic) { return topic[name].text() != kName; });
    return own;
  }

  void TellOfIt(ClientRequest request) {
    const AnyMessage rest = request.Read().value();
    const AnyMessage asked = request.Read().value();
    const bool all = asked["topics"].is_null();
    if (!all && TakeOwn(rest["topics"], "name", asked["topics"]).empty()) return request.Pass();
    request.Pass(rest, [](ClientRequest passed, AnyMessage response) {
      const AnyValue topic = response["topics"].Append();
      topic["name"].SetText(kName);
      const AnyValue partition = topic["partitions"].Append();
      partition["leaderId"].SetInteger(response["brokers"].At(0)["nodeId"].integer());
      passed.Answer(response);
    });
  }

  void TellOffsets(ClientRequest request) {
    const AnyMessage rest = request.Read().value();
    const AnyMessage asked = request.Read().value();
    const auto own = TakeOwn(rest["topics"], "name", asked["topics"]);
    if (own.empty()) return request.Pass();
    const bool is_end = own[0]["partitions"].At(0)["timestamp"].integer() == -1;
    request.Pass(rest, [this, is_end](ClientRequest passed, AnyMessage response) {
      const AnyValue topic = response["topics"].Append();
      topic["name"].SetText(kName);
      topic["partitions"].Append()["offset"].SetInteger(is_end ? end() : 0);
      passed.Answer(response);
    });
  }

  void Store(ClientRequest request) {
    const AnyMessage rest = request.Read().value();
    const AnyMessage asked = request.Read().value();
    const auto own = TakeOwn(rest["topicData"], "name", asked["topicData"]);
    if (own.empty()) return request.Pass();
    const auto offset = Keep(std::string(own[0]["partitionData"].At(0)["records"].text()));
    request.Pass(rest, [offset](ClientRequest passed, AnyMessage response) {
      const AnyValue topic = response["responses"].Append();
      topic["name"].SetText(kName);
      topic["partitionResponses"].Append()["baseOffset"].SetInteger(offset);
      passed.Answer(response);
    });
  }

  void Give(ClientRequest request) {
    const AnyMessage rest = request.Read().value();
    const AnyMessage asked = request.Read().value();
    const auto own = TakeOwn(rest["topics"], "topic", asked["topics"]);
    if (own.empty()) return request.Pass();
    const auto offset = own[0]["partitions"].At(0)["fetchOffset"].integer();
    rest["maxWaitMs"].SetInteger(0);
    request.Pass(rest, [this, offset](ClientRequest passed, AnyMessage response) {
      const AnyValue topic = response["responses"].Append();
      topic["topic"].SetText(kName);
      const AnyValue partition = topic["partitions"].Append();
      partition["highWatermark"].SetInteger(end());
      partition["records"].SetText(From(offset));
      passed.Answer(response);
    });
  }

  std::int64_t Keep(std::string batch) {
    absl::MutexLock lock(&mutex_);
    const auto offset = static_cast<std::int64_t>(batches_.size());
    base::StoreBigEndian(batch.data(), offset);  // which no checksum is of
    batches_.push_back(std::move(batch));
    return offset;
  }
  std::int64_t end() {
    absl::MutexLock lock(&mutex_);
    return static_cast<std::int64_t>(batches_.size());
  }
  std::string From(std::int64_t offset) {
    absl::MutexLock lock(&mutex_);
    std::string all;
    for (auto i = static_cast<std::size_t>(offset); i < batches_.size(); ++i) all += batches_[i];
    return all;
  }

  absl::Mutex mutex_;
  std::vector<std::string> batches_;
};

std::string BatchOf(const std::string& value) {
  BatchBuilder builder;
  REQUIRE(builder.Append({.value = value}).ok());
  return std::string(builder.Seal().value());
}

std::vector<std::string> ValuesOf(std::string_view batches) {
  std::vector<std::string> values;
  while (!batches.empty()) {
    const auto batch = ParseBatch(batches);
    REQUIRE(batch.ok());
    const auto each = [&](const RecordView& record) {
      values.emplace_back(record.value());
      return absl::OkStatus();
    };
    REQUIRE(ForEachRecord(*batch, each).ok());
    batches.remove_prefix(batch->size());
  }
  return values;
}

TEST_CASE("Clients write and read a topic that handlers answer for, and others beside it") {
  VirtualTopic topic;
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                         .configs = {{"auto.create.topics.enable", "false"}},
                                         .handlers = topic.Handlers()})
                        .value();
  WireClient client(node.port());

  wire::MetadataRequest names;
  for (const char* name : {"virtual", "orders"}) names.topics->emplace_back().name = name;
  const auto told = client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 9, names);
  REQUIRE(told.topics.size() == 2);
  for (const auto& shown : told.topics) CHECK(shown.error_code == ErrorCode::kNone);

  for (const char* value : {"a", "b"}) {
    const std::string batch = BatchOf(value);
    wire::ProduceRequest produce;
    produce.acks = 1;
    for (const char* name : {"orders", "virtual"}) {
      auto& data = produce.topic_data.emplace_back();
      data.name = name;
      data.partition_data.push_back({0, batch});
    }
    const auto stored = client.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, produce);
    REQUIRE(stored.responses.size() == 2);
    for (const auto& one : stored.responses) {
      CHECK(one.partition_responses.at(0).error_code == ErrorCode::kNone);
      CHECK(one.partition_responses.at(0).base_offset == (*value == 'a' ? 0 : 1));
    }
  }

  wire::ListOffsetsRequest ends;
  wire::FetchRequest fetch;
  fetch.max_bytes = 1'000'000;
  fetch.session_epoch = -1;
  for (const char* name : {"orders", "virtual"}) {
    ends.topics.push_back({name, {}});
    ends.topics.back().partitions.emplace_back().timestamp = -1;
    auto& asked = fetch.topics.emplace_back();
    asked.topic = name;
    asked.partitions.emplace_back().partition_max_bytes = 1'000'000;
  }
  const auto end = client.Ask<wire::ListOffsetsResponse>(ApiKey::kListOffsets, 5, ends);
  REQUIRE(end.topics.size() == 2);
  for (const auto& one : end.topics) CHECK(one.partitions.at(0).offset == 2);
  const auto fetched = client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, fetch);
  REQUIRE(fetched.responses.size() == 2);
  for (const auto& one : fetched.responses) {
    INFO(one.topic);
    CHECK(ValuesOf(one.partitions.at(0).records.value_or("")) ==
          std::vector<std::string>{"a", "b"});
  }
  CHECK_FALSE(engine.FindTopic("virtual").ok());
}

}  // namespace
}  // namespace rill
