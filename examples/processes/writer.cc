// One of two processes: writes quotes into a folder, a few thousand a second, which any number of
// quotes_reader processes follow meanwhile. There is nothing between them but the folder.
//
//   quotes_writer ./quotes 100000 &
//   quotes_reader ./quotes 100000
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "quote.h"
#include "rill/rill.h"

namespace {

absl::Status Run(const char* folder, std::int64_t quotes) {
  auto engine = rill::Open(folder);
  if (!engine.ok()) return engine.status();
  auto topic = engine->EnsureTopic("quotes", {.partitions = 1});
  if (!topic.ok()) return topic.status();
  auto log = topic->partition(0);
  if (!log.ok()) return log.status();
  // It goes on where the last one stopped, or was killed.
  for (std::int64_t number = log->log_end_offset(); number < quotes; ++number) {
    const Quote quote{number, absl::GetCurrentTimeNanos(), 100 + number % 7};
    const rill::RecordData record{
        .value = std::string_view(reinterpret_cast<const char*>(&quote), sizeof quote)};
    if (auto sent = log->Append({&record, 1}); !sent.ok()) return sent.status();
    if (number % 10 == 0) absl::SleepFor(absl::Microseconds(50));
  }
  return engine->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: quotes_writer <folder> <how many quotes>\n");
    return 2;
  }
  const absl::Status status = Run(argv[1], std::atoll(argv[2]));
  if (!status.ok()) fmt::print(stderr, "quotes_writer: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
