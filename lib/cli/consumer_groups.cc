#include "cli/consumer_groups.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/group_delete.h"
#include "cli/group_describe.h"
#include "cli/group_options.h"
#include "cli/group_reset.h"
#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "cli/name_pattern.h"
#include "client/remote/groups.h"
#include "fmt/format.h"
#include "rill/error.h"
#if RILL_HAS_NODE
#include "net/text_pattern.h"
#endif

namespace rill::cli {
namespace {

// Consumer groups in the order in which Kafka's tool has them.
absl::StatusOr<std::vector<remote::GroupListing>> ListConsumerGroups(
    const remote::GroupFilter& filter, remote::AdminClient& client) {
  auto groups = remote::ListGroups(client, filter);
  if (!groups.ok()) return groups;
  std::erase_if(*groups, [](const remote::GroupListing& group) {
    return !group.protocol_type.empty() && group.protocol_type != "consumer";
  });
  return InJavaHashOrder(
      *std::move(groups), kJavaMapCapacity,
      [](const remote::GroupListing& group) { return std::string_view(group.id); });
}

// The --group words, or the ids of all groups.
absl::StatusOr<std::vector<std::string>> GroupsOf(const CommandLine& line,
                                                  remote::AdminClient& client) {
  if (!line.Has("all-groups") && !line.Has("list")) return line.Values("group");
  const auto groups = ListConsumerGroups({.types = {"Classic", "Consumer"}}, client);
  if (!groups.ok()) return AsRuntime(groups.status());
  std::vector<std::string> ids;
  for (const auto& group : *groups) ids.push_back(group.id);
  return ids;
}

void PrintTable(const CommandLine& line, const std::vector<remote::GroupListing>& groups,
                TextWriter& out) {
  std::size_t width = 15;
  for (const auto& group : groups) width = std::max(width, group.id.size());
  width += 10;
  const auto print = [&](const std::string& id, const std::string& type, const std::string& state) {
    out.Print("{:<{}}", id, width);
    if (line.Has("type")) out.Print(" {:<20}", type.empty() ? "Unknown" : type);
    if (line.Has("state")) out.Print(" {:<20}", state.empty() ? "Unknown" : state);
    out.Print("\n");
  };
  print("GROUP", "TYPE", "STATE");
  for (const auto& group : groups) print(group.id, group.type, group.state);
}

Json JsonOf(const CommandLine& line, const remote::GroupListing& group) {
  Json listed = {{"group", group.id}};
  if (line.Has("type")) listed.Add("type", NullIfEmpty(group.type));
  if (line.Has("state")) listed.Add("state", NullIfEmpty(group.state));
  return listed;
}

absl::Status List(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  if (!line.Has("type") && !line.Has("state")) {
    const auto ids = GroupsOf(line, client);
    if (!ids.ok()) return ids.status();
    for (const std::string& id : *ids) {
      if (line.Has("json")) {
        PrintJson({{"group", id}}, out);
      } else {
        out.Print("{}\n", id);
      }
    }
    return absl::OkStatus();
  }
  const auto filter = GroupFilterOf(line);
  if (!filter.ok()) return filter.status();
  const auto groups = ListConsumerGroups(*filter, client);
  if (!groups.ok()) return AsExecution(groups.status());
  if (!line.Has("json")) {
    PrintTable(line, *groups, out);
    return absl::OkStatus();
  }
  for (const auto& group : *groups) PrintJson(JsonOf(line, group), out);
  return absl::OkStatus();
}

absl::Status Act(const CommandContext& context, const CommandLine& line,
                 remote::AdminClient& client, TextWriter& out, TextWriter& err) {
  if (line.Has("list")) return List(line, client, out);
  if (line.Has("delete-offsets")) return DeleteGroupOffsets(line, client, out, err);
  const auto groups = GroupsOf(line, client);
  if (!groups.ok()) return groups.status();
  if (line.Has("describe")) return DescribeGroups(line, *groups, client, out, err);
  if (line.Has("reset-offsets")) return ResetOffsets(context, line, *groups, client, out, err);
  DeleteGroups(line, *groups, client, out);
  return absl::OkStatus();
}

// By RE2, as brokers read them (KIP-848); ECMAScript's where rill has no node, and so no RE2.
absl::Status CheckRegex(const std::string& text) {
#if RILL_HAS_NODE
  return net::TextPattern::Parse(text).status();
#else
  return ParseRegex(text).status();
#endif
}

bool ChangesNothing(const CommandLine& line) {
  return line.Has("list") || line.Has("describe") ||
         (line.Has("reset-offsets") && !line.Has("execute"));
}

// What is not written down is not known of members in another process.
void TellLimits(const CommandContext& context, const CommandLine& line,
                const AdminSession& session) {
  const absl::Status why = session.why_files();
  if (why.ok() || !line.Has("describe")) return;
  context.err.Write(fmt::format(
      "rill consumer-groups: the process that has the folder open does not answer at its socket "
      "({}): members are those that it has written down, without those of groups by the consumer "
      "protocol\n",
      std::string(why.message())));
}

// What goes wrong while the tool is at work is told where its answer would stand, and is no failure
// of the command, as of Kafka's tool.
int TellFailed(const CommandContext& context, const CommandLine& line, const absl::Status& status) {
  TextWriter out(context.out);
  TextWriter err(context.err);
  Told(line, out, err)
      .Print("\nError: Executing consumer group command failed due to {}\n",
             std::string(status.message()));
  return 0;
}

int ValidateRegex(const CommandContext& context, const CommandLine& line) {
  const auto text = line.Value("validate-regex", "");
  if (!text.ok()) {
    return RefuseUsage(context, kConsumerGroupsTool, std::string(text.status().message()));
  }
  if (const absl::Status sound = CheckRegex(*text); sound.ok()) {
    context.out << fmt::format("The regular expression `{}` is valid.\n", *text);
  } else {
    context.out << fmt::format("The regular expression `{}` is invalid: {}.\n", *text,
                               std::string(sound.message()));
  }
  return 0;
}

}  // namespace

std::string ConsumerGroupsHelp() { return HelpOf(kConsumerGroupsTool); }

int RunConsumerGroups(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kConsumerGroupsTool, words, line)) return *done;
  const auto refuse = [&](const absl::Status& status) {
    return RefuseUsage(context, kConsumerGroupsTool, std::string(status.message()));
  };
  if (auto right = CheckGroupWords(line, context.err); !right.ok()) return refuse(right);
  if (line.Has("validate-regex")) return ValidateRegex(context, line);
  const auto timeout = GroupTimeoutOf(line);
  if (!timeout.ok()) return TellFailed(context, line, timeout.status());
  const absl::Status config = CheckCommandConfig(context, line);
  // TLS, which Kafka's tool would speak, stays a failure.
  if (!config.ok() && !absl::IsUnimplemented(config)) return TellFailed(context, line, config);
  auto session = AdminSession::Open(context, kConsumerGroupsTool, line,
                                    {.timeout = *timeout, .only_reads = ChangesNothing(line)});
  if (!session.ok()) return Fail(context, kConsumerGroupsTool, session.status());
  TellLimits(context, line, *session);
  absl::Status done;
  {
    TextWriter out(context.out);
    TextWriter err(context.err);
    done = Act(context, line, session->client(), out, err);
  }
  const bool is_usage =
      absl::IsInvalidArgument(done) && GetErrorCode(done) == ErrorCode::kUnknownServerError;
  if (!done.ok() && !is_usage) TellFailed(context, line, done);
  const absl::Status closed = session->Close();
  if (is_usage) return refuse(done);
  return closed.ok() ? 0 : Fail(context, kConsumerGroupsTool, closed);
}

}  // namespace rill::cli
