#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client.h"
#include "group.h"
#include "reply.h"
#include "rill/rill.h"

// What all clients share.
struct Broker {
  explicit Broker(rill::Engine& its_engine) : engine(its_engine), groups(its_engine) {}

  rill::Engine& engine;
  Groups groups;
};

using Words = std::span<const std::string>;  // of a request: the command's name is the first

// Runs a command, and writes its reply behind what `reply` has. A status is the reply instead: then
// nothing was written.
using Command = absl::Status (*)(Broker& broker, Client& client, Words words, Reply& reply);

// Finds the command that the words name, and runs it.
void RunCommand(Broker& broker, Client& client, Words words, Reply& reply);

// What commands have in common: whether a word is this one, in whatever case; numbers; refusals.
bool Is(std::string_view word, std::string_view name);
absl::StatusOr<std::int64_t> ParseInteger(std::string_view word);
absl::Status Refuse(const std::string& why);
absl::Status SyntaxError();

// stream_commands.cc
absl::Status RunXadd(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXlen(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXrange(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXrevrange(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXtrim(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXdel(Broker& broker, Client& client, Words words, Reply& reply);
// read_commands.cc
absl::Status RunXread(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXreadgroup(Broker& broker, Client& client, Words words, Reply& reply);
// group_commands.cc
absl::Status RunXgroup(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunXack(Broker& broker, Client& client, Words words, Reply& reply);
// key_commands.cc
absl::Status RunDel(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunKeys(Broker& broker, Client& client, Words words, Reply& reply);
absl::Status RunType(Broker& broker, Client& client, Words words, Reply& reply);
