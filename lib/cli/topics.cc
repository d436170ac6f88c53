#include "cli/topics.h"

#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/json_lines.h"
#include "cli/topics_describe.h"
#include "cli/topics_options.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr char kCollision[] =
    "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') "
    "could collide. To avoid issues it is best to use either, but not both.\n";

absl::Status Create(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  const auto topic = NewTopicOf(line);
  if (!topic.ok()) return topic.status();
  if (topic->name.find_first_of("._") != std::string::npos) out.Print("{}", kCollision);
  const absl::Status created = remote::CreateTopic(client, *topic);
  if (absl::IsAlreadyExists(created) && line.Has("if-not-exists")) return absl::OkStatus();
  if (created.ok()) out.Print("Created topic {}.\n", topic->name);
  return created;
}

absl::Status List(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  const auto names = TopicNames(line, client, true);
  if (!names.ok()) return names.status();
  if (!line.Has("json")) {
    out.Print("{}\n", fmt::join(*names, "\n"));
    return absl::OkStatus();
  }
  for (const std::string& name : *names) PrintJson({{"topic", name}}, out);
  return absl::OkStatus();
}

absl::Status Alter(const CommandLine& line, remote::AdminClient& client) {
  const auto partitions = IntegerOf(line, "partitions");
  if (!partitions.ok()) return partitions.status();
  const auto assignment = AssignmentOf(line);
  if (!assignment.ok()) return assignment.status();
  const auto names = TopicNames(line, client, line.Has("if-exists"));
  if (!names.ok() || names->empty()) return names.status();
  const auto topics = remote::DescribeTopics(client, *names);
  if (!topics.ok()) return topics.status();
  std::vector<wire::CreatePartitionsRequest::Topic> wanted;
  for (const auto& topic : *topics) {
    auto& one = wanted.emplace_back();
    one.name = topic.name;
    one.count = partitions->value_or(0);
    one.assignments = std::nullopt;
    if (assignment->empty()) continue;
    one.assignments.emplace();
    // The partitions that are there keep their brokers.
    for (std::size_t i = topic.partitions.size(); i < assignment->size(); ++i) {
      one.assignments->push_back({(*assignment)[i]});
    }
  }
  return remote::CreatePartitions(client, wanted);
}

absl::Status Delete(const CommandLine& line, remote::AdminClient& client) {
  const auto names = TopicNames(line, client, line.Has("if-exists"));
  return names.ok() ? remote::DeleteTopics(client, *names) : names.status();
}

absl::Status Act(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  if (line.Has("create")) return Create(line, client, out);
  if (line.Has("alter")) return Alter(line, client);
  if (line.Has("list")) return List(line, client, out);
  if (line.Has("describe")) return DescribeTopics(line, client, out);
  return Delete(line, client);
}

void WarnOfDeleteConfig(const CommandLine& line, TextWriter& err) {
  if (!line.Has("delete-config")) return;
  err.Print(
      "delete-config option is no longer supported and deprecated since version 4.0. The config "
      "will be fully removed in future releases.\n");
  err.Flush();
}

void WarnOfTwoNames(const CommandLine& line, TextWriter& out, TextWriter& err) {
  if (!line.Has("describe") || !line.Has("if-exists")) return;
  if (!line.Has("topic") || !line.Has("topic-id")) return;
  Told(line, out, err)
      .Print(
          "Only topic id will be used when both --topic and --topic-id are specified and topicId "
          "is not Uuid.ZERO_UUID\n");
}

}  // namespace

std::string TopicsHelp() { return HelpOf(kTopicsTool); }

int RunTopics(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kTopicsTool, words, line)) return *done;
  TextWriter out(context.out);
  TextWriter err(context.err);
  absl::Status right = CheckTopicsAction(line);
  if (right.ok()) {
    WarnOfDeleteConfig(line, err);
    right = CheckTopicsWords(line);
  }
  if (!right.ok()) return RefuseUsage(context, kTopicsTool, std::string(right.message()));
  WarnOfTwoNames(line, out, err);
  auto session = AdminSession::Open(context, kTopicsTool, line,
                                    {.only_reads = line.Has("list") || line.Has("describe")});
  if (!session.ok()) return Fail(context, kTopicsTool, session.status());
  const absl::Status done = Act(line, session->client(), out);
  if (!done.ok()) {
    Told(line, out, err)
        .Print("Error while executing topic command : {}\n", std::string(done.message()));
  }
  const absl::Status closed = session->Close();
  if (!closed.ok()) return Fail(context, kTopicsTool, closed);
  return done.ok() ? 0 : 1;
}

}  // namespace rill::cli
