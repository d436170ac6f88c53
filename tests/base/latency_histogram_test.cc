#include "rill/latency_histogram.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include "base/latency_recorder.h"
#include "catch.h"

namespace rill::base {
namespace {

LatencyHistogram HistogramOf(const std::vector<std::int64_t>& nanos) {
  LatencyRecorder recorder;
  for (const std::int64_t each : nanos) recorder.Record(each);
  return recorder.Snapshot();
}

// Powers of two and their neighbours, and numbers in between, up to 18 minutes.
std::vector<std::int64_t> Latencies() {
  const char* const given = std::getenv("RILL_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  std::cout << "RILL_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> latencies;
  for (int power = 0; power < 40; ++power) {
    const std::int64_t at = std::int64_t{1} << power;
    latencies.insert(latencies.end(), {at, at + 1, 2 * at - 1, 2 * at});
    for (int i = 0; i < 50; ++i) {
      latencies.push_back(at +
                          static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(at)));
    }
  }
  return latencies;
}

TEST_CASE("A quantile is what was measured, or at most an eighth more") {
  for (const std::int64_t nanos : Latencies()) {
    INFO(nanos);
    const auto histogram = HistogramOf({nanos});
    for (const double fraction : {0.0, 0.5, 1.0}) {
      const std::int64_t shown = absl::ToInt64Nanoseconds(histogram.Quantile(fraction));
      CHECK(shown >= nanos);
      CHECK(shown - nanos <= nanos / 8);
    }
    CHECK(histogram.count() == 1);
    CHECK(histogram.sum() == absl::Nanoseconds(nanos));
  }
}

TEST_CASE("How many took at most a power of two is exact") {
  const std::vector<std::int64_t> latencies = Latencies();
  const auto histogram = HistogramOf(latencies);
  for (int power = 0; power <= 40; ++power) {
    const std::int64_t limit = std::int64_t{1} << power;
    std::uint64_t below = 0;
    for (const std::int64_t nanos : latencies) below += nanos <= limit ? 1 : 0;
    INFO(limit);
    CHECK(histogram.CountUpTo(absl::Nanoseconds(limit)) == below);
  }
  CHECK(histogram.CountUpTo(absl::InfiniteDuration()) == latencies.size());
  CHECK(histogram.CountUpTo(absl::ZeroDuration()) == 0);
}

TEST_CASE("Quantiles of many latencies are where they were counted") {
  std::vector<std::int64_t> micros;
  for (std::int64_t i = 1; i <= 1000; ++i) micros.push_back(i * 1000);
  const auto histogram = HistogramOf(micros);
  CHECK(histogram.count() == 1000);
  CHECK(histogram.sum() == absl::Microseconds(500500));
  for (const double fraction : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = fraction * 1e6;
    const double shown = absl::ToDoubleNanoseconds(histogram.Quantile(fraction));
    INFO(fraction);
    CHECK(shown >= exact);
    CHECK(shown <= exact * 1.125);
  }
  CHECK(histogram.Quantile(-1) == histogram.Quantile(0));
  CHECK(histogram.Quantile(7) == histogram.Quantile(1));
}

TEST_CASE("Nothing counted, nothing at all and too long have their places") {
  CHECK(LatencyHistogram().Quantile(0.5) == absl::ZeroDuration());
  CHECK(LatencyHistogram().count() == 0);

  const auto backward = HistogramOf({-5, 0, 1});
  CHECK(backward.count() == 3);
  CHECK(backward.sum() == absl::Nanoseconds(1));
  CHECK(backward.Quantile(1) == absl::Nanoseconds(1));

  const auto longest = HistogramOf({1000, (std::int64_t{1} << 40) + 1, INT64_MAX / 2});
  CHECK(longest.count() == 3);
  CHECK(longest.Quantile(0.3) < absl::Milliseconds(1));
  CHECK(longest.Quantile(0.5) == absl::InfiniteDuration());
  CHECK(longest.CountUpTo(absl::Hours(1)) == 1);
}

TEST_CASE("An interval has what was counted in it") {
  LatencyRecorder recorder;
  for (int i = 0; i < 100; ++i) recorder.Record(1000);
  const auto before = recorder.Snapshot();
  for (int i = 0; i < 10; ++i) recorder.Record(1000000);
  const auto after = recorder.Snapshot();
  CHECK(after.Quantile(0.5) < absl::Microseconds(2));
  const auto between = after.Since(before);
  CHECK(between.count() == 10);
  CHECK(between.sum() == absl::Milliseconds(10));
  CHECK(between.Quantile(0) >= absl::Milliseconds(1));
  // The wrong way round there is nothing, rather than a number that is absurd.
  CHECK(before.Since(after).count() == 0);
}

}  // namespace
}  // namespace rill::base
