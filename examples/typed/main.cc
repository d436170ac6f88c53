#include <rill/rill.h>
#include <rill/typed.h>

#include <cstdio>
#include <string>

struct Order {
  std::int32_t cups = 0;
  std::string drink;
};

// An order's bytes: the number as Kafka's IntegerSerializer writes it, then the drink.
template <>
struct rill::Serde<Order> {
  static std::size_t Size(const Order& order) { return 4 + order.drink.size(); }
  static void Write(const Order& order, char* out) {
    Serde<std::int32_t>::Write(order.cups, out);
    order.drink.copy(out + 4, order.drink.size());
  }
  static absl::StatusOr<Order> Read(std::string_view bytes) {
    if (bytes.size() < 4) return absl::InvalidArgumentError("an order has at least 4 bytes");
    const auto cups = Serde<std::int32_t>::Read(bytes.substr(0, 4));
    if (!cups.ok()) return cups.status();
    return Order{*cups, std::string(bytes.substr(4))};
  }
};

absl::Status Run(const char* where) {
  auto log = rill::Open(where);
  if (!log.ok()) return log.status();
  auto orders = log->EnsureTopic("orders", {.partitions = 1});
  if (!orders.ok()) return orders.status();

  auto bytes = log->NewProducer();
  if (!bytes.ok()) return bytes.status();
  rill::TypedProducer<std::string, Order> producer(*std::move(bytes));
  auto sent = producer.Send(*orders, "seoul", {2, "coffee"});
  if (auto at = sent.Wait(absl::Seconds(5)); !at.ok()) return at.status();
  // What somebody else sends there may be anything.
  sent = producer.bytes().Send(*orders, {.key = "busan", .value = "tea"});
  if (auto at = sent.Wait(absl::Seconds(5)); !at.ok()) return at.status();

  auto group = log->Subscribe("billing", {"orders"}, {.reset = rill::kEarliest});
  if (!group.ok()) return group.status();
  rill::TypedConsumer<std::string, Order> billing(*std::move(group));
  auto records = billing.Poll(absl::Seconds(5));
  if (!records.ok()) return records.status();
  for (const auto& record : *records) {
    const auto order = record.value();
    if (order.ok()) {
      std::printf("%s: %d x %s\n", record.key()->c_str(), order->cups, order->drink.c_str());
    } else {
      std::printf("left out: %s\n", std::string(order.status().message()).c_str());
    }
  }
  return billing.Commit(*records);
}

int main() {
  const absl::Status status = Run("mem:");
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
