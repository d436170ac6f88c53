#include "client/kafka/producer_properties.h"

#include <algorithm>

#include "absl/time/time.h"
#include "fmt/format.h"

namespace rill::client {
namespace {

// Ranges of librdkafka's within which rill's are cut.
constexpr std::size_t kLeastMessage = 1000;
constexpr std::size_t kMostMessage = 1'000'000'000;
constexpr std::size_t kMostKilobytes = 2'147'483'647;
constexpr double kMostLingerMs = 900'000;
// Kafka's delivery.timeout.ms and librdkafka's, on top of the linger, which must be shorter.
constexpr int kDeliveryMs = 300'000;

}  // namespace

std::map<std::string, std::string> PropertiesOf(const ProducerOptions& options) {
  std::map<std::string, std::string> properties;
  const double linger_ms = std::min(kMostLingerMs, absl::ToDoubleMilliseconds(options.linger));
  properties.emplace("linger.ms", fmt::format("{}", linger_ms));
  properties.emplace("message.timeout.ms",
                     fmt::format("{}", static_cast<int>(linger_ms) + kDeliveryMs));
  if (options.batch_size == 0) {
    properties.emplace("batch.num.messages", "1");
  } else {
    properties.emplace("batch.size", fmt::format("{}", options.batch_size));
  }
  properties.emplace("compression.type", CompressionName(options.compression));
  if (options.compression_level != 0) {
    properties.emplace("compression.level", fmt::format("{}", options.compression_level));
  }
  properties.emplace(
      "queue.buffering.max.kbytes",
      fmt::format("{}", std::clamp<std::size_t>(options.buffer_memory / 1024, 1, kMostKilobytes)));
  // The memory is the cap, not the number.
  properties.emplace("queue.buffering.max.messages", "10000000");
  properties.emplace(
      "message.max.bytes",
      fmt::format("{}", std::clamp(options.max_request_size, kLeastMessage, kMostMessage)));
  properties.emplace("enable.idempotence", options.enable_idempotence ? "true" : "false");
  if (!options.enable_idempotence) {
    // What is sent again must not come behind what was sent after it.
    properties.emplace("max.in.flight.requests.per.connection", "1");
  }
  properties.emplace("client.id", "rill");
  // The Java client's, where librdkafka's own is another.
  properties.emplace("partitioner", "murmur2_random");
  return properties;
}

}  // namespace rill::client
