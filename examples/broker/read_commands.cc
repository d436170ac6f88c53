#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "commands.h"
#include "entry.h"
#include "stream.h"

// XREAD and XREADGROUP, and how a client waits for what is not there yet.
namespace {

// How long a client sleeps before it looks whether it is still wanted, and whether a stream that
// was missing is there. What comes into a stream that is there wakes it at once.
constexpr absl::Duration kNap = absl::Milliseconds(100);

struct ReadWords {
  std::int64_t count = INT64_MAX;
  std::optional<absl::Duration> block;  // infinite, or how long it may wait
  std::string group;
  std::string consumer;
  std::vector<std::string> keys;
  std::vector<std::string> ids;  // one for each key
};

absl::Status ParseCountInto(const std::string& word, ReadWords& read) {
  const auto count = ParseInteger(word);
  if (!count.ok()) return count.status();
  if (*count > 0) read.count = *count;  // else all, as in Redis
  return absl::OkStatus();
}

absl::Status ParseBlockInto(const std::string& word, ReadWords& read) {
  const auto milliseconds = ParseInteger(word);
  if (!milliseconds.ok()) return Refuse("timeout is not an integer or out of range");
  if (*milliseconds < 0) return Refuse("timeout is negative");
  read.block = *milliseconds == 0 ? absl::InfiniteDuration() : absl::Milliseconds(*milliseconds);
  return absl::OkStatus();
}

absl::Status ParseStreamsInto(Words words, const std::string& command, ReadWords& read) {
  if (words.empty() || words.size() % 2 != 0) {
    return Refuse(fmt::format(
        "Unbalanced '{}' list of streams: for each stream key an ID or '$' must be specified.",
        command));
  }
  const std::size_t half = words.size() / 2;
  const Words keys = words.first(half);
  const Words ids = words.last(half);
  read.keys.assign(keys.begin(), keys.end());
  read.ids.assign(ids.begin(), ids.end());
  return absl::OkStatus();
}

// [GROUP group consumer] [COUNT n] [BLOCK ms] STREAMS key... id...
absl::StatusOr<ReadWords> ParseRead(Words words, const std::string& command) {
  ReadWords read;
  for (std::size_t at = 1; at < words.size(); ++at) {
    const std::size_t left = words.size() - at - 1;
    absl::Status status;
    if (Is(words[at], "streams")) {
      status = ParseStreamsInto(words.subspan(at + 1), command, read);
      if (!status.ok()) return status;
      return read;
    }
    if (Is(words[at], "count") && left >= 1) {
      status = ParseCountInto(words[++at], read);
    } else if (Is(words[at], "block") && left >= 1) {
      status = ParseBlockInto(words[++at], read);
    } else if (Is(words[at], "group") && left >= 2) {
      read.group = words[++at];
      read.consumer = words[++at];
    } else if (Is(words[at], "noack")) {
      status = Refuse("NOACK is not supported: XACK what was read");
    } else {
      status = SyntaxError();
    }
    if (!status.ok()) return status;
  }
  return SyntaxError();
}

// Where XREAD begins in each stream.
absl::StatusOr<std::vector<std::int64_t>> ParseBegins(const rill::Engine& engine,
                                                      const ReadWords& read) {
  std::vector<std::int64_t> begins;
  for (std::size_t i = 0; i < read.keys.size(); ++i) {
    if (read.ids[i] == "$") {
      const auto stream = FindStream(engine, read.keys[i]);
      begins.push_back(stream.ok() ? stream->log.high_watermark() : 0);
      continue;
    }
    const auto id = ParseId(read.ids[i], kLeastId.second);
    if (!id.ok()) return id.status();
    begins.push_back(OffsetAfter(*id));
  }
  return begins;
}

// What was found in which stream.
using Found = std::vector<std::pair<std::string, Entries>>;
// Looks for entries; `room` is how many bytes of a reply are left.
using Look = std::function<absl::StatusOr<Entries>(std::size_t stream, std::size_t room)>;

// Looks into each stream, and keeps those where there is something (or all of them).
absl::StatusOr<Found> LookAtAll(const ReadWords& read, const Look& look, bool keep_empty) {
  Found found;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < read.keys.size() && bytes < kMaxReply; ++i) {
    auto entries = look(i, kMaxReply - bytes);
    if (!entries.ok()) return entries.status();
    bytes += entries->bytes;
    if (!entries->list.empty() || keep_empty) found.emplace_back(read.keys[i], *std::move(entries));
  }
  return found;
}

