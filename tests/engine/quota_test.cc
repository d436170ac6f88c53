// Quotas of clients: who is bound by which, and how long those wait that had too much.

#include <string>
#include <vector>

#include "catch.h"
#include "engine/quota/client_quotas.h"
#include "engine/quota/quota_entity.h"
#include "engine/quota/quota_rate.h"
#include "engine/quota/quota_use.h"

namespace rill::engine {
namespace {

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(1);
constexpr QuotaWindows kWindows = {11, absl::Seconds(1)};
constexpr auto kBytes = ClientQuotaType::kProduce;

TEST_CASE("Whom a quota binds reads back from its name as it was") {
  const std::vector<std::pair<QuotaEntity, std::string>> cases = {
      {{{"user", "u"}}, "client-quotas/user=u"},
      {{{"client-id", std::nullopt}}, "client-quotas/client-id"},
      {{{"user", std::nullopt}, {"client-id", "a/b=c %\n"}},
       "client-quotas/client-id=a%2Fb%3Dc%20%25%0A/user"},
      {{{"user", "\xc3\xa4"}}, "client-quotas/user=%C3%A4"}};
  for (const auto& [entity, text] : cases) {
    CHECK(QuotaResource(entity) == text);
    CHECK(ParseQuotaResource(text) == entity);
  }
  for (const char* text :
       {"", "broker/1", "client-quotas/user=%2", "client-quotas/user=%zz", "client-quotas/user=a b",
        "client-quotas/user/client-id", "client-quotas/user=%61"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseQuotaResource(text).has_value());
  }
}

TEST_CASE("Of the quotas that bind a client Kafka's first one holds, and says who shares it") {
  const std::vector<std::pair<QuotaEntity, QuotaEntity>> in_order = {
      {{{"user", "u"}, {"client-id", "c"}}, {{"user", "u"}, {"client-id", "c"}}},
      {{{"user", "u"}, {"client-id", std::nullopt}}, {{"user", "u"}, {"client-id", "c"}}},
      {{{"user", "u"}}, {{"user", "u"}}},
      {{{"user", std::nullopt}, {"client-id", "c"}}, {{"user", "u"}, {"client-id", "c"}}},
      {{{"user", std::nullopt}, {"client-id", std::nullopt}}, {{"user", "u"}, {"client-id", "c"}}},
      {{{"user", std::nullopt}}, {{"user", "u"}}},
      {{{"client-id", "c"}}, {{"client-id", "c"}}},
      {{{"client-id", std::nullopt}}, {{"client-id", "c"}}}};
  ResourceConfigs configs;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    configs[QuotaResource(in_order[i].first)] = {{"producer_byte_rate", std::to_string(i + 1)}};
  }
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const auto limit = ClientQuotas(configs).Find(kBytes, "u", "c");
    REQUIRE(limit.has_value());
    CHECK(limit->bound == static_cast<double>(i + 1));
    CHECK(limit->shared_by == QuotaResource(in_order[i].second));
    configs.erase(QuotaResource(in_order[i].first));
  }
  CHECK(ClientQuotas(configs).empty());
  CHECK_FALSE(ClientQuotas(configs).Find(kBytes, "u", "c").has_value());
}

TEST_CASE("A quota of another kind binds nobody, nor one of clients a client without an id") {
  const ClientQuotas quotas({{"client-quotas/client-id", {{"producer_byte_rate", "5"}}},
                             {"client-quotas/user=v", {{"consumer_byte_rate", "7"}}},
                             {"broker/", {{"producer_byte_rate", "9"}}},
                             {"client-quotas/user=w", {{"of_later_rills", "9"}}}});
  CHECK(quotas.Find(kBytes, "u", "c")->bound == 5);
  CHECK_FALSE(quotas.Find(kBytes, "u", "").has_value());
  CHECK_FALSE(quotas.Find(ClientQuotaType::kFetch, "u", "c").has_value());
  CHECK(quotas.Find(ClientQuotaType::kFetch, "v", "")->bound == 7);
  CHECK_FALSE(quotas.Find(kBytes, "w", "").has_value());
}

