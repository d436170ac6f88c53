#include "client/poll_pace.h"

#include "catch.h"

namespace rill::client {
namespace {

constexpr std::size_t kOneRecord = 170;

// Polls at a writer's heels until they are as far apart as they get.
PollPace AtTheHeels(bool waits = true) {
  PollPace pace(waits);
  for (int i = 0; i < 100; ++i) pace.Found(true, kOneRecord);
  return pace;
}

TEST_CASE("Polls that find a record at once, again and again, leave the log alone in between") {
  PollPace pace = AtTheHeels();
  CHECK(pace.gap() > base::Nanos(1'000));
  CHECK(pace.gap() < base::Nanos(10'000));
  const auto began = std::chrono::steady_clock::now();
  pace.Keep();
  CHECK(std::chrono::steady_clock::now() - began >= pace.gap());
}

TEST_CASE("A few polls that find a record at once do not wait") {
  PollPace pace(true);
  for (int i = 0; i < 60; ++i) pace.Found(true, kOneRecord);
  CHECK(pace.gap() == base::Nanos(0));
}

TEST_CASE("A poll that had to wait for its record is followed by one that does not") {
  PollPace pace = AtTheHeels();
  pace.Found(false, kOneRecord);
  CHECK(pace.gap() == base::Nanos(0));
}

TEST_CASE("Polls that find whole batches come closer to each other again") {
  PollPace pace = AtTheHeels();
  for (int i = 0; i < 20; ++i) pace.Found(true, std::size_t{1} << 20);
  CHECK(pace.gap() == base::Nanos(0));
}

TEST_CASE("On a single processor no poll waits") {
  CHECK(AtTheHeels(false).gap() == base::Nanos(0));
}

}  // namespace
}  // namespace rill::client
