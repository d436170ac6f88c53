#include "filter.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "rill/batch_records.h"
#include "rill/record.h"
#include "rill/record_batch.h"

namespace {

using rill::wire::AnyMessage;
using rill::wire::AnyValue;
using rill::wire::ApiKey;

constexpr int kLastByName = 12;  // of Produce: later versions name topics by their ids
constexpr int kFirstWithMessage = 8;

absl::Status Check(const rill::RecordView& record) {
  if (rill::IsNull(record.key())) {
    return absl::InvalidArgumentError(fmt::format("record {} has no key", record.offset()));
  }
  if (rill::IsNull(record.value()) || nlohmann::json::accept(record.value())) {
    return absl::OkStatus();  // null deletes a key
  }
  return absl::InvalidArgumentError(
      fmt::format("the value of record {} is not JSON", record.offset()));
}

absl::Status Check(std::string_view records) {
  const auto batch = rill::ParseBatch(records);
  if (!batch.ok()) return absl::OkStatus();  // the node's own handler says what is wrong
  return rill::ForEachRecord(*batch, [](const rill::RecordView& record) { return Check(record); });
}

// A partition whose records are not stored, and why.
struct Refused {
  std::string topic;
  std::int64_t partition = 0;
  std::string why;
};

// Takes the partitions whose records are refused out of the request, and topics without any left.
std::vector<Refused> TakeRefused(const AnyMessage& request) {
  std::vector<Refused> all;
  for (const AnyValue topic : request["topicData"]) {
    topic["partitionData"].KeepIf([&](AnyValue partition) {
      const absl::Status checked = Check(partition["records"].text());
      if (checked.ok()) return true;
      all.push_back({std::string(topic["name"].text()), partition["index"].integer(),
                     std::string(checked.message())});
      return false;
    });
  }
  request["topicData"].KeepIf([](AnyValue topic) { return topic["partitionData"].size() > 0; });
  return all;
}

// An element of its own for each: clients look at all elements, whatever their order.
void Tell(const std::vector<Refused>& all, const AnyMessage& response) {
  for (const Refused& refused : all) {
    const AnyValue topic = response["responses"].Append();
    topic["name"].SetText(refused.topic);
    const AnyValue partition = topic["partitionResponses"].Append();
    partition["index"].SetInteger(refused.partition);
    partition["errorCode"].SetError(rill::ErrorCode::kInvalidRecord);
    partition["baseOffset"].SetInteger(-1);
    if (response.version() >= kFirstWithMessage) partition["errorMessage"].SetText(refused.why);
  }
}

}  // namespace

void FilterProduce(const rill::ClientRequest& request) {
  const auto read = request.Read();
  if (!read.ok()) return request.Close(read.status());
  auto refused = TakeRefused(*read);
  if (refused.empty()) return request.Pass();
  const bool is_answered = (*read)["acks"].integer() != 0;
  // Without an answer the end of the connection is all that a producer can notice.
  if (!is_answered) return request.Close(absl::InvalidArgumentError(refused.front().why));
  request.Pass(*read, [refused = std::move(refused)](const rill::ClientRequest& passed,
                                                     const AnyMessage& response) {
    Tell(refused, response);
    passed.Answer(response);
  });
}

void HideTopics(const rill::ClientRequest& request) {
  request.Pass([](const rill::ClientRequest& passed, const AnyMessage& response) {
    const auto asked = passed.Read();
    const bool wants_all =
        asked.ok() &&
        ((*asked)["topics"].is_null() || (passed.version() == 0 && (*asked)["topics"].size() == 0));
    if (wants_all) {
      response["topics"].KeepIf(
          [](AnyValue topic) { return !topic["name"].text().starts_with("_"); });
    }
    passed.Answer(response);
  });
}

std::vector<rill::ApiHandler> Filters() {
  return {
      {.key = ApiKey::kProduce,
       .handle = FilterProduce,
       .versions = rill::ApiHandler::Versions{.first = 3, .last = kLastByName}},
      {.key = ApiKey::kMetadata, .handle = HideTopics},
  };
}