// The same until there is something, as long as the client wants to wait.
absl::StatusOr<Found> LookOrWait(Broker& broker, Client& client, const ReadWords& read,
                                 const Look& look) {
  const absl::Time deadline = absl::Now() + read.block.value_or(absl::ZeroDuration());
  for (;;) {
    // Watched first: what comes behind the look wakes it.
    auto arrivals = Arrivals::Watch(broker.engine, read.keys);
    auto found = LookAtAll(read, look, false);
    if (!found.ok() || !found->empty()) return found;
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration() || !client.IsWaiting()) return found;
    // Of a stream that was deleted meanwhile, the next look tells.
    if (arrivals.ok()) {
      const auto waited = arrivals->Wait(std::min(left, kNap));
      if (!waited.ok() && !absl::IsNotFound(waited)) return waited;
    } else if (!absl::IsNotFound(arrivals.status())) {
      return arrivals.status();
    }
  }
}

void WriteFound(const Found& found, Reply& reply) {
  if (found.empty()) return reply.NullArray();
  reply.Array(found.size());
  for (const auto& [key, entries] : found) {
    reply.Array(2);
    reply.Bulk(key);
    reply.Array(entries.list.size());
    for (const Entry& entry : entries.list) reply.Raw(entry.reply);
  }
}

struct StreamAndGroup {
  Stream stream;
  std::shared_ptr<Group> group;
};

absl::StatusOr<StreamAndGroup> FindGroup(Broker& broker, const std::string& key,
                                         const std::string& name) {
  auto stream = FindStream(broker.engine, key);
  auto group = stream.ok() ? broker.groups.Find(*stream, name) : stream.status();
  if (absl::IsNotFound(group.status())) {
    return Refuse(
        fmt::format("-NOGROUP No such key '{}' or consumer group '{}' in XREADGROUP with "
                    "GROUP option",
                    key, name));
  }
  if (!group.ok()) return group.status();
  return StreamAndGroup{*std::move(stream), *std::move(group)};
}

// Whether each stream has the group, and each id is one: asked before anything is handed out.
absl::Status CheckAll(Broker& broker, const ReadWords& read) {
  for (std::size_t i = 0; i < read.keys.size(); ++i) {
    const auto found = FindGroup(broker, read.keys[i], read.group);
    if (!found.ok()) return found.status();
    if (read.ids[i] == ">") continue;
    const auto id = ParseId(read.ids[i], kLeastId.second);
    if (!id.ok()) return id.status();
  }
  return absl::OkStatus();
}

// What nobody was given yet (">"), or what this consumer has after an id and did not acknowledge.
absl::StatusOr<Entries> TakeFrom(Broker& broker, const ReadWords& read, std::size_t index,
                                 std::size_t room) {
  const auto found = FindGroup(broker, read.keys[index], read.group);
  if (!found.ok()) return found.status();
  const rill::Partition& log = found->stream.log;
  if (read.ids[index] == ">") return found->group->Take(log, read.consumer, read.count, room);
  const auto id = ParseId(read.ids[index], kLeastId.second);
  if (!id.ok()) return id.status();
  return found->group->TakeAgain(log, read.consumer, OffsetAfter(*id), read.count, room);
}

}  // namespace

// XREAD [COUNT n] [BLOCK ms] STREAMS key... id...
absl::Status RunXread(Broker& broker, Client& client, Words words, Reply& reply) {
  const auto read = ParseRead(words, "xread");
  if (!read.ok()) return read.status();
  if (!read->group.empty()) {
    return Refuse("The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
  }
  const auto begins = ParseBegins(broker.engine, *read);
  if (!begins.ok()) return begins.status();
  const Look look = [&](std::size_t index, std::size_t room) -> absl::StatusOr<Entries> {
    const auto stream = FindStream(broker.engine, read->keys[index]);
    if (absl::IsNotFound(stream.status())) return Entries();
    if (!stream.ok()) return stream.status();
    return ReadEntries(stream->log, {.begin = (*begins)[index]}, read->count, room);
  };
  const auto found = LookOrWait(broker, client, *read, look);
  if (!found.ok()) return found.status();
  WriteFound(*found, reply);
  return absl::OkStatus();
}

// XREADGROUP GROUP group consumer [COUNT n] [BLOCK ms] STREAMS key... id...
absl::Status RunXreadgroup(Broker& broker, Client& client, Words words, Reply& reply) {
  const auto read = ParseRead(words, "xreadgroup");
  if (!read.ok()) return read.status();
  if (read->group.empty()) return Refuse("Missing GROUP option for XREADGROUP");
  if (read->consumer.size() > Group::kMaxConsumerName) {
    return Refuse(fmt::format("a consumer's name has at most {} bytes", Group::kMaxConsumerName));
  }
  if (const auto sound = CheckAll(broker, *read); !sound.ok()) return sound;
  const Look look = [&](std::size_t index, std::size_t room) {
    return TakeFrom(broker, *read, index, room);
  };
  const bool asks_again = std::any_of(read->ids.begin(), read->ids.end(),
                                      [](const std::string& id) { return id != ">"; });
  const auto found =
      asks_again ? LookAtAll(*read, look, true) : LookOrWait(broker, client, *read, look);
  if (!found.ok()) return found.status();
  WriteFound(*found, reply);
  return absl::OkStatus();
}
