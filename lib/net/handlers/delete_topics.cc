// DeleteTopics, versions 1 to 6.
//
// Deletes the topics one after the other, named by name, or from version 6 on by id; one answer for
// each, in order. With delete.topic.enable=false each is told TOPIC_DELETION_DISABLED, before
// version 3, which does not know it, INVALID_REQUEST.
//
// Deviations: a topic is gone when the answer comes, whatever `timeout_ms` says.
#include <string>
#include <utility>

#include "net/authorize.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"

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

absl::Status Delete(const Call& call, const Asked& asked, Answered& answered) {
  if (auto enabled = CheckEnabled(call); !enabled.ok()) return enabled;
  const bool has_id = asked.topic_id != base::Uuid();
  if (has_id == asked.name.has_value()) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                     "a topic is named by its name or its id, and not by both");
  }
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
  return call.node.engine->DeleteTopic(name);
}

Answered DeleteOne(const Call& call, const Asked& asked) {
  Answered answered;
  answered.name = asked.name;
  answered.topic_id = asked.topic_id;
  const absl::Status deleted = Delete(call, asked, answered);
  answered.error_code = CodeOf(deleted);
  if (!deleted.ok()) answered.error_message = ErrorText(deleted);
  return answered;
}

}  // namespace

wire::DeleteTopicsResponse HandleDeleteTopics(const Call& call,
                                              const wire::DeleteTopicsRequest& request) {
  wire::DeleteTopicsResponse response;
  if (call.version < kFirstByTopic) {
    for (const std::string& name : request.topic_names) {
      response.responses.push_back(DeleteOne(call, {name, {}}));
    }
    return response;
  }
  for (const Asked& asked : request.topics) response.responses.push_back(DeleteOne(call, asked));
  return response;
}

}  // namespace rill::net
