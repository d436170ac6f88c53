#include "wire/messages/delete_topics.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DeleteTopicsRequest::Topic> = {
    Member<&DeleteTopicsRequest::Topic::name>("name").Since(6).Nullable(6),
    Member<&DeleteTopicsRequest::Topic::topic_id>("topicId").Since(6)};

template <>
inline constexpr std::array kFields<DeleteTopicsRequest> = {
    Member<&DeleteTopicsRequest::topics>("topics").Since(6),
    Member<&DeleteTopicsRequest::topic_names>("topicNames").Until(5).Ignorable(),
    Member<&DeleteTopicsRequest::timeout_ms>("timeoutMs")};

template <>
const Message& MessageOf<DeleteTopicsRequest>() {
  static constexpr Message kMessage = Describe<DeleteTopicsRequest>("DeleteTopicsRequest", 1, 6, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DeleteTopicsResponse::Topic> = {
    Member<&DeleteTopicsResponse::Topic::name>("name").Nullable(6),
    Member<&DeleteTopicsResponse::Topic::topic_id>("topicId").Since(6).Ignorable(),
    Member<&DeleteTopicsResponse::Topic::error_code>("errorCode"),
    Member<&DeleteTopicsResponse::Topic::error_message>("errorMessage")
        .Since(5)
        .Nullable(5)
        .Ignorable()};

template <>
inline constexpr std::array kFields<DeleteTopicsResponse> = {
    Member<&DeleteTopicsResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&DeleteTopicsResponse::responses>("responses")};

template <>
const Message& MessageOf<DeleteTopicsResponse>() {
  static constexpr Message kMessage =
      Describe<DeleteTopicsResponse>("DeleteTopicsResponse", 1, 6, 4);
  return kMessage;
}

}  // namespace rill::wire
