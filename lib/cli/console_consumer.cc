#include "cli/console_consumer.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "cli/console_consumer_options.h"
#include "cli/java_log.h"
#include "cli/name_pattern.h"
#include "cli/stop_signals.h"
#include "cli/tool_consumer.h"
#include "cli/topic_follower.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "rill/engine.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr char kClass[] = "org.apache.kafka.tools.consumer.ConsoleConsumer";
constexpr char kTerminating[] = "Error processing message, terminating consumer process: ";
constexpr std::size_t kFlushSize = std::size_t{64} << 10;
// How soon new topics and partitions of a folder are seen.
constexpr absl::Duration kLookAgain = absl::Seconds(1);
// More than Kafka's consumers take, for larger writes.
constexpr std::int64_t kPollRecords = 10000;

class ConsoleConsumer {
 public:
  ConsoleConsumer(const CommandContext& context, ConsoleConsumerWords& words)
      : context_(context), words_(words) {}

  // Opens the log and takes up what is to be read.
  absl::Status Open(const CommandLine& line);
  // Reads and prints until the end; an error is a record that cannot be printed.
  absl::Status Run(const StopSignals& signals);
  // Gives back what was read and not printed, and leaves.
  void Close();
  void Wakeup() { consumer_->Wakeup(); }

  std::int64_t count() const { return count_; }

 private:
  void Adjust(ConsumerConfigs& configs);
  absl::Status Begin(const LogPlace& place);
  // To where auto.offset.reset=by_duration says, in those where the group has no offset.
  void GoToTime(const std::vector<TopicPartition>& partitions);
  void TellWaiting(const LogPlace& place) const;
  // Nothing where the time for a record is over, or the end was asked for.
  absl::StatusOr<std::optional<Records>> Receive(const StopSignals& signals);
  absl::StatusOr<Records> Poll(const StopSignals& signals, absl::Duration timeout);
  absl::Status Print(const Records& records);
  absl::Status PrintOne(const Record& record);
  // Before the record is put into the text: what is gone back to where nobody takes that.
  void NoteUnwritten(const Record& record);
  // Tells the formatter what it has to know of a topic that is new.
  void NoteTopic(const std::string& topic);
  bool IsFull() const { return words_.max_messages != -1 && count_ >= words_.max_messages; }
  // Writes what is printed, as long as somebody takes it.
  void Flush();
  // What the text had is not printed after all.
  void TakeBack();
  void Tell(const std::string& what, const std::string& exception);

  const CommandContext& context_;
  ConsoleConsumerWords& words_;
  std::optional<Engine> engine_;
  std::optional<Consumer> consumer_;
  std::optional<absl::Time> reset_to_;
  std::optional<TopicFollower> follower_;          // of a folder, without a group
  std::map<TopicPartition, std::int64_t> unread_;  // the first record of each that was not printed
  std::set<std::string> topics_;                   // that the formatter knows
  std::string text_;
  std::map<TopicPartition, std::int64_t> unwritten_;  // the first record of each in the text
  TopicPartition last_noted_;                         // of these
  std::int64_t count_ = 0;                            // of records, with those in the text
  std::int64_t written_ = 0;                          // of records, without these
  bool is_out_closed_ = false;
};

absl::Status ConsoleConsumer::Open(const CommandLine& line) {
  // Nobody will ever make it.
  if (!words_.topic.empty()) {
    if (auto may_be = engine::CheckTopicName(words_.topic); !may_be.ok()) return may_be;
  }
  auto opened =
      OpenToolConsumer(context_, kConsoleConsumerTool, line, words_.properties, words_.has_group,
                       [this](LogKind /*kind*/, ConsumerConfigs& configs) { Adjust(configs); });
  if (!opened.ok()) return opened.status();
  engine_.emplace(std::move(opened->engine));
  consumer_.emplace(std::move(opened->consumer));
  return Begin(opened->place);
}

void ConsoleConsumer::Adjust(ConsumerConfigs& configs) {
  if (!words_.properties.contains("max.poll.records")) {
    configs.options.max_poll_records = kPollRecords;
  }
  if (!configs.reset_by) return;
  reset_to_ = absl::Now() - *configs.reset_by;
  configs.options.rebalance_listener.on_assigned = [this](const auto& partitions) {
    GoToTime(partitions);
  };
}

