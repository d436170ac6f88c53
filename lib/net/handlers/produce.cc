// Produce, versions 3 to 13.
//
// One batch a partition, as Kafka takes them from these versions on. A batch is checked (CRC,
// records, sequence numbers), then stored as it is, but that its header tells the youngest of its
// records' timestamps, and whose they are, as Kafka sets it; one that is a repetition of an
// idempotent producer's is answered with its original offset. With `acks` 1 and -1 the answer comes
// when the batch is acknowledged, which on one node is the same: with flush.messages=1 after a
// sync, which connections of the same thread wait for meanwhile. With `acks` 0 there is no answer;
// where such a batch is refused the connection is closed, for that is all that its producer can
// notice.
//
// A batch that was damaged on its way is CORRUPT_MESSAGE, and may be sent again; one that its
// producer wrote wrong, with another record count than it has, in an old format, or from another
// offset on than 0, is INVALID_RECORD. Where records lack the key that a compacted topic wants, or
// have timestamps that are too old or too new, they are listed from version 8 on (`record_errors`).
//
// A request that has taken two seconds already, as by records that are much larger uncompressed, is
// answered with REQUEST_TIMED_OUT for what is left of it: others wait for the same thread.
//
// Zstandard is UNSUPPORTED_COMPRESSION_TYPE before version 7.
//
// Deviations: a partition that is named twice is INVALID_REQUEST. No more than 100 records are
// listed in an answer, and none of a compressed batch that takes more than 16 MiB without; the
// message speaks of the first. Records of a batch that are not numbered in order are
// INVALID_RECORD; Kafka takes them where they are not compressed. Transactional batches are refused
// (INVALID_RECORD), and so is a transactional id (TRANSACTIONAL_ID_AUTHORIZATION_FAILED): there is
// no transaction coordinator yet.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/bytes.h"
#include "engine/handles.h"
#include "fmt/format.h"
#include "log/batch_policy.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"
#include "rill/record_batch.h"

namespace rill::net {
namespace {

using Partition = wire::ProduceResponse::Topic::Partition;

constexpr std::chrono::seconds kLongest(2);

// Each takes about 100 bytes of the answer, and may have taken next to none of a compressed
// request.
constexpr std::size_t kMostRecordErrors = 100;
// Whoever is refused has others wait for the list of why no longer than for a batch that is taken.
constexpr std::size_t kLargestListed = std::size_t{16} << 20;

constexpr int kFirstWithZstd = 7;
constexpr int kFirstWithRecordErrors = 8;
constexpr std::int16_t kAcksNone = 0;
constexpr std::int16_t kAcksLeader = 1;
constexpr std::int16_t kAcksAll = -1;

absl::Status CheckRequest(const wire::ProduceRequest& request) {
  if (request.transactional_id.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     ErrorCode::kTransactionalIdAuthorizationFailed,
                     "there is no transaction coordinator here");
  }
  if (request.acks == kAcksNone || request.acks == kAcksLeader || request.acks == kAcksAll) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequiredAcks,
                   fmt::format("acks is 0, 1 or -1, not {}", request.acks));
}

// Clients of that time would have what they cannot read.
absl::Status CheckCodec(int version, std::string_view records) {
  if (version >= kFirstWithZstd) return absl::OkStatus();
  const auto batch = ParseBatch(records);
  if (!batch.ok() || batch->compression() != Compression::kZstd) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kUnsupportedCompressionType,
      fmt::format("Produce requests with version {} are not allowed to use ZStandard compression",
                  version));
}

// The log gives offsets itself; who names others takes it for a replica's.
absl::Status CheckBaseOffset(std::string_view records) {
  if (records.size() < sizeof(std::int64_t)) return absl::OkStatus();  // the log says what is wrong
  const auto offset = base::LoadBigEndian<std::int64_t>(records.data());
  if (offset == 0) return absl::OkStatus();
  return Refuse(ErrorCode::kInvalidRecord,
                fmt::format("a producer's batch begins at offset 0, not {}", offset));
}

absl::StatusOr<AppendResult> Append(
    const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic, int version,
    const wire::ProduceRequest::Topic::Partition& asked, Partition& answered) {
  if (!topic.ok()) return topic.status();
  auto state = (*topic)->OpenPartition(asked.index);
  if (!state.ok()) return state.status();
  auto partition = PartitionAccess::Make(*std::move(state));
  const std::string_view records = asked.records.value_or("");
  if (auto begins = CheckBaseOffset(records); !begins.ok()) return begins;
  if (auto fits = CheckCodec(version, records); !fits.ok()) return fits;
  auto appended = partition.AppendBatch(records);
  answered.log_start_offset = partition.log_start_offset();
  return appended;
}

absl::Status CheckTime(std::chrono::steady_clock::time_point begun) {
  if (std::chrono::steady_clock::now() - begun < kLongest) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut,
      fmt::format("the batches before this one in the request took {} s", kLongest.count()));
}

// The partitions that a request has named already.
class Seen {
 public:
  explicit Seen(const wire::ProduceRequest& request)
      : may_name_twice_(request.topic_data.size() > 1 ||
                        (!request.topic_data.empty() &&
                         request.topic_data.front().partition_data.size() > 1)) {}

  absl::Status Add(const wire::ProduceRequest::Topic& topic, std::int32_t partition) {
    if (!may_name_twice_ || seen_.emplace(topic.name, topic.topic_id, partition).second) {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                     "the partition is named twice in the request");
  }

 private:
  const bool may_name_twice_;  // most requests have one batch
  absl::flat_hash_set<std::tuple<std::string_view, base::Uuid, std::int32_t>> seen_;
};

