#include "cli/console_producer.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "cli/console_producer_options.h"
#include "cli/java_log.h"
#include "cli/line_input.h"
#include "cli/line_reader.h"
#include "cli/log_place.h"
#include "cli/stop_signals.h"
#include "fmt/format.h"
#include "rill/engine.h"

namespace rill::cli {
namespace {

constexpr char kCallbackClass[] =
    "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback";

class ConsoleProducer {
 public:
  explicit ConsoleProducer(const CommandContext& context) : context_(context) {}

  absl::Status Open(const CommandLine& line);
  // Sends lines until there are no more, or a signal comes.
  absl::Status Run(const StopSignals& signals);
  absl::Status Close(absl::Duration timeout = absl::InfiniteDuration());

 private:
  absl::Status Send(const ProducerRecord& record);
  void TellFailure(std::size_t key_size, bool has_key, std::size_t value_size, bool has_value,
                   const absl::Status& why);

  const CommandContext& context_;
  ConsoleProducerWords words_;
  std::optional<LineReader> reader_;
  std::optional<Engine> engine_;
  std::optional<Producer> producer_;
  std::optional<Topic> topic_;
};

absl::Status ConsoleProducer::Open(const CommandLine& line) {
  const auto place = PlaceOf(context_, line);
  if (!place.ok()) return place.status();
  auto words = ReadConsoleProducerWords(context_, line, place->kind);
  context_.out.flush();
  if (!words.ok()) return words.status();
  words_ = *std::move(words);
  auto reader = LineReader::New(words_.reader);
  if (!reader.ok()) return reader.status();
  reader_.emplace(*std::move(reader));
  auto configs = ToProducerConfigs(words_.properties, place->kind);
  if (!configs.ok()) return configs.status();
  TellPassedOver(context_, kConsoleProducerTool, configs->passed_over);
  auto engine = OpenLog(context_, kConsoleProducerTool, *place, LogUse::kReadAndWrite,
                        std::move(configs->connection));
  if (!engine.ok()) return engine.status();
  engine_.emplace(*std::move(engine));
  auto producer = engine_->NewProducer(configs->options);
  if (!producer.ok()) return InPropertyNames(producer.status());
  producer_.emplace(*std::move(producer));
  return absl::OkStatus();
}

absl::Status ConsoleProducer::Run(const StopSignals& signals) {
  LineInput input(context_.in);
  std::string line;
  for (;;) {
    if (context_.is_interactive) {
      context_.out << '>';
      context_.out.flush();
    }
    // After a signal the producer takes no more.
    if (!input.Next(line) || signals.has_come()) return input.status();
    const auto record = reader_->Parse(line);
    if (!record.ok()) return record.status();
    if (auto sent = Send(*record); !sent.ok()) return sent;
  }
}

absl::Status ConsoleProducer::Send(const ProducerRecord& record) {
  if (!topic_) {
    // A broker makes a topic that it is asked for, unless it is told not to.
    auto topic = engine_->EnsureTopic(words_.topic);
    if (!topic.ok() && words_.sync) return topic.status();
    if (!topic.ok()) {
      TellFailure(record.key.size(), !IsNull(record.key), record.value.size(),
                  !IsNull(record.value), topic.status());
      return absl::OkStatus();
    }
    topic_.emplace(*std::move(topic));
  }
  if (words_.sync) return producer_->Send(*topic_, record).Wait().status();
  producer_->Send(*topic_, record,
                  [this, key_size = record.key.size(), has_key = !IsNull(record.key),
                   value_size = record.value.size(),
                   has_value = !IsNull(record.value)](const absl::StatusOr<RecordMetadata>& sent) {
                    if (sent.ok()) return;
                    TellFailure(key_size, has_key, value_size, has_value, sent.status());
                  });
  return absl::OkStatus();
}

void ConsoleProducer::TellFailure(std::size_t key_size, bool has_key, std::size_t value_size,
                                  bool has_value, const absl::Status& why) {
  const auto size_of = [](std::size_t size, bool is_there) {
    return is_there ? fmt::format("{} bytes", size) : "null";
  };
  const std::string line = JavaLogLine(
      "ERROR",
      fmt::format("Error when sending message to topic {} with key: {}, value: {} with error:",
                  words_.topic, size_of(key_size, has_key), size_of(value_size, has_value)),
      kCallbackClass);
  context_.err.Write(fmt::format("{}{}\n", line, AsSendException(why)));
}

absl::Status ConsoleProducer::Close(absl::Duration timeout) {
  // What it says of records that were not taken has been told.
  if (producer_) producer_->Close(timeout).IgnoreError();
  return engine_ ? engine_->Close() : absl::OkStatus();
}

int TellError(const CommandContext& context, const absl::Status& status) {
  context.err.Write(fmt::format("{}\n", AsSendException(status)));
  return 1;
}

}  // namespace

std::string ConsoleProducerHelp() { return HelpOf(kConsoleProducerTool); }

int RunConsoleProducer(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kConsoleProducerTool, words, line)) return *done;
  if (auto right = CheckConsoleProducerWords(line); !right.ok()) {
    return RefuseUsage(context, kConsoleProducerTool, std::string(right.message()));
  }
  ConsoleProducer producer(context);
  if (auto opened = producer.Open(line); !opened.ok()) return TellError(context, opened);
  absl::Status done;
  absl::Status closed;
  {
    // The process waits for a line, which nothing interrupts.
    const StopSignals signals([&producer](int signal) {
      producer.Close(kLastTry).IgnoreError();
      std::_Exit(StopSignals::ExitCodeOf(signal));
    });
    done = producer.Run(signals);
    // Otherwise the process ends in the signal's thread, which this scope waits for.
    if (!signals.has_come()) closed = producer.Close();
  }
  if (!done.ok()) return TellError(context, done);
  return closed.ok() ? 0 : TellError(context, closed);
}

}  // namespace rill::cli
