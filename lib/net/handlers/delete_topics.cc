// DeleteTopics, versions 1 to 6.
//
// Deletes the topics one after the other, named by name, or from version 6 on by id; one answer for
// each, in order, also for one that is named twice, be it by name and by id: it stays, and is
// INVALID_REQUEST. With delete.topic.enable=false each is told TOPIC_DELETION_DISABLED, before
// version 3, which does not know it, INVALID_REQUEST.
//
// Deviations: a topic is gone when the answer comes, whatever `timeout_ms` says. One that is named
// three times, by name and by id, stays, too; Kafka deletes some of these.
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using Asked = wire::DeleteTopicsRequest::Topic;
using Answered = wire::DeleteTopicsResponse::Topic;

constexpr int kFirstToKnowDisabled = 3;
constexpr int kFirstByTopic = 6;

absl::Status CheckEnabled(const Call& call) {
  if (call.node.config.delete_topic_enable) return absl::OkStatus();
  const auto code = call.version < kFirstToKnowDisabled ? ErrorCode::kInvalidRequest
                                                        : ErrorCode::kTopicDeletionDisabled;
  return MakeError(absl::StatusCode::kFailedPrecondition, code, "Topic deletion is disabled.");
}

// The topics that a request names. Who names one twice may have meant another.
class Asking {
 public:
  explicit Asking(const std::vector<Asked>& topics) {
    for (const Asked& asked : topics) {
      if (asked.name.has_value() == (asked.topic_id != base::Uuid())) continue;
      if (asked.name.has_value()) ++names_[*asked.name];
      if (!asked.name.has_value()) ++ids_[asked.topic_id];
    }
  }

  absl::Status CheckOnce(const Asked& asked) const {
    if (asked.name.has_value()) {
      return names_.at(*asked.name) == 1 ? absl::OkStatus()
                                         : RefuseRequest("Duplicate topic name.");
    }
    return ids_.at(asked.topic_id) == 1 ? absl::OkStatus() : RefuseRequest("Duplicate topic id.");
  }

  // Of a topic that is there, and that the client may know both of.
  absl::Status CheckOnce(const engine::TopicState& topic) const {
    if (!names_.contains(topic.name()) || !ids_.contains(topic.uuid())) return absl::OkStatus();
    return RefuseRequest("The provided topic name maps to an ID that was already supplied.");
  }

  // Whether an answer like this one has not been given: each topic has one.
  bool Tell(const Answered& answered) {
    return told_.emplace(answered.name.value_or(""), answered.topic_id, answered.error_code).second;
  }

 private:
  absl::flat_hash_map<std::string, int> names_;
  absl::flat_hash_map<base::Uuid, int> ids_;
  absl::flat_hash_set<std::tuple<std::string, base::Uuid, ErrorCode>> told_;
};

absl::Status CheckNaming(const Asked& asked) {
  const bool has_id = asked.topic_id != base::Uuid();
  if (has_id != asked.name.has_value()) return absl::OkStatus();
  return RefuseRequest(has_id ? "You may not specify both topic name and topic id."
                              : "Neither topic name nor id were specified.");
}

absl::Status Delete(const Call& call, const Asked& asked, const Asking& asking,
                    Answered& answered) {
  if (auto enabled = CheckEnabled(call); !enabled.ok()) return enabled;
  if (auto sound = CheckNaming(asked); !sound.ok()) return sound;
  if (auto once = asking.CheckOnce(asked); !once.ok()) return once;
  const bool has_id = !asked.name.has_value();
  const auto topic = has_id ? call.node.engine->FindTopic(asked.topic_id)
                            : FindTopic(call, *asked.name, AclOperation::kDelete);
  if (!topic.ok()) return topic.status();
  const std::string& name = (*topic)->name();
  if (has_id && !MayUseTopic(call, AclOperation::kDescribe, name)) {
    return CheckTopic(call, AclOperation::kDescribe, name);  // its name is not told
  }
  answered.name = name;
  answered.topic_id = (*topic)->uuid();
  if (auto may = CheckTopic(call, AclOperation::kDelete, name); !may.ok()) return may;
  if (auto once = asking.CheckOnce(**topic); !once.ok()) return once;
  return call.node.engine->DeleteTopic(name);
}

Answered DeleteOne(const Call& call, const Asked& asked, const Asking& asking) {
  Answered answered;
  answered.name = asked.name;
  answered.topic_id = asked.topic_id;
  const absl::Status deleted = Delete(call, asked, asking, answered);
  answered.error_code = CodeOf(deleted);
  if (!deleted.ok()) answered.error_message = ErrorText(deleted);
  return answered;
}

std::vector<Asked> TopicsOf(const Call& call, const wire::DeleteTopicsRequest& request) {
  if (call.version >= kFirstByTopic) return request.topics;
  std::vector<Asked> topics;
  for (const std::string& name : request.topic_names) topics.push_back({name, {}});
  return topics;
}

}  // namespace

wire::DeleteTopicsResponse HandleDeleteTopics(const Call& call,
                                              const wire::DeleteTopicsRequest& request) {
  const std::vector<Asked> topics = TopicsOf(call, request);
  Asking asking(topics);
  wire::DeleteTopicsResponse response;
  for (const Asked& asked : topics) {
    Answered answered = DeleteOne(call, asked, asking);
    if (asking.Tell(answered)) response.responses.push_back(std::move(answered));
  }
  return response;
}

}  // namespace rill::net