// Which records of a batch were refused, in what is left of the answer's list.
void ListRefused(const engine::TopicState& topic,
                 const wire::ProduceRequest::Topic::Partition& asked, Partition& answered,
                 std::size_t& left) {
  const bool is_of_records = answered.error_code == ErrorCode::kInvalidRecord ||
                             answered.error_code == ErrorCode::kInvalidTimestamp;
  if (!is_of_records || left == 0) return;
  const auto batch = ParseBatch(asked.records.value_or(""));
  const auto partition = topic.partition(asked.index);
  if (!batch.ok() || partition == nullptr) return;
  const auto refused =
      log::FindRefusedRecords(*batch, *topic.config(), partition->NowMs(), kLargestListed, left);
  left -= refused.size();
  for (const log::RefusedRecord& record : refused) {
    answered.record_errors.push_back({record.index, ErrorText(record.why)});
  }
}

void AppendOne(const absl::Status& request, int version,
               const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
               const wire::ProduceRequest::Topic::Partition& asked, Partition& answered,
               std::size_t& record_errors_left) {
  answered.index = asked.index;
  answered.base_offset = -1;
  const absl::StatusOr<AppendResult> appended = request.ok()
                                                    ? Append(topic, version, asked, answered)
                                                    : absl::StatusOr<AppendResult>(request);
  if (appended.ok()) {
    answered.base_offset = appended->base_offset;
    answered.log_append_time_ms = appended->log_append_time_ms;
    return;
  }
  answered.error_code = CodeOf(appended.status());
  answered.error_message = ErrorText(appended.status());
  if (version >= kFirstWithRecordErrors && topic.ok()) {
    ListRefused(**topic, asked, answered, record_errors_left);
  }
}

void Count(const Call& call, const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
           const std::vector<Partition>& answered) {
  if (call.metrics == nullptr) return;
  const auto failed = static_cast<std::uint64_t>(
      std::count_if(answered.begin(), answered.end(),
                    [](const Partition& partition) { return IsFailure(partition.error_code); }));
  call.metrics->Count(NodeCount::kPartitionsProduced, answered.size());
  call.metrics->Count(NodeCount::kFailedProduces, failed);
  if (!topic.ok()) return;
  TopicRequests::Counters& of_topic = call.metrics->topics().Of(**topic);
  of_topic.produced.Add(answered.size());
  of_topic.failed_produces.Add(failed);
}

// Nobody is told of the failure but by the end of the connection.
absl::Status FirstFailure(const wire::ProduceResponse& response) {
  for (const auto& topic : response.responses) {
    for (const Partition& partition : topic.partition_responses) {
      if (partition.error_code == ErrorCode::kNone) continue;
      return MakeError(
          absl::StatusCode::kAborted, partition.error_code,
          fmt::format("a batch with acks 0 was refused: {}", partition.error_message.value_or("")));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool OpensLogs(const Call& call, const wire::ProduceRequest& request) {
  const engine::LocalEngine& engine = *call.node.engine;
  for (const auto& asked : request.topic_data) {
    const auto topic = call.version < kFirstProduceById ? engine.FindTopic(asked.name)
                                                        : engine.FindTopic(asked.topic_id);
    if (!topic.ok()) continue;
    for (const auto& batch : asked.partition_data) {
      const auto partition = (*topic)->partition(batch.index);
      if (partition != nullptr && partition->log() == nullptr) return true;
    }
  }
  return false;
}

std::vector<UnopenedLog> UnopenedLogsOf(const Call& call, const wire::ProduceRequest& request) {
  std::vector<UnopenedLog> unopened;
  for (const auto& asked : request.topic_data) {
    const auto topic =
        TopicOf(call, asked.name, asked.topic_id, kFirstProduceById, AclOperation::kWrite);
    if (!topic.ok()) continue;
    for (const auto& batch : asked.partition_data) {
      const auto partition = (*topic)->partition(batch.index);
      if (partition != nullptr && partition->log() == nullptr) {
        unopened.push_back({*topic, batch.index});
      }
    }
  }
  return unopened;
}

absl::StatusOr<std::optional<wire::ProduceResponse>> HandleProduce(
    const Call& call, const wire::ProduceRequest& request) {
  const auto begun = std::chrono::steady_clock::now();  // what it waited before is not its work
  const absl::Status checked = CheckRequest(request);
  Seen seen(request);
  std::size_t record_errors_left = request.acks == kAcksNone ? 0 : kMostRecordErrors;
  wire::ProduceResponse response;
  response.responses.reserve(request.topic_data.size());
  for (const auto& asked : request.topic_data) {
    auto& answered = response.responses.emplace_back();
    answered.name = asked.name;
    answered.topic_id = asked.topic_id;
    answered.partition_responses.resize(asked.partition_data.size());
    const auto topic =
        TopicOf(call, asked.name, asked.topic_id, kFirstProduceById, AclOperation::kWrite);
    for (std::size_t i = 0; i < asked.partition_data.size(); ++i) {
      absl::Status sound = checked;
      // Most requests have one batch.
      if (sound.ok() && (i > 0 || &asked != &request.topic_data.front())) sound = CheckTime(begun);
      sound.Update(seen.Add(asked, asked.partition_data[i].index));
      AppendOne(sound, call.version, topic, asked.partition_data[i],
                answered.partition_responses[i], record_errors_left);
    }
    Count(call, topic, answered.partition_responses);
  }
  if (request.acks != kAcksNone) return response;
  if (auto failure = FirstFailure(response); !failure.ok()) return failure;
  return std::nullopt;
}

}  // namespace rill::net