absl::Status ConsoleConsumer::Begin(const LogPlace& place) {
  if (words_.partition) {
    const TopicPartition partition = {words_.topic, *words_.partition};
    if (auto assigned = consumer_->Assign({partition}); !assigned.ok()) return assigned;
    if (words_.offset == kFromEarliest) return consumer_->SeekToBeginning({partition});
    if (words_.offset == kFromLatest) return consumer_->SeekToEnd({partition});
    return consumer_->Seek(partition, words_.offset);
  }
  if (place.kind == LogKind::kCluster && !words_.topic.empty() &&
      absl::IsNotFound(engine_->FindTopic(words_.topic).status())) {
    TellWaiting(place);
  }
  if (place.kind == LogKind::kCluster || words_.has_group) {
    return words_.topic.empty() ? consumer_->SubscribePattern(words_.include)
                                : consumer_->Subscribe({words_.topic});
  }
  if (words_.topic.empty()) {
    auto pattern = ParseRegex(words_.include);
    if (!pattern.ok()) return pattern.status();
    follower_.emplace(*engine_, *std::move(pattern));
  } else {
    follower_.emplace(*engine_, words_.topic);
  }
  if (auto updated = follower_->Update(*consumer_); !updated.ok()) return updated;
  if (!follower_->has_partitions()) {
    TellWaiting(place);
  } else if (reset_to_) {
    return consumer_->SeekToTime(*reset_to_);
  }
  return absl::OkStatus();
}

void ConsoleConsumer::GoToTime(const std::vector<TopicPartition>& partitions) {
  std::vector<TopicPartition> without;
  for (const TopicPartition& one : partitions) {
    const absl::Status committed = consumer_->Committed(one).status();
    if (absl::IsNotFound(committed)) {
      without.push_back(one);
    } else if (!committed.ok()) {
      Tell("Failed to ask where the group is: ", AsJavaException(committed));
    }
  }
  if (without.empty()) return;
  const absl::Status moved = consumer_->SeekToTime(*reset_to_, without);
  if (!moved.ok()) Tell("Failed to go to where auto.offset.reset says: ", AsJavaException(moved));
}

void ConsoleConsumer::TellWaiting(const LogPlace& place) const {
  const std::string topic = words_.topic.empty()
                                ? fmt::format("topic that matches {}", words_.include)
                                : fmt::format("topic {}", words_.topic);
  context_.err.Write(fmt::format("rill {}: {} has no {} yet; waiting for one\n",
                                 kConsoleConsumerTool.name, place.where, topic));
}

absl::StatusOr<Records> ConsoleConsumer::Poll(const StopSignals& signals, absl::Duration timeout) {
  if (!follower_) return consumer_->Poll(timeout);
  const absl::Duration slice = std::min(timeout, kLookAgain);
  if (!follower_->has_partitions()) {
    signals.AwaitFor(slice);
    if (auto updated = follower_->Update(*consumer_); !updated.ok()) return updated;
    return Records();
  }
  auto records = consumer_->Poll(slice);
  const bool is_gone = absl::IsNotFound(records.status());
  if (!is_gone && (!records.ok() || !records->empty())) return records;
  if (auto updated = follower_->Update(*consumer_); !updated.ok()) return updated;
  return is_gone ? absl::StatusOr<Records>(Records()) : std::move(records);
}

absl::StatusOr<std::optional<Records>> ConsoleConsumer::Receive(const StopSignals& signals) {
  const absl::Time until = absl::Now() + words_.timeout;
  do {
    auto records = Poll(signals, std::max(until - absl::Now(), absl::ZeroDuration()));
    if (signals.has_come() && absl::IsCancelled(records.status())) break;
    if (!records.ok()) return records.status();
    if (!records->empty()) return std::optional<Records>(*std::move(records));
  } while (absl::Now() < until && !signals.has_come());
  return std::optional<Records>();
}

