#include "engine/topic_name.h"

#include <algorithm>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

bool IsLegal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

absl::Status Refuse(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic, message);
}

}  // namespace

absl::Status CheckTopicName(std::string_view name) {
  if (name.empty()) return Refuse("a topic's name must not be empty");
  if (name == "." || name == "..") {
    return Refuse(fmt::format("\"{}\" cannot be a topic's name", name));
  }
  if (name.size() > kMaxTopicNameSize) {
    return Refuse(
        fmt::format("the topic's name has {} characters, at most {} are allowed: \"{}...\"",
                    name.size(), kMaxTopicNameSize, name.substr(0, 32)));
  }
  const auto bad = std::find_if_not(name.begin(), name.end(), IsLegal);
  if (bad == name.end()) return absl::OkStatus();
  return Refuse(fmt::format(
      "the topic's name has the byte 0x{:02x} at position {}; only ASCII letters, digits, "
      "'.', '_' and '-' are allowed",
      static_cast<unsigned char>(*bad), bad - name.begin()));
}

absl::Status CheckMayBeMade(std::string_view name) {
  if (name != kMetadataTopic) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   fmt::format("Creation of internal topic {} is prohibited.", name));
}

std::string TopicCollisionKey(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '.', '_');
  return key;
}

bool IsInternalTopic(std::string_view name) {
  return name == kOffsetsTopic || name == kTransactionsTopic;
}

}  // namespace rill::engine
