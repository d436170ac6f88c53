#include "commands.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace {

// What Redis shows of the words of a command that it does not know.
constexpr std::size_t kShownBytes = 128;

absl::Status RunPing(Broker&, Client&, Words words, Reply& reply) {
  if (words.size() > 2) return Refuse("wrong number of arguments for 'ping' command");
  words.size() == 1 ? reply.Simple("PONG") : reply.Bulk(words[1]);
  return absl::OkStatus();
}

absl::Status RunEcho(Broker&, Client&, Words words, Reply& reply) {
  reply.Bulk(words[1]);
  return absl::OkStatus();
}

// Agrees on RESP 2 with a client, which goes on in it where another version is refused.
absl::Status RunHello(Broker&, Client&, Words words, Reply& reply) {
  if (words.size() > 1 && words[1] != "2") return Refuse("-NOPROTO unsupported protocol version");
  if (words.size() > 2) {
    return Refuse(fmt::format("Syntax error in HELLO option '{:.{}}'", words[2], kShownBytes));
  }
  reply.Array(8);
  reply.Bulk("server");
  reply.Bulk("rill-broker");
  reply.Bulk("version");
  reply.Bulk(RILL_VERSION);
  reply.Bulk("proto");
  reply.Integer(2);
  reply.Bulk("mode");
  reply.Bulk("standalone");
  return absl::OkStatus();
}

// redis-cli asks what commands there are, to help who types them; it goes on without.
absl::Status RunCommandCommand(Broker&, Client&, Words, Reply& reply) {
  reply.Array(0);
  return absl::OkStatus();
}

absl::Status RunQuit(Broker&, Client& client, Words, Reply& reply) {
  client.Quit();
  reply.Simple("OK");
  return absl::OkStatus();
}

struct NamedCommand {
  std::string_view name;
  int words;  // how many it has, its name included; below zero: at least so many
  Command run;
};

constexpr NamedCommand kCommands[] = {
    {"command", -1, RunCommandCommand},
    {"del", -2, RunDel},
    {"echo", 2, RunEcho},
    {"hello", -1, RunHello},
    {"keys", 2, RunKeys},
    {"ping", -1, RunPing},
    {"quit", -1, RunQuit},
    {"type", 2, RunType},
    {"xack", -4, RunXack},
    {"xadd", -5, RunXadd},
    {"xdel", -3, RunXdel},
    {"xgroup", -2, RunXgroup},
    {"xlen", 2, RunXlen},
    {"xrange", -4, RunXrange},
    {"xread", -4, RunXread},
    {"xreadgroup", -7, RunXreadgroup},
    {"xrevrange", -4, RunXrevrange},
    {"xtrim", -4, RunXtrim},
};

absl::Status UnknownCommand(Words words) {
  std::string text =
      fmt::format("unknown command '{:.{}}', with args beginning with: ", words[0], kShownBytes);
  for (std::size_t i = 1; i < words.size() && text.size() < 2 * kShownBytes; ++i) {
    text += fmt::format("'{:.{}}' ", words[i], kShownBytes);
  }
  return Refuse(text);
}

absl::Status FindAndRun(Broker& broker, Client& client, Words words, Reply& reply) {
  const auto* const found =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [&](const NamedCommand& command) { return Is(words[0], command.name); });
  if (found == std::end(kCommands)) return UnknownCommand(words);
  const auto count = static_cast<int>(words.size());
  if (found->words < 0 ? count < -found->words : count != found->words) {
    return Refuse(fmt::format("wrong number of arguments for '{}' command", found->name));
  }
  return found->run(broker, client, words, reply);
}

}  // namespace

void RunCommand(Broker& broker, Client& client, Words words, Reply& reply) {
  const absl::Status status = FindAndRun(broker, client, words, reply);
  if (!status.ok()) reply.Error(status);
}

bool Is(std::string_view word, std::string_view name) {
  return word.size() == name.size() && ::strncasecmp(word.data(), name.data(), name.size()) == 0;
}

absl::StatusOr<std::int64_t> ParseInteger(std::string_view word) {
  std::int64_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || rest != end) {
    return Refuse("value is not an integer or out of range");
  }
  return number;
}

absl::Status Refuse(const std::string& why) { return absl::InvalidArgumentError(why); }

absl::Status SyntaxError() { return Refuse("syntax error"); }
