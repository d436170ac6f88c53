#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/typed.h"

namespace rill::testing {

// A type of the application's own.
struct Order {
  std::int32_t amount = 0;
  std::string customer;
  friend bool operator==(const Order&, const Order&) = default;
};

}  // namespace rill::testing

template <>
struct rill::Serde<rill::testing::Order> {
  using Order = rill::testing::Order;
  static std::size_t Size(const Order& order) { return 4 + order.customer.size(); }
  static void Write(const Order& order, char* out) {
    Serde<std::int32_t>::Write(order.amount, out);
    order.customer.copy(out + 4, order.customer.size());
  }
  static absl::StatusOr<Order> Read(std::string_view bytes) {
    if (bytes.size() < 4) return absl::InvalidArgumentError("an order has at least 4 bytes");
    auto amount = Serde<std::int32_t>::Read(bytes.substr(0, 4));
    if (!amount.ok()) return amount.status();
    return Order{*amount, std::string(bytes.substr(4))};
  }
};
