#include "cli/producer_perf.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "cli/java_log.h"
#include "cli/log_place.h"
#include "cli/perf_stats.h"
#include "cli/producer_perf_options.h"
#include "cli/splittable_random.h"
#include "cli/stop_signals.h"
#include "cli/throughput_throttler.h"
#include "fmt/format.h"
#include "rill/engine.h"

namespace rill::cli {
namespace {

// How soon a signal is noticed while records are waited for.
constexpr absl::Duration kLookAgain = absl::Seconds(1);

class ProducerPerf {
 public:
  ProducerPerf(const CommandContext& context, const ProducerPerfWords& words)
      : context_(context), words_(words), random_(words.seed) {}

  absl::Status Open(const CommandLine& line);
  void Run(const StopSignals& signals);
  absl::Status Close() { return engine_->Close(); }

 private:
  std::string_view Payload(std::int64_t at);
  std::string_view Key(std::int64_t at);
  void SendOne(std::string_view key, std::string_view payload, bool is_steady);
  void Note(absl::Time sent_at, std::size_t size, bool is_steady, const absl::Status& status);
  // Waits for what was sent, after a signal for a while only.
  void Finish(const StopSignals& signals);
  void PrintTotals();

  const CommandContext& context_;
  const ProducerPerfWords& words_;
  std::optional<Engine> engine_;
  std::optional<Producer> producer_;
  std::optional<Topic> topic_;
  SplittableRandom random_;
  std::string payload_;
  std::string key_;
  absl::Mutex mutex_;  // callbacks run in any thread
  std::optional<PerfStats> all_ ABSL_GUARDED_BY(mutex_);
  std::optional<PerfStats> steady_ ABSL_GUARDED_BY(mutex_);
};

absl::Status ProducerPerf::Open(const CommandLine& line) {
  const auto place = PlaceOf(context_, line, words_.properties);
  if (!place.ok()) return place.status();
  auto configs = ToProducerConfigs(words_.properties, place->kind);
  if (!configs.ok()) return configs.status();
  TellPassedOver(context_, kProducerPerfTool, configs->passed_over);
  auto engine = OpenLog(context_, kProducerPerfTool, *place, LogUse::kReadAndWrite,
                        std::move(configs->connection));
  if (!engine.ok()) return engine.status();
  engine_.emplace(*std::move(engine));
  auto topic = engine_->EnsureTopic(words_.topic);
  if (!topic.ok()) return topic.status();
  topic_.emplace(*std::move(topic));
  auto producer = engine_->NewProducer(configs->options);
  if (!producer.ok()) return InPropertyNames(producer.status());
  producer_.emplace(*std::move(producer));
  return absl::OkStatus();
}

std::string_view ProducerPerf::Payload(std::int64_t at) {
  if (!words_.payloads.empty()) {
    return words_.payloads[static_cast<std::size_t>(
        random_.Below(static_cast<std::int32_t>(words_.payloads.size())))];
  }
  if (words_.record_size == 0) {
    payload_ = fmt::format("{}", at);
    return payload_;
  }
  payload_.resize(static_cast<std::size_t>(words_.record_size));
  for (char& c : payload_) c = static_cast<char>('A' + random_.Below(26));
  return payload_;
}

std::string_view ProducerPerf::Key(std::int64_t at) {
  if (words_.keys == KeyDistribution::kNone) return {};
  key_ =
      fmt::format("{}", words_.keys == KeyDistribution::kRange ? at % words_.key_range
                                                               : random_.Below(words_.key_range));
  return key_;
}

void ProducerPerf::SendOne(std::string_view key, std::string_view payload, bool is_steady) {
  const absl::Time sent_at = absl::Now();
  producer_->Send(*topic_, {.key = key, .value = payload},
                  [this, sent_at, size = payload.size(),
                   is_steady](const absl::StatusOr<RecordMetadata>& sent) {
                    Note(sent_at, size, is_steady, sent.status());
                  });
}

void ProducerPerf::Note(absl::Time sent_at, std::size_t size, bool is_steady,
                        const absl::Status& status) {
  if (!status.ok()) return context_.err.Write(fmt::format("{}\n", AsSendException(status)));
  const absl::Time now = absl::Now();
  const std::int64_t latency_ms = absl::ToUnixMillis(now) - absl::ToUnixMillis(sent_at);
  absl::MutexLock lock(&mutex_);
  all_->Record(latency_ms, size, now);
  if (is_steady) steady_->Record(latency_ms, size, now);
}

void ProducerPerf::Run(const StopSignals& signals) {
  const absl::Time begin = absl::Now();
  if (words_.warmup_records > 0) {
    context_.out << fmt::format(
        "Warmup first {} records. Steady state results will print after the complete test "
        "summary.\n",
        words_.warmup_records);
  }
  {
    absl::MutexLock lock(&mutex_);
    all_.emplace(context_.out, words_.records, words_.reporting_interval, false, begin);
  }
  ThroughputThrottler throttler(words_.throughput, begin);
  for (std::int64_t i = 0; i < words_.records && !signals.has_come(); ++i) {
    const std::string_view payload = Payload(i);  // first: what is by chance comes in turn
    const std::string_view key = Key(i);
    if (words_.warmup_records > 0 && i == words_.warmup_records) {
      absl::MutexLock lock(&mutex_);
      steady_.emplace(context_.out, words_.records - words_.warmup_records,
                      words_.reporting_interval, true, absl::Now());
      all_->Suppress();
    }
    SendOne(key, payload, words_.warmup_records > 0 && i >= words_.warmup_records);
    throttler.Throttle(i, absl::Now(), signals);
  }
  Finish(signals);
  PrintTotals();
}

// Records that are not taken have been told.
void ProducerPerf::Finish(const StopSignals& signals) {
  while (!signals.has_come() && absl::IsDeadlineExceeded(producer_->Flush(kLookAgain))) {
  }
  producer_->Close(signals.has_come() ? kLastTry : absl::InfiniteDuration()).IgnoreError();
}

void ProducerPerf::PrintTotals() {
  absl::MutexLock lock(&mutex_);
  all_->PrintTotal(absl::Now());
  if (steady_) steady_->PrintTotal(absl::Now());
  if (!words_.print_metrics) return;
  context_.err.Write(
      "rill producer-perf-test: --print-metrics prints metrics of Java's producer, which rill's "
      "does not have\n");
}

int Refuse(const CommandContext& context, const absl::Status& status) {
  const bool is_of_words = absl::IsInvalidArgument(status) || absl::IsUnimplemented(status);
  if (!is_of_words) return FailPlainly(context, status);
  context.err.Write(
      fmt::format("usage: kafka-producer-perf-test --help tells what there is\n"
                  "kafka-producer-perf-test: error: {}\n",
                  std::string(status.message())));
  return 1;
}

}  // namespace

std::string ProducerPerfHelp() { return HelpOf(kProducerPerfTool); }

int RunProducerPerf(const CommandContext& context, std::span<const std::string> words) {
  const auto line = CommandLine::Parse(kProducerPerfTool.options, words, Shortening::kToPrefix);
  if (!line.ok()) return Refuse(context, line.status());
  if (words.empty() || line->Has("help") || line->Has("h")) {
    context.out << kProducerPerfTool.help;
    return 0;
  }
  const auto read = ReadProducerPerfWords(context, *line);
  context.out.flush();
  if (!read.ok()) return Refuse(context, read.status());
  ProducerPerf perf(context, *read);
  if (auto opened = perf.Open(*line); !opened.ok()) {
    context.err.Write(fmt::format("{}\n", AsJavaException(opened)));
    return 1;
  }
  const StopSignals signals;
  perf.Run(signals);
  if (auto closed = perf.Close(); !closed.ok()) return Fail(context, kProducerPerfTool, closed);
  return signals.has_come() ? signals.exit_code() : 0;
}

}  // namespace rill::cli