absl::Status ConsoleConsumer::Run(const StopSignals& signals) {
  while (!IsFull() && !is_out_closed_) {
    const auto received = Receive(signals);
    if (!received.ok()) {
      Tell(kTerminating, AsJavaException(received.status()));
      break;
    }
    if (!*received) {
      if (signals.has_come()) break;
      Tell(kTerminating, "org.apache.kafka.common.errors.TimeoutException");
      break;
    }
    const Records& records = **received;
    const absl::Status printed = Print(records);
    Flush();
    if (!printed.ok()) return printed;
    if (auto sound = records.Check(); !sound.ok()) {
      Tell(kTerminating, AsJavaException(sound));
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status ConsoleConsumer::Print(const Records& records) {
  absl::Status failed;
  for (const auto& range : records.ranges()) NoteTopic(range.partition().topic);
  for (const Record& record : records) {
    if (IsFull() || is_out_closed_ || !failed.ok()) {
      unread_.try_emplace({record.topic(), record.partition()}, record.offset());
      continue;
    }
    ++count_;
    NoteUnwritten(record);
    failed = PrintOne(record);
    if (text_.size() >= kFlushSize) Flush();
  }
  return failed;
}

void ConsoleConsumer::NoteTopic(const std::string& topic) {
  if (!words_.formatter->shows_timestamps() || !topics_.insert(topic).second) return;
  const auto described = engine_->DescribeTopic(topic);
  if (!described.ok()) return;  // it is gone
  const auto type = described->configs.find("message.timestamp.type");
  if (type == described->configs.end() || type->second.value != "LogAppendTime") return;
  words_.formatter->NoteLogAppendTime(topic);
}

absl::Status ConsoleConsumer::PrintOne(const Record& record) {
  const absl::Status printed = words_.formatter->Append(record, text_);
  if (printed.ok() || !words_.skip_message_on_error) return printed;
  Flush();
  Tell("Error processing message, skipping this message: ",
       "org.apache.kafka.common.errors.SerializationException: " + std::string(printed.message()));
  return absl::OkStatus();
}

// Most records are of the partition of the one before, and need no look-up.
void ConsoleConsumer::NoteUnwritten(const Record& record) {
  const bool is_noted = !unwritten_.empty() && record.partition() == last_noted_.partition &&
                        record.topic() == last_noted_.topic;
  if (is_noted) return;
  last_noted_ = {record.topic(), record.partition()};
  unwritten_.try_emplace(last_noted_, record.offset());
}

void ConsoleConsumer::Flush() {
  if (is_out_closed_) return;
  context_.out.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  context_.out.flush();
  text_.clear();
  if (!context_.out.good()) return TakeBack();
  unwritten_.clear();
  written_ = count_;
}

void ConsoleConsumer::TakeBack() {
  is_out_closed_ = true;
  // They stand before what was not printed at all.
  for (const auto& [partition, offset] : unwritten_) unread_[partition] = offset;
  count_ = written_;
  context_.err.Write("Unable to write to standard out, closing consumer.\n");
}

void ConsoleConsumer::Tell(const std::string& what, const std::string& exception) {
  context_.err.Write(fmt::format("{}{}\n", JavaLogLine("ERROR", what, kClass), exception));
}

void ConsoleConsumer::Close() {
  if (!consumer_) return;
  // So that no offset is committed of what nobody saw.
  for (const auto& [partition, offset] : unread_) {
    const absl::Status moved = consumer_->Seek(partition, offset);
    if (!moved.ok()) Tell("Failed to go back to what was not printed: ", AsJavaException(moved));
  }
  absl::Status closed = consumer_->Close();
  if (closed.ok()) closed = engine_->Close();
  if (!closed.ok()) Tell("Failed to close the consumer: ", AsJavaException(closed));
}

int TellError(const CommandContext& context, const std::string& exception) {
  context.err.Write(fmt::format(
      "{}{}\n", JavaLogLine("ERROR", "Unknown error when running consumer: ", kClass), exception));
  return 1;
}

}  // namespace

std::string ConsoleConsumerHelp() { return HelpOf(kConsoleConsumerTool); }

int RunConsoleConsumer(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kConsoleConsumerTool, words, line)) return *done;
  auto read = ReadConsoleConsumerWords(context, line);
  context.out.flush();
  if (absl::IsInvalidArgument(read.status())) {
    return RefuseUsage(context, kConsoleConsumerTool, std::string(read.status().message()));
  }
  if (!read.ok()) return FailPlainly(context, read.status());
  ConsoleConsumer consumer(context, *read);
  if (auto opened = consumer.Open(line); !opened.ok()) {
    return TellError(context, AsJavaException(opened));
  }
  int exit_code = 0;
  {
    const StopSignals signals([&consumer](int) { consumer.Wakeup(); });
    const absl::Status done = consumer.Run(signals);
    consumer.Close();
    context.err.Write(fmt::format("Processed a total of {} messages\n", consumer.count()));
    if (!done.ok()) {
      exit_code = TellError(context, "org.apache.kafka.common.errors.SerializationException: " +
                                         std::string(done.message()));
    } else if (signals.has_come()) {
      exit_code = signals.exit_code();
    }
  }
  if (read->enable_systest_events) {
    context.out << "shutdown_complete\n";
    context.out.flush();
  }
  return exit_code;
}

}  // namespace rill::cli
