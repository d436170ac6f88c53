#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reply.h"
#include "rill/rill.h"

// How an entry of a stream is a record of a topic.
//
// Its id is "<offset>-1". Offsets count from 0, and so the first id is 0-1: the least that Redis
// has, whose 0-0 stands for "before all entries", where everybody begins to read. (Redis has the
// time in front; but times of a log may step back, whoever writes them, and ids must not.)
//
// Its fields are the record's key, where the first one is called "key"; then the record's value,
// where the next one is called "value"; and headers for all others. Read back, key and value come
// first: an entry is what was added, in order, and a record of a Kafka client is an entry, too.

struct EntryId {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};
inline constexpr EntryId kLeastId = {};
inline constexpr EntryId kGreatestId = {std::numeric_limits<std::uint64_t>::max(),
                                        std::numeric_limits<std::uint64_t>::max()};

// "7-1", or "7", whose second number is then `second`. InvalidArgument for anything else.
absl::StatusOr<EntryId> ParseId(std::string_view text, std::uint64_t second);
std::string FormatId(std::int64_t offset);

// The first offset whose entry has an id of at least `id`; of more than `id`.
std::int64_t OffsetFrom(EntryId id);
std::int64_t OffsetAfter(EntryId id);

// The record of `fields`, each a name and a value. It shows what `fields` and `headers` hold.
rill::RecordData ToRecord(std::span<const std::string> fields, std::vector<rill::Header>& headers);

// Writes the entry that a record is: its id, and an array of names and values.
void WriteEntry(const rill::Record& record, Reply& reply);
