#include "entry.h"

#include <fmt/format.h>

#include <charconv>

namespace {

constexpr std::uint64_t kSecond = 1;  // of every id
constexpr char kKey[] = "key";
constexpr char kValue[] = "value";

bool ParseNumber(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Ids are numbers of 64 bits without a sign, offsets with one.
std::int64_t ToOffset(std::uint64_t number) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return number < std::uint64_t{kMost} ? static_cast<std::int64_t>(number) : kMost;
}

std::int64_t OffsetBehind(std::uint64_t number) {
  return number == kGreatestId.first ? ToOffset(number) : ToOffset(number + 1);
}

void WriteField(std::string_view name, std::string_view value, Reply& reply) {
  reply.Bulk(name);
  reply.Bulk(value);
}

}  // namespace

absl::StatusOr<EntryId> ParseId(std::string_view text, std::uint64_t second) {
  const std::size_t dash = text.find('-');
  EntryId id{.second = second};
  bool is_id = ParseNumber(text.substr(0, dash), id.first);
  if (dash != std::string_view::npos) is_id &= ParseNumber(text.substr(dash + 1), id.second);
  if (!is_id) {
    return absl::InvalidArgumentError("Invalid stream ID specified as stream command argument");
  }
  return id;
}

std::string FormatId(std::int64_t offset) { return fmt::format("{}-{}", offset, kSecond); }

std::int64_t OffsetFrom(EntryId id) {
  return id.second <= kSecond ? ToOffset(id.first) : OffsetBehind(id.first);
}

std::int64_t OffsetAfter(EntryId id) {
  return id.second < kSecond ? ToOffset(id.first) : OffsetBehind(id.first);
}

rill::RecordData ToRecord(std::span<const std::string> fields, std::vector<rill::Header>& headers) {
  rill::RecordData record;
  if (!fields.empty() && fields[0] == kKey) {
    record.key = fields[1];
    fields = fields.subspan(2);
  }
  if (!fields.empty() && fields[0] == kValue) {
    record.value = fields[1];
    fields = fields.subspan(2);
  }
  for (; !fields.empty(); fields = fields.subspan(2)) headers.push_back({fields[0], fields[1]});
  record.headers = headers;
  return record;
}

void WriteEntry(const rill::Record& record, Reply& reply) {
  std::vector<rill::Header> fields;
  if (!rill::IsNull(record.key())) fields.push_back({kKey, record.key()});
  if (!rill::IsNull(record.value())) fields.push_back({kValue, record.value()});
  for (const rill::Header header : record.headers()) fields.push_back(header);
  reply.Array(2);
  reply.Bulk(FormatId(record.offset()));
  reply.Array(2 * fields.size());
  for (const rill::Header& field : fields) WriteField(field.name, field.value, reply);
}
