#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/java_hash_order.h"
#include "cli/java_text.h"
#include "cli/java_time.h"
#include "cli/partition_filter.h"
#include "cli/reset_plan.h"

// What Kafka's tools are made of.
namespace rill::cli {
namespace {

TEST_CASE("Text is split and trimmed as by Java") {
  using Parts = std::vector<std::string>;
  CHECK(JavaSplit("a,b", ',') == Parts{"a", "b"});
  CHECK(JavaSplit("a,,b,,", ',') == Parts{"a", "", "b"});
  CHECK(JavaSplit(",", ',').empty());
  CHECK(JavaSplit("", ',') == Parts{""});
  CHECK(NonEmptyParts(",a,,b,") == Parts{"a", "b"});
  CHECK(JavaTrim(" \t a b \n") == "a b");
}

TEST_CASE("Dates and times are those of ISO 8601 with milliseconds, in UTC unless they say") {
  CHECK(absl::ToUnixMillis(*ParseJavaDateTime("1970-01-01T00:00:01.500")) == 1500);
  CHECK(absl::ToUnixMillis(*ParseJavaDateTime("1970-01-01T00:00:01.500Z")) == 1500);
  CHECK(absl::ToUnixMillis(*ParseJavaDateTime("1970-01-01T01:00:00.000+01:00")) == 0);
  CHECK(absl::ToUnixMillis(*ParseJavaDateTime("1970-01-01T00:00:00.1")) == 1);
  for (const char* text :
       {"", "1970-01-01", "T", "1970-01-01T00", "1970-13-01T00:00:00.000", "now",
        "1970-01-01T00:00:00.000 ", "1970-01-01T00:00:00", "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.", "1970-01-01T00:00:00.1000"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseJavaDateTime(text).ok());
  }
}

TEST_CASE("Durations are those of ISO 8601") {
  CHECK(*ParseJavaDuration("P1DT2H3M4.5S") ==
        absl::Hours(26) + absl::Minutes(3) + absl::Milliseconds(4500));
  CHECK(*ParseJavaDuration("PT0S") == absl::ZeroDuration());
  CHECK(*ParseJavaDuration("-PT1H") == -absl::Hours(1));
  CHECK(*ParseJavaDuration("pt-30m") == -absl::Minutes(30));
  for (const char* text : {"", "P", "PT", "1H", "PT1D", "P1H", "PT1M1H", "PT1.5H", "PTH", "P1DT"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseJavaDuration(text).ok());
  }
}

TEST_CASE("Rules say which partitions of which topics are meant") {
  const auto filter = PartitionFilter::OfRules("orders:1-3,bills,:7,hot.*:2-,cold:-1");
  REQUIRE(filter.ok());
  CHECK(filter->Matches("orders", 1));
  CHECK(filter->Matches("orders", 2));
  CHECK_FALSE(filter->Matches("orders", 3));
  CHECK(filter->Matches("orders", 7));
  CHECK(filter->Matches("bills", 100));
  CHECK(filter->Matches("hotels", 2));
  CHECK_FALSE(filter->Matches("hotels", 1));
  CHECK(filter->Matches("cold", 0));
  CHECK_FALSE(filter->Matches("cold", 1));
  CHECK(filter->MatchesTopic("anything"));
  for (const char* rules : {"a:x", "a:1-x", "a:1:2", "a:1--2", "a:99999999999", "*"}) {
    CAPTURE(rules);
    CHECK_FALSE(PartitionFilter::OfRules(rules).ok());
  }
}

TEST_CASE("What --export writes --from-file reads") {
  const TopicPartition plain{"orders", 1};
  const TopicPartition quoted{"a-name-that-is-longer-than-24", 2};
  CHECK(ResetLine(nullptr, plain, 7) == "orders,1,7\n");
  CHECK(ResetLine(nullptr, quoted, 7) == "\"a-name-that-is-longer-than-24\",2,7\n");
  const std::string group = "of, \"us\"";
  const auto one =
      ReadResetPlan(ResetLine(nullptr, plain, 7) + ResetLine(nullptr, quoted, 8), {"g"});
  REQUIRE(one.ok());
  CHECK(*one == ResetPlan{{"g", {{plain, 7}, {quoted, 8}}}});
  const auto several =
      ReadResetPlan(ResetLine(&group, plain, 7) + ResetLine(&group, quoted, 8), {});
  REQUIRE(several.ok());
  CHECK(*several == ResetPlan{{group, {{plain, 7}, {quoted, 8}}}});
}

TEST_CASE("A line that is no part of a plan is named") {
  for (const char* line :
       {"orders,1", "orders,x,1", "orders,1,x", "\"orders,1,1", "g,orders,1,1,1"}) {
    CAPTURE(line);
    const auto plan = ReadResetPlan(std::string("orders,0,1\n") + line + "\n", {"g"});
    CHECK(plan.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(plan.status().message()).find("line 2") != std::string::npos);
  }
  CHECK_FALSE(ReadResetPlan("orders,0,1\n", {"g", "h"}).ok());  // of which group?
  CHECK_FALSE(ReadResetPlan("", {"g"}).ok());
}

TEST_CASE("Keys come in the order of Java's hash maps, whose size counts") {
  const auto self = [](const std::string& name) { return std::string_view(name); };
  const std::vector<std::string> names = {"a", "b", "bills", "flights", "hotels", "orders", "zz"};
  CHECK(InJavaHashOrder(names, kJavaMapCapacity, self) ==
        std::vector<std::string>{"zz", "a", "b", "hotels", "bills", "orders", "flights"});
  CHECK(JavaCapacity(0) == 1);
  CHECK(JavaCapacity(5) == 8);
  CHECK(JavaCopyCapacity(3) == 8);
  const auto number = [](std::int32_t n) { return n; };
  CHECK(InJavaHashOrder(std::vector<std::int32_t>{17, 2, 1}, kJavaMapCapacity, number) ==
        std::vector<std::int32_t>{17, 1, 2});
}

}  // namespace
}  // namespace rill::cli
