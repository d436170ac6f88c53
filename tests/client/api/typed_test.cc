#include "rill/typed.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../order.h"
#include "place.h"

namespace rill::testing {

TEST_CASE("typed records go through a topic and come back") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("orders", 2);
  std::atomic<int> reports = 0;
  TypedProducer<std::int64_t, Order> producer(Get(place.engine().NewProducer()));
  const Header headers[] = {{"h", "v"}};
  const RecordMetadata at =
      Get(producer.Send(topic, 7, {3, "kim"}, {.headers = headers, .partition = 1}).Wait(kLong));
  CHECK(at.partition == 1);
  producer.Send(topic, 8, {4, "lee"}, {.partition = 1},
                [&](const auto& result) { reports += result.ok() ? 1 : 0; });
  REQUIRE(producer.bytes().Flush(kLong).ok());
  CHECK(reports == 1);

  TypedConsumer<std::int64_t, Order> consumer(Get(place.engine().Subscribe(
      place.Name("typed"), {topic.name()}, place.Quick({.reset = kEarliest}))));
  std::vector<Order> orders;
  while (orders.size() < 2) {
    const auto records = Get(consumer.Poll(kLong));
    REQUIRE_FALSE(records.empty());
    for (const auto record : records) {
      CHECK(record.topic() == topic.name());
      CHECK(record.partition() == 1);
      CHECK(Get(record.key()) == 7 + record.offset());
      CHECK((record.headers().Last("h") == "v") == orders.empty());
      orders.push_back(Get(record.value()));
    }
    REQUIRE(consumer.Commit(records).ok());
  }
  CHECK(orders == std::vector<Order>{{3, "kim"}, {4, "lee"}});
  CHECK(Get(consumer.bytes().Committed({topic.name(), 1})).offset == 2);
}

TEST_CASE("bytes that are no such type are an error of that record alone, and it says where") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("untyped");
  {
    Producer producer = Get(place.engine().NewProducer());
    producer.Send(topic, {.key = "a", .value = "no"}, nullptr);
    producer.Send(topic, {.value = std::string_view("\0\0\0\1x", 5)}, nullptr);
    REQUIRE(producer.Flush(kLong).ok());
  }
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  int seen = 0;
  while (seen < 2) {
    const Records records = Get(consumer.Poll(kLong));
    REQUIRE_FALSE(records.empty());
    for (const auto record : Typed<std::int32_t, Order>(records)) {
      if (seen++ == 0) {
        const auto value = record.value().status();
        CHECK(Says(value, "value of the record at offset 0 of " + topic.name() + "-0"));
        CHECK(Says(value, "at least 4 bytes"));
        const auto key = record.key().status();
        CHECK(GetErrorCode(key) == ErrorCode::kInvalidRecord);
        CHECK(Says(key, "key of the record at offset 0"));
      } else {
        CHECK(Get(record.value()) == Order{1, "x"});
      }
    }
  }
}

}  // namespace rill::testing