TEST_CASE("Who had more than its quota in the windows waits until the rate is down to it") {
  QuotaRate rate;
  CHECK(rate.TimeAbove(100, kStart, kWindows) == absl::ZeroDuration());
  rate.Record(1000, kStart, kWindows);  // of ten full windows, which are taken to have passed
  CHECK(rate.TimeAbove(100, kStart, kWindows) == absl::ZeroDuration());
  rate.Record(500, kStart, kWindows);
  CHECK(rate.TimeAbove(100, kStart, kWindows) == absl::Seconds(5));
  // It is told half of it after half of the time, and nothing after all of it.
  CHECK(rate.TimeAbove(100, kStart + absl::Milliseconds(500), kWindows) ==
        absl::Milliseconds(4500));
  // Time before the windows are full counts in them already.
  CHECK(rate.TimeAbove(100, kStart + absl::Seconds(5), kWindows) == absl::Seconds(5));
  CHECK(rate.TimeAbove(100, kStart + absl::Seconds(11), kWindows) == absl::ZeroDuration());
  CHECK(rate.IsOver(kStart + absl::Seconds(11), kWindows));
}

TEST_CASE("What is taken back was never had") {
  QuotaRate rate;
  rate.Record(300, kStart, kWindows);
  rate.Record(5000, kStart + absl::Seconds(1), kWindows);
  rate.Unrecord(5000, kStart + absl::Seconds(1), kWindows);
  CHECK(rate.Amount(kStart + absl::Seconds(1), kWindows) == 300);
  CHECK(rate.TimeAbove(100, kStart + absl::Seconds(1), kWindows) == absl::ZeroDuration());
}

TEST_CASE("A client that goes on at its quota's rate is never told to wait") {
  QuotaRate rate;
  for (int i = 0; i < 300; ++i) {
    const absl::Time now = kStart + i * absl::Milliseconds(100);
    rate.Record(10, now, kWindows);
    CHECK(rate.TimeAbove(101, now, kWindows) == absl::ZeroDuration());
  }
}

TEST_CASE("Who waits as long as it is told has had its quota, in the long run") {
  QuotaUse use(kWindows, 10);
  const ClientQuota limit = {1000, "a"};
  absl::Time now = kStart;
  double had = 0;
  while (now < kStart + absl::Hours(1)) {
    had += 5000;
    now += std::max(use.Record(kBytes, limit, 5000, now), absl::Milliseconds(1));
  }
  const double rate = had / absl::ToDoubleSeconds(now - kStart);
  CHECK(rate > 800);
  CHECK(rate < 1200);
}

TEST_CASE("Clients are told apart by who shares a quota, and by what it limits") {
  QuotaUse use(kWindows, 10);
  CHECK(use.Record(kBytes, {1, "a"}, 100, kStart) == absl::Seconds(90));
  CHECK(use.Record(kBytes, {1, "b"}, 10, kStart) == absl::ZeroDuration());
  CHECK(use.Record(ClientQuotaType::kFetch, {1, "a"}, 10, kStart) == absl::ZeroDuration());
  CHECK(use.HasHad(kBytes, {1, "b"}, kStart));
  CHECK_FALSE(use.HasHad(ClientQuotaType::kRequest, {1, "b"}, kStart));
  CHECK(use.MostAtOnce({7, "a"}) == 70);
}

TEST_CASE("No more clients are remembered than may be: first those go that had nothing lately") {
  constexpr std::size_t kMost = 100;
  QuotaUse use(kWindows, kMost);
  const auto record = [&](int client, absl::Time now) {
    return use.Record(kBytes, {1, std::to_string(client)}, 100, now);
  };
  for (int i = 0; i < 50; ++i) record(i, kStart);
  const absl::Time later = kStart + absl::Seconds(20);
  for (int i = 50; i < 5000; ++i) {
    record(i, later + i * absl::Milliseconds(1));
    CHECK(use.size() <= kMost);
  }
  // The last ones had their quota already.
  CHECK(record(4999, later + absl::Seconds(5)) > absl::Seconds(100));
  CHECK(record(0, later + absl::Seconds(5)) == absl::Seconds(90));
}

}  // namespace
}  // namespace rill::engine
