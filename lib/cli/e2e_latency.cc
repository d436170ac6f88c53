#include "cli/e2e_latency.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "cli/e2e_latency_options.h"
#include "cli/java_arguments.h"
#include "cli/java_log.h"
#include "cli/log_place.h"
#include "client/random.h"
#include "fmt/format.h"
#include "rill/engine.h"

namespace rill::cli {
namespace {

constexpr absl::Duration kPollTime = absl::Seconds(60);
constexpr int kProgressEvery = 1000;

// One record that is sent and looked for.
struct Probe {
  std::string key;
  std::string value;
  std::vector<std::string> header_texts;  // names and values by turns
  std::vector<Header> headers;
};

bool HasHeaders(const Record& record, const Probe& probe) {
  if (record.headers().size() != static_cast<int>(probe.headers.size())) return false;
  auto sent = probe.headers.begin();
  for (const Header& header : record.headers()) {
    if (header.name != sent->name || header.value != sent->value ||
        IsNull(header.value) != IsNull(sent->value)) {
      return false;
    }
    ++sent;
  }
  return true;
}

class E2eLatency {
 public:
  E2eLatency(const CommandContext& context, const E2eLatencyWords& words)
      : context_(context), words_(words) {}

  absl::Status Open(const CommandLine& line);
  absl::Status Run();
  absl::Status Close() {
    if (auto closed = consumer_->Close(); !closed.ok()) return closed;
    return engine_->Close();
  }

 private:
  absl::Status MakeTopic();
  absl::Status AssignEnds();
  absl::Status MakeClients(const LogPlace& place);
  Probe NewProbe();
  absl::Status SendAndRead(const Probe& probe);
  absl::Status Check(const Probe& probe, const Records& records) const;
  void PrintResults(std::int64_t total_ns, std::vector<std::int64_t> latencies_ms) const;

