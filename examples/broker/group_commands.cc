#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "commands.h"
#include "entry.h"
#include "stream.h"

namespace {

// Where a new group begins: behind an id, or behind all that there is ("$").
absl::StatusOr<std::int64_t> ParseBegin(const rill::Partition& log, const std::string& word) {
  if (word == "$") return log.high_watermark();
  const auto id = ParseId(word, kLeastId.second);
  if (!id.ok()) return id.status();
  return std::clamp(OffsetAfter(*id), log.log_start_offset(), log.high_watermark());
}

}  // namespace

// XGROUP CREATE key group id|$ [MKSTREAM]
absl::Status RunXgroup(Broker& broker, Client&, Words words, Reply& reply) {
  if (!Is(words[1], "create")) {
    return Refuse(fmt::format("unknown subcommand '{:.128}': there is XGROUP CREATE", words[1]));
  }
  if (words.size() < 5) return Refuse("wrong number of arguments for 'xgroup|create' command");
  const bool may_make = words.size() == 6 && Is(words[5], "mkstream");
  if (words.size() > 5 && !may_make) return SyntaxError();
  const auto stream =
      may_make ? FindOrMakeStream(broker.engine, words[2]) : FindStream(broker.engine, words[2]);
  if (absl::IsNotFound(stream.status())) {
    return Refuse(
        "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use "
        "the MKSTREAM option to create an empty stream automatically.");
  }
  if (!stream.ok()) return stream.status();
  const auto begin = ParseBegin(stream->log, words[4]);
  if (!begin.ok()) return begin.status();
  const auto created = broker.groups.Create(*stream, words[3], *begin);
  if (!created.ok()) return created;
  reply.Simple("OK");
  return absl::OkStatus();
}

// XACK key group id...
absl::Status RunXack(Broker& broker, Client&, Words words, Reply& reply) {
  std::vector<std::int64_t> offsets;
  for (const std::string& word : words.subspan(3)) {
    const auto id = ParseId(word, kLeastId.second);
    if (!id.ok()) return id.status();
    const std::int64_t offset = OffsetFrom(*id);
    if (FormatId(offset) == word) offsets.push_back(offset);  // no other is an entry's
  }
  const auto stream = FindStream(broker.engine, words[1]);
  const auto group = stream.ok() ? broker.groups.Find(*stream, words[2]) : stream.status();
  if (absl::IsNotFound(group.status())) {
    reply.Integer(0);
    return absl::OkStatus();
  }
  if (!group.ok()) return group.status();
  const auto acknowledged = (*group)->Acknowledge(offsets);
  if (!acknowledged.ok()) return acknowledged.status();
  reply.Integer(*acknowledged);
  return absl::OkStatus();
}
