#include <string>
#include <string_view>
#include <vector>

#include "commands.h"
#include "stream.h"

namespace {

// Whether a pattern of '*', '?' and letters fits. A '*' takes as little as it can, and more where
// what follows does not fit; only the last one needs to, so nobody makes this take long.
bool Fits(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t behind_star = std::string_view::npos;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      behind_star = ++at;
      taken = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (behind_star != std::string_view::npos) {
      at = behind_star;
      i = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace

// DEL key...: deletes the topics, and what groups committed in them.
absl::Status RunDel(Broker& broker, Client&, Words words, Reply& reply) {
  std::int64_t deleted = 0;
  for (const std::string& key : words.subspan(1)) {
    const auto status = broker.engine.DeleteTopic(key);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
    if (status.ok()) ++deleted;
  }
  reply.Integer(deleted);
  return absl::OkStatus();
}

// KEYS pattern: all topics, also those that are no streams.
absl::Status RunKeys(Broker& broker, Client&, Words words, Reply& reply) {
  std::vector<std::string> keys = broker.engine.ListTopics();
  std::erase_if(keys, [&](const std::string& key) { return !Fits(words[1], key); });
  reply.Array(keys.size());
  for (const std::string& key : keys) reply.Bulk(key);
  return absl::OkStatus();
}

// TYPE key: "topic" is one with other than one partition.
absl::Status RunType(Broker& broker, Client&, Words words, Reply& reply) {
  const auto stream = FindStream(broker.engine, words[1]);
  reply.Simple(stream.ok() ? "stream" : absl::IsNotFound(stream.status()) ? "none" : "topic");
  return absl::OkStatus();
}
