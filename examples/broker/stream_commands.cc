#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "commands.h"
#include "entry.h"
#include "stream.h"

namespace {

// One end of XRANGE: an id, "(" and the id that is just outside, "-" or "+".
struct Bound {
  EntryId id;
  bool is_outside = false;
};

absl::StatusOr<Bound> ParseBound(std::string_view word, std::uint64_t second) {
  if (word == "-") return Bound{kLeastId};
  if (word == "+") return Bound{kGreatestId};
  const bool is_outside = word.starts_with('(');
  if (is_outside) word.remove_prefix(1);
  const auto id = ParseId(word, second);
  if (!id.ok()) return id.status();
  return Bound{*id, is_outside};
}

absl::StatusOr<OffsetRange> ParseRange(std::string_view first, std::string_view last) {
  const auto begin = ParseBound(first, kLeastId.second);
  if (!begin.ok()) return begin.status();
  const auto end = ParseBound(last, kGreatestId.second);
  if (!end.ok()) return end.status();
  return OffsetRange{begin->is_outside ? OffsetAfter(begin->id) : OffsetFrom(begin->id),
                     end->is_outside ? OffsetFrom(end->id) : OffsetAfter(end->id)};
}

// [COUNT n] behind a range.
absl::StatusOr<std::int64_t> ParseCount(Words words) {
  if (words.empty()) return INT64_MAX;
  if (words.size() != 2 || !Is(words[0], "count")) return SyntaxError();
  return ParseInteger(words[1]);
}

using ReadFunction = absl::StatusOr<Entries> (*)(const rill::Partition&, OffsetRange, std::int64_t,
                                                 std::size_t);

absl::Status RunRange(Broker& broker, const std::string& key, const OffsetRange& range,
                      std::int64_t count, ReadFunction read, Reply& reply) {
  const auto stream = FindStream(broker.engine, key);
  if (!stream.ok() && !absl::IsNotFound(stream.status())) return stream.status();
  absl::StatusOr<Entries> entries = Entries();
  if (stream.ok()) entries = read(stream->log, range, count, kMaxReply);
  if (!entries.ok()) return entries.status();
  // A part of it would look like all.
  if (entries->is_cut) {
    return Refuse(fmt::format("the reply would pass {} bytes: ask for less with COUNT", kMaxReply));
  }
  reply.Array(entries->list.size());
  for (const Entry& entry : entries->list) reply.Raw(entry.reply);
  return absl::OkStatus();
}

// What XTRIM keeps, as the offset of the first entry that stays.
absl::StatusOr<std::int64_t> ParseTrim(const rill::Partition& log, std::string_view strategy,
                                       std::string_view threshold) {
  if (Is(strategy, "minid")) {
    const auto id = ParseId(threshold, kLeastId.second);
    if (!id.ok()) return id.status();
    return std::min(OffsetFrom(*id), log.high_watermark());
  }
  if (!Is(strategy, "maxlen")) return SyntaxError();
  const auto length = ParseInteger(threshold);
  if (!length.ok()) return length.status();
  if (*length < 0) return Refuse("The MAXLEN argument must be >= 0.");
  return std::max(log.high_watermark() - *length, log.log_start_offset());
}

}  // namespace

// XADD key * field value [field value ...]
absl::Status RunXadd(Broker& broker, Client&, Words words, Reply& reply) {
  for (const char* const option : {"nomkstream", "maxlen", "minid", "limit"}) {
    if (Is(words[2], option)) {
      return Refuse(
          fmt::format("XADD takes no {} here: XTRIM trims, or the topic's retention", words[2]));
    }
  }
  if (words[2] != "*") {
    return Refuse("The ID specified in XADD must be *: it is the log that gives the offset");
  }
  const Words fields = words.subspan(3);
  if (fields.size() % 2 != 0) return Refuse("wrong number of arguments for 'xadd' command");
  auto stream = FindOrMakeStream(broker.engine, words[1]);
  if (!stream.ok()) return stream.status();
  std::vector<rill::Header> headers;
  const rill::RecordData record = ToRecord(fields, headers);
  const auto appended = stream->log.Append({&record, 1});
  if (!appended.ok()) return appended.status();
  reply.Bulk(FormatId(appended->base_offset));
  return absl::OkStatus();
}

// XLEN key
absl::Status RunXlen(Broker& broker, Client&, Words words, Reply& reply) {
  const auto stream = FindStream(broker.engine, words[1]);
  if (!stream.ok() && !absl::IsNotFound(stream.status())) return stream.status();
  reply.Integer(stream.ok() ? stream->log.high_watermark() - stream->log.log_start_offset() : 0);
  return absl::OkStatus();
}

// XRANGE key first last [COUNT n]
absl::Status RunXrange(Broker& broker, Client&, Words words, Reply& reply) {
  const auto range = ParseRange(words[2], words[3]);
  if (!range.ok()) return range.status();
  const auto count = ParseCount(words.subspan(4));
  if (!count.ok()) return count.status();
  return RunRange(broker, words[1], *range, *count, ReadEntries, reply);
}

// XREVRANGE key last first [COUNT n]
absl::Status RunXrevrange(Broker& broker, Client&, Words words, Reply& reply) {
  const auto range = ParseRange(words[3], words[2]);
  if (!range.ok()) return range.status();
  const auto count = ParseCount(words.subspan(4));
  if (!count.ok()) return count.status();
  return RunRange(broker, words[1], *range, *count, ReadEntriesBackwards, reply);
}

// XTRIM key MINID|MAXLEN [=|~] threshold: Kafka's DeleteRecords, which is exact.
absl::Status RunXtrim(Broker& broker, Client&, Words words, Reply& reply) {
  const bool has_sign = words[3] == "=" || words[3] == "~";
  if (words.size() != (has_sign ? 5 : 4)) return SyntaxError();
  auto stream = FindStream(broker.engine, words[1]);
  if (absl::IsNotFound(stream.status())) {
    reply.Integer(0);
    return absl::OkStatus();
  }
  if (!stream.ok()) return stream.status();
  const auto first = ParseTrim(stream->log, words[2], words.back());
  if (!first.ok()) return first.status();
  const std::int64_t before = stream->log.log_start_offset();
  const auto after = stream->log.DeleteRecordsBefore(*first);
  if (!after.ok()) return after.status();
  reply.Integer(*after - before);
  return absl::OkStatus();
}

// XDEL key id...
absl::Status RunXdel(Broker&, Client&, Words, Reply&) {
  return Refuse("a log loses its oldest entries only, never one in between: use XTRIM");
}
