#include <rill/rill.h>

#include <cstdio>

absl::Status Run(const char* where) {
  auto log = rill::Open(where);  // "mem:", a folder, or "kafka://host:9092"
  if (!log.ok()) return log.status();
  auto orders = log->EnsureTopic("orders", {.partitions = 3});
  if (!orders.ok()) return orders.status();

  auto producer = log->NewProducer();
  if (!producer.ok()) return producer.status();
  auto sent = producer->Send(*orders, {.key = "seoul", .value = "coffee"});
  if (auto at = sent.Wait(absl::Seconds(5)); !at.ok()) return at.status();

  auto billing = log->Subscribe("billing", {"orders"}, {.reset = rill::kEarliest});
  if (!billing.ok()) return billing.status();
  auto records = billing->Poll(absl::Seconds(5));  // owns what it shows; may go to another thread
  if (!records.ok()) return records.status();
  for (const rill::Record& r : *records) {
    std::printf("%d@%lld %.*s\n", r.partition(), static_cast<long long>(r.offset()),
                static_cast<int>(r.value().size()), r.value().data());
  }
  return billing->Commit(*records);
}

int main(int argc, char** argv) {
  const absl::Status status = Run(argc > 1 ? argv[1] : "mem:");
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
