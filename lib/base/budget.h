#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rill::base {

class Reservation;

// A cap on what an engine may use of something, in the unit that the option's name tells (bytes,
// files). Thread-safe.
class Budget {
 public:
  static constexpr std::uint64_t kUnlimited = UINT64_MAX;

  // `option` is what a user sets the cap by, e.g. "Options::max_disk_bytes"; refusals name it.
  Budget(std::string option, std::uint64_t cap) : option_(std::move(option)), cap_(cap) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Takes `amount`, all of it or none. ResourceExhausted names the option, its value, what is in
  // use and what was asked for.
  absl::Status TryReserve(std::uint64_t amount);
  // As TryReserve, given back by the Reservation, which this budget must outlive.
  absl::StatusOr<Reservation> Reserve(std::uint64_t amount);
  // Takes `amount` even past the cap: for what is there already.
  void Charge(std::uint64_t amount);
  // Gives back what was taken. Giving back more than that leaves nothing in use.
  void Release(std::uint64_t amount);

  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t cap() const { return cap_; }

 private:
  const std::string option_;
  const std::uint64_t cap_;
  // A count and nothing else: it publishes no memory, so relaxed order is enough.
  std::atomic<std::uint64_t> used_ = 0;
};

// A share of a budget, given back on destruction. Not thread-safe.
class Reservation {
 public:
  Reservation() = default;
  ~Reservation() { Reset(); }
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), amount_(std::exchange(other.amount_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(amount_, other.amount_);
    return *this;
  }

  std::uint64_t amount() const { return amount_; }
  // Gives all back at once.
  void Reset();

 private:
  friend class Budget;
  Reservation(Budget* budget, std::uint64_t amount) : budget_(budget), amount_(amount) {}

  Budget* budget_ = nullptr;
  std::uint64_t amount_ = 0;
};

}  // namespace rill::base
