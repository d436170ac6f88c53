#include "cli/consumer_perf.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "cli/consumer_perf_options.h"
#include "cli/java_arguments.h"
#include "cli/java_log.h"
#include "cli/name_pattern.h"
#include "cli/stop_signals.h"
#include "cli/tool_consumer.h"
#include "cli/topic_follower.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "rill/engine.h"

namespace rill::cli {
namespace {

constexpr double kMegabyte = 1024.0 * 1024.0;
constexpr absl::Duration kPollTime = absl::Milliseconds(100);

// What was read up to a moment.
struct Read {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

std::int64_t MillisecondsBetween(absl::Time from, absl::Time to) {
  return absl::ToUnixMillis(to) - absl::ToUnixMillis(from);
}

std::string Fixed(double value) { return FormatJavaFixed(value, 4); }

class ConsumerPerf {
 public:
  ConsumerPerf(const CommandContext& context, const ConsumerPerfWords& words)
      : context_(context), words_(words) {}

  absl::Status Open(const CommandLine& line);
  absl::Status Run(const StopSignals& signals);
  absl::Status Close() {
    const absl::Status closed = consumer_->Close();
    return closed.ok() ? engine_->Close() : closed;
  }

 private:
  void Adjust(LogKind kind, ConsumerConfigs& configs);
  absl::Status Begin();
  absl::Status ReadAll(const StopSignals& signals);
  void ReportProgress(absl::Time now);
  void PrintSummary(absl::Time begin, absl::Time end) const;