  const CommandContext& context_;
  const E2eLatencyWords& words_;
  client::Random random_;
  std::optional<Engine> engine_;
  std::optional<Producer> producer_;
  std::optional<Consumer> consumer_;
  std::optional<Topic> topic_;
};

absl::Status E2eLatency::Open(const CommandLine& line) {
  const auto place = PlaceOf(context_, line, words_.properties);
  if (!place.ok()) return place.status();
  if (auto made = MakeClients(*place); !made.ok()) return made;
  if (auto made = MakeTopic(); !made.ok()) return made;
  return AssignEnds();
}

absl::Status E2eLatency::MakeClients(const LogPlace& place) {
  const std::string none = "0";
  ClientProperties of_producer = words_.properties;
  of_producer["linger.ms"] = none;
  ClientProperties of_consumer = words_.properties;
  of_consumer["enable.auto.commit"] = "false";
  of_consumer["auto.offset.reset"] = "latest";
  if (place.kind == LogKind::kCluster) {
    of_producer["acks"] = words_.acks;
    of_consumer["fetch.max.wait.ms"] = none;
    of_consumer["group.id"] = fmt::format("test-group-{}", absl::ToUnixMillis(absl::Now()));
  } else {
    of_consumer.erase("group.id");
  }
  auto producing = ToProducerConfigs(of_producer, place.kind);
  if (!producing.ok()) return producing.status();
  auto consuming = ToConsumerConfigs(of_consumer, place.kind);
  if (!consuming.ok()) return consuming.status();
  TellPassedOver(context_, kE2eLatencyTool, producing->passed_over);
  auto engine = OpenLog(context_, kE2eLatencyTool, place, LogUse::kReadAndWrite,
                        std::move(producing->connection));
  if (!engine.ok()) return engine.status();
  engine_.emplace(*std::move(engine));
  auto producer = engine_->NewProducer(producing->options);
  if (!producer.ok()) return InPropertyNames(producer.status());
  producer_.emplace(*std::move(producer));
  auto consumer = engine_->NewConsumer(consuming->options);
  if (!consumer.ok()) return InPropertyNames(consumer.status());
  consumer_.emplace(*std::move(consumer));
  return absl::OkStatus();
}

absl::Status E2eLatency::MakeTopic() {
  auto topic = engine_->FindTopic(words_.topic);
  if (absl::IsNotFound(topic.status())) {
    context_.out << fmt::format(
        "Topic \"{}\" does not exist. Will create topic with 1 partition(s) and replication factor "
        "= 1\n",
        words_.topic);
    context_.out.flush();
    topic = engine_->CreateTopic(words_.topic, {.partitions = 1});
  }
  if (!topic.ok()) return topic.status();
  topic_.emplace(*std::move(topic));
  return absl::OkStatus();
}

absl::Status E2eLatency::AssignEnds() {
  const std::int32_t count = topic_->partition_count();
  std::vector<TopicPartition> partitions;
  partitions.reserve(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) {
    partitions.push_back({words_.topic, i});
  }
  if (auto assigned = consumer_->Assign(partitions); !assigned.ok()) return assigned;
  if (auto moved = consumer_->SeekToEnd(partitions); !moved.ok()) return moved;
  for (const TopicPartition& partition : partitions) {
    if (auto position = consumer_->Position(partition); !position.ok()) return position.status();
  }
  return absl::OkStatus();
}

Probe E2eLatency::NewProbe() {
  const auto fill = [this](std::string& text, std::int32_t size) {
    text.assign(static_cast<std::size_t>(size), static_cast<char>('A' + random_.Below(26)));
  };
  Probe probe;
  fill(probe.value, words_.record_size);
  if (words_.key_size > 0) fill(probe.key, words_.key_size);
  for (std::int32_t i = 0; i < words_.headers; ++i) {
    fill(probe.header_texts.emplace_back(), words_.header_key_size);
    fill(probe.header_texts.emplace_back(), std::max(words_.header_size, 0));
  }
  for (std::size_t i = 0; i < probe.header_texts.size(); i += 2) {
    probe.headers.push_back({probe.header_texts[i], words_.header_size < 0
                                                        ? std::string_view()
                                                        : probe.header_texts[i + 1]});
  }
  return probe;
}

absl::Status E2eLatency::SendAndRead(const Probe& probe) {
  ProducerRecord record{.value = probe.value, .headers = probe.headers};
  if (words_.key_size > 0) record.key = probe.key;
  const auto sent = producer_->Send(*topic_, record).Wait();
  if (!sent.ok()) return sent.status();
  const auto records = consumer_->Poll(kPollTime);
  if (!records.ok()) return records.status();
  return Check(probe, *records);
}

absl::Status E2eLatency::Check(const Probe& probe, const Records& records) const {
  if (records.empty()) {
    return absl::DeadlineExceededError(
        "poll() timed out before finding a result (timeout:[60000ms])");
  }
  int count = 0;
  for (const Record& record : records) {
    if (++count > 1) continue;
    if (record.value() != probe.value) {
      return absl::DataLossError(
          fmt::format("The message value read [{}] did not match the message value sent [{}]",
                      record.value(), probe.value));
    }
    if (record.key() != probe.key || IsNull(record.key()) != (words_.key_size == 0)) {
      return absl::DataLossError(
          fmt::format("The message key read [{}] did not match the message key sent [{}]",
                      record.key(), probe.key));
    }
    if (!HasHeaders(record, probe)) {
      return absl::DataLossError("The message headers read did not match those sent");
    }
  }
  if (count == 1) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("Only one result was expected during this test. We found [{}]", count));
}

void E2eLatency::PrintResults(std::int64_t total_ns, std::vector<std::int64_t> latencies_ms) const {
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto at = [&latencies_ms](double part) {
    return latencies_ms[static_cast<std::size_t>(part * static_cast<double>(latencies_ms.size()))];
  };
  const double average_ms = static_cast<double>(total_ns) / words_.records / 1e6;
  context_.out << fmt::format("Avg latency: {} ms\n", FormatJavaFixed(average_ms, 4));
  context_.out << fmt::format("Percentiles: 50th = {}, 99th = {}, 99.9th = {}\n", at(0.5), at(0.99),
                              at(0.999));
  context_.out.flush();
}

absl::Status E2eLatency::Run() {
  std::int64_t total_ns = 0;
  std::vector<std::int64_t> latencies_ms;
  for (std::int32_t i = 0; i < words_.records; ++i) {
    const Probe probe = NewProbe();
    const absl::Time begin = absl::Now();
    if (auto done = SendAndRead(probe); !done.ok()) return done;
    const std::int64_t took_ns = absl::ToInt64Nanoseconds(absl::Now() - begin);
    if (i % kProgressEvery == 0) {
      context_.out << i << '\t' << FormatJavaDouble(static_cast<double>(took_ns) / 1000 / 1000)
                   << '\n';
      context_.out.flush();
    }
    total_ns += took_ns;
    latencies_ms.push_back(took_ns / 1000 / 1000);
  }
  PrintResults(total_ns, std::move(latencies_ms));
  return absl::OkStatus();
}

}  // namespace

std::string E2eLatencyHelp() { return HelpOf(kE2eLatencyTool); }

int RunE2eLatency(const CommandContext& context, std::span<const std::string> words) {
  const auto named = WithOptions(context, words);
  if (!named.ok()) return FailPlainly(context, named.status());
  CommandLine line;
  if (const auto done = ReadToolWords(context, kE2eLatencyTool, *named, line)) return *done;
  const auto read = ReadE2eLatencyWords(context, line);
  if (absl::IsInvalidArgument(read.status())) {
    return RefuseUsage(context, kE2eLatencyTool, std::string(read.status().message()));
  }
  if (!read.ok()) return FailPlainly(context, read.status());
  E2eLatency test(context, *read);
  if (auto opened = test.Open(line); !opened.ok()) return FailPlainly(context, opened);
  const absl::Status done = test.Run();
  const absl::Status closed = test.Close();
  if (!done.ok()) return FailPlainly(context, done);
  return closed.ok() ? 0 : FailPlainly(context, closed);
}

}  // namespace rill::cli
