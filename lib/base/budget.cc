#include "base/budget.h"

#include <fmt/format.h>

#include <algorithm>

#include "rill/error.h"

namespace rill::base {

absl::Status Budget::TryReserve(std::uint64_t amount) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    // A charge may have passed the cap.
    const std::uint64_t left = cap_ - std::min(used, cap_);
    if (amount > left) {
      return MakeError(
          absl::StatusCode::kResourceExhausted, ErrorCode::kUnknownServerError,
          fmt::format("{} is {}, of which {} are in use: {} more are refused; raise the option, or "
                      "free what is no longer needed",
                      option_, cap_, used, amount));
    }
  } while (!used_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
  return absl::OkStatus();
}

absl::StatusOr<Reservation> Budget::Reserve(std::uint64_t amount) {
  if (auto taken = TryReserve(amount); !taken.ok()) return taken;
  return Reservation(this, amount);
}

void Budget::Charge(std::uint64_t amount) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  while (!used_.compare_exchange_weak(used, used + std::min(amount, UINT64_MAX - used),
                                      std::memory_order_relaxed)) {
  }
}

void Budget::Release(std::uint64_t amount) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  while (!used_.compare_exchange_weak(used, used - std::min(amount, used),
                                      std::memory_order_relaxed)) {
  }
}

void Reservation::Reset() {
  if (budget_ != nullptr) budget_->Release(amount_);
  budget_ = nullptr;
  amount_ = 0;
}

}  // namespace rill::base
