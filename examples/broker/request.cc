#include "request.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>

namespace {

absl::Status Incomplete() { return absl::OutOfRangeError("the request goes on"); }

absl::Status ProtocolError(const std::string& what) {
  return absl::InvalidArgumentError("Protocol error: " + what);
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Reads RESP off the front of a request that may not be there in full.
class Reader {
 public:
  explicit Reader(std::string_view input) : input_(input) {}

  std::size_t position() const { return at_; }
  bool at_end() const { return at_ == input_.size(); }
  char Peek() const { return input_[at_]; }

  // Up to the next newline. `what` names it, should it be too long.
  absl::StatusOr<std::string_view> Line(const char* what) {
    const std::string_view rest = input_.substr(at_, kMaxLine);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      if (rest.size() < kMaxLine) return Incomplete();
      return ProtocolError(fmt::format("too big {}", what));
    }
    at_ += end + 1;
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  // A line that is a sign of one byte and a number.
  absl::StatusOr<std::int64_t> Number(const char* what, const char* refusal) {
    const auto line = Line(what);
    if (!line.ok()) return line.status();
    if (line->empty()) return ProtocolError(refusal);
    std::int64_t number = 0;
    const char* const end = line->data() + line->size();
    const auto [rest, error] = std::from_chars(line->data() + 1, end, number);
    if (error != std::errc() || rest != end) return ProtocolError(refusal);
    return number;
  }

  // So many bytes, and the end of the line behind them.
  absl::StatusOr<std::string_view> Bytes(std::size_t size) {
    if (at_ + size + 2 > kMaxRequest) return ProtocolError("too big request");
    if (input_.size() - at_ < size + 2) return Incomplete();
    const std::string_view bytes = input_.substr(at_, size);
    at_ += size + 2;
    return bytes;
  }

 private:
  std::string_view input_;
  std::size_t at_ = 0;
};

absl::StatusOr<std::string_view> ReadBulkString(Reader& reader) {
  constexpr char kRefusal[] = "invalid bulk length";
  if (reader.at_end()) return Incomplete();
  if (reader.Peek() != '$') {
    return ProtocolError(fmt::format("expected '$', got '{}'", reader.Peek()));
  }
  const auto size = reader.Number("bulk count string", kRefusal);
  if (!size.ok()) return size.status();
  if (*size < 0 || *size > std::int64_t{kMaxRequest}) return ProtocolError(kRefusal);
  return reader.Bytes(static_cast<std::size_t>(*size));
}

absl::StatusOr<Request> ParseArray(std::string_view input) {
  constexpr char kRefusal[] = "invalid multibulk length";
  Reader reader(input);
  const auto count = reader.Number("mbulk count string", kRefusal);
  if (!count.ok()) return count.status();
  if (*count > std::int64_t{kMaxWords}) return ProtocolError(kRefusal);
  std::vector<std::string_view> words;
  for (std::int64_t i = 0; i < *count; ++i) {
    const auto word = ReadBulkString(reader);
    if (!word.ok()) return word.status();
    words.push_back(*word);
  }
  // Copied once, when all of it is there.
  return Request{{words.begin(), words.end()}, reader.position()};
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What stands behind a backslash between double quotes; moves `rest` behind it.
char Unescape(std::string_view& rest) {
  if (rest.size() >= 3 && rest[0] == 'x' && HexDigit(rest[1]) >= 0 && HexDigit(rest[2]) >= 0) {
    const char byte = static_cast<char>(HexDigit(rest[1]) * 16 + HexDigit(rest[2]));
    rest.remove_prefix(3);
    return byte;
  }
  const char c = rest.front();
  rest.remove_prefix(1);
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

// Takes what stands in quotes off `rest`, which begins behind the first of them. False where the
// last one is missing, or something stands right behind it.
bool TakeQuoted(char quote, std::string_view& rest, std::string& word) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == quote) return rest.empty() || IsSpace(rest.front());
    const bool is_escape = c == '\\' && !rest.empty() && (quote == '"' || rest.front() == quote);
    word.push_back(is_escape ? Unescape(rest) : c);
  }
  return false;
}

// The next word of a line; nullopt where the quotes do not match.
std::optional<std::string> TakeWord(std::string_view& rest) {
  std::string word;
  while (!rest.empty() && !IsSpace(rest.front())) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '"' && c != '\'') {
      word.push_back(c);
    } else if (!TakeQuoted(c, rest, word)) {
      return std::nullopt;
    }
  }
  return word;
}

absl::StatusOr<Request> ParseInline(std::string_view input) {
  Reader reader(input);
  const auto line = reader.Line("inline request");
  if (!line.ok()) return line.status();
  Request request;
  std::string_view rest = *line;
  for (;;) {
    while (!rest.empty() && IsSpace(rest.front())) rest.remove_prefix(1);
    if (rest.empty()) break;
    auto word = TakeWord(rest);
    if (!word.has_value()) return ProtocolError("unbalanced quotes in request");
    if (request.words.size() == kMaxWords) return ProtocolError("too big inline request");
    request.words.push_back(*std::move(word));
  }
  request.size = reader.position();
  return request;
}

}  // namespace

absl::StatusOr<Request> ParseRequest(std::string_view input) {
  if (input.empty()) return Incomplete();
  return input.front() == '*' ? ParseArray(input) : ParseInline(input);
}