  const CommandContext& context_;
  const ConsumerPerfWords& words_;
  bool is_alone_ = false;
  std::optional<Engine> engine_;
  std::optional<Consumer> consumer_;
  absl::Time join_began_;
  std::int64_t join_ms_ = 0;          // in all
  std::int64_t join_ms_of_line_ = 0;  // since the last line of progress
  Read all_;
  Read told_;  // up to the last line of progress
  absl::Time told_at_;
};

absl::Status ConsumerPerf::Open(const CommandLine& line) {
  // Nobody will ever make it.
  if (!words_.topic.empty() && !engine::CheckTopicName(words_.topic).ok()) {
    return absl::InvalidArgumentError(fmt::format("Invalid topics: [{}]", words_.topic));
  }
  auto opened =
      OpenToolConsumer(context_, kConsumerPerfTool, line, words_.properties, words_.has_group,
                       [this](LogKind kind, ConsumerConfigs& configs) { Adjust(kind, configs); });
  if (!opened.ok()) return opened.status();
  is_alone_ = opened->is_alone;
  engine_.emplace(std::move(opened->engine));
  consumer_.emplace(std::move(opened->consumer));
  return absl::OkStatus();
}

void ConsumerPerf::Adjust(LogKind kind, ConsumerConfigs& configs) {
  // Up to librdkafka 2.1 a queue that is full is looked at again a second later: with 100,000
  // records, its default, this would measure that second.
  if (kind == LogKind::kCluster) configs.options.configs["queued.min.messages"] = "1000000";
  configs.options.rebalance_listener.on_revoked = [this](const auto&) {
    join_began_ = absl::Now();
  };
  configs.options.rebalance_listener.on_assigned = [this](const auto&) {
    const std::int64_t took = MillisecondsBetween(join_began_, absl::Now());
    join_ms_ += took;
    join_ms_of_line_ += took;
  };
}

absl::Status ConsumerPerf::Begin() {
  if (!is_alone_) {
    return words_.topic.empty() ? consumer_->SubscribePattern(words_.include)
                                : consumer_->Subscribe({words_.topic});
  }
  std::optional<TopicFollower> follower;
  if (words_.topic.empty()) {
    auto pattern = ParseRegex(words_.include);
    if (!pattern.ok()) return pattern.status();
    follower.emplace(*engine_, *std::move(pattern));
  } else {
    follower.emplace(*engine_, words_.topic);
  }
  if (auto updated = follower->Update(*consumer_); !updated.ok()) return updated;
  if (follower->has_partitions()) return absl::OkStatus();
  return absl::NotFoundError("the folder has no such topic");
}

absl::Status ConsumerPerf::ReadAll(const StopSignals& signals) {
  absl::Time now = absl::Now();
  absl::Time last_record = now;
  told_at_ = now;
  while (all_.records < words_.records && now - last_record <= words_.timeout &&
         !signals.has_come()) {
    const auto records = consumer_->Poll(kPollTime);
    if (!records.ok()) return records.status();
    now = absl::Now();
    if (!records->empty()) last_record = now;
    for (const Record& record : *records) {
      ++all_.records;
      all_.bytes += static_cast<std::int64_t>(record.key().size() + record.value().size());
      if (now - told_at_ >= words_.reporting_interval) ReportProgress(now);
    }
    if (auto sound = records->Check(); !sound.ok()) return sound;
  }
  if (all_.records < words_.records && !signals.has_come()) {
    context_.out << fmt::format(
        "WARNING: Exiting before consuming the expected number of records: timeout ({} ms) "
        "exceeded. You can use the --timeout option to increase the timeout.\n",
        absl::ToInt64Milliseconds(words_.timeout));
  }
  return absl::OkStatus();
}

void ConsumerPerf::ReportProgress(absl::Time now) {
  if (words_.show_detailed_stats) {
    const auto took_ms = static_cast<double>(MillisecondsBetween(told_at_, now));
    const double fetch_ms = took_ms - static_cast<double>(join_ms_of_line_);
    const double megabytes = static_cast<double>(all_.bytes - told_.bytes) / kMegabyte;
    const auto records = static_cast<double>(all_.records - told_.records);
    const auto each_second = [](double amount, double ms) {
      return Fixed(ms <= 0 ? 0 : 1000 * amount / ms);
    };
    context_.out << fmt::format(
        "{}, 0, {}, {}, {}, {}, {}, {:.0f}, {}, {}\n", words_.date_format.Format(now),
        Fixed(static_cast<double>(all_.bytes) / kMegabyte), Fixed(1000 * megabytes / took_ms),
        all_.records, Fixed(1000 * records / took_ms), join_ms_of_line_, fetch_ms,
        each_second(megabytes, fetch_ms), each_second(records, fetch_ms));
    context_.out.flush();
  }
  join_ms_of_line_ = 0;
  told_at_ = now;
  told_ = all_;
}

void ConsumerPerf::PrintSummary(absl::Time begin, absl::Time end) const {
  if (words_.show_detailed_stats) return;
  const std::int64_t took_ms = MillisecondsBetween(begin, end);
  const std::int64_t fetch_ms = took_ms - join_ms_;
  const double megabytes = static_cast<double>(all_.bytes) / kMegabyte;
  const auto records = static_cast<double>(all_.records);
  const double seconds = static_cast<double>(took_ms) / 1000;
  const double fetch_seconds = static_cast<double>(fetch_ms) / 1000;
  context_.out << fmt::format("{}, {}, {}, {}, {}, {}, {}, {}, {}, {}\n",
                              words_.date_format.Format(begin), words_.date_format.Format(end),
                              Fixed(megabytes), Fixed(megabytes / seconds), all_.records,
                              Fixed(records / seconds), join_ms_, fetch_ms,
                              Fixed(megabytes / fetch_seconds), Fixed(records / fetch_seconds));
}

absl::Status ConsumerPerf::Run(const StopSignals& signals) {
  const absl::Time begin = absl::Now();
  join_began_ = begin;
  if (auto begun = Begin(); !begun.ok()) return begun;
  if (auto read = ReadAll(signals); !read.ok()) return read;
  PrintSummary(begin, absl::Now());
  context_.out.flush();
  if (words_.print_metrics) {
    context_.err.Write(
        "rill consumer-perf-test: --print-metrics prints metrics of Java's consumer, which rill's "
        "does not have\n");
  }
  return absl::OkStatus();
}

void PrintHeader(const CommandContext& context, const CommandLine& line) {
  if (!line.Has("hide-header")) {
    context.out << (line.Has("show-detailed-stats") ? "time, threadId" : "start.time, end.time")
                << ", data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, "
                   "rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n";
  }
  context.out.flush();
}

}  // namespace

std::string ConsumerPerfHelp() { return HelpOf(kConsumerPerfTool); }

int RunConsumerPerf(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kConsumerPerfTool, words, line)) return *done;
  if (auto right = CheckConsumerPerfWords(context, line); !right.ok()) {
    return RefuseUsage(context, kConsumerPerfTool, std::string(right.message()));
  }
  PrintHeader(context, line);
  const auto read = ReadConsumerPerfWords(context, line);
  if (!read.ok()) return FailPlainly(context, read.status());
  ConsumerPerf perf(context, *read);
  if (auto opened = perf.Open(line); !opened.ok()) return FailPlainly(context, opened);
  const StopSignals signals;
  const absl::Status done = perf.Run(signals);
  const absl::Status closed = perf.Close();
  if (!done.ok()) return FailPlainly(context, done);
  if (!closed.ok()) return FailPlainly(context, closed);
  return signals.has_come() ? signals.exit_code() : 0;
}

}  // namespace rill::cli
