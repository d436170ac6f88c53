#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/kafka_bytes.h"
#include "random_message.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/header.h"
#include "wire/print.h"

// A byte, and a frame: its header says which request, or (by the byte) response to it, of which
// version follows. It is refused, or what was read is written again, and read as the same.

namespace {

using namespace rill::wire;

// What a message from a stranger may take here; less than a node allows, and soon reached.
constexpr DecodeLimits kLimits = {.max_elements = 10'000, .max_memory = std::size_t{1} << 20};

void ReadAndWrite(const Message& message, int version, std::string_view bytes) {
  const AnyStruct object = NewStruct(message);
  rill::base::KafkaReader reader(bytes, message.name);
  if (!DecodeMessage(message, version, reader, object.get(), kLimits).ok()) return;
  rill::base::KafkaReader printed(bytes, message.name);
  std::string json;
  if (!AppendMessageJson(message, version, printed, json).ok()) std::abort();

  std::string written;
  if (!EncodeMessage(message, version, object.get(), written).ok()) std::abort();
  if (EncodedMessageSize(message, version, object.get()).value_or(0) != written.size())
    std::abort();
  const AnyStruct again = NewStruct(message);
  rill::base::KafkaReader second(written, message.name);
  if (!DecodeMessage(message, version, second, again.get(), kLimits).ok()) std::abort();
  std::string rewritten;
  if (!EncodeMessage(message, version, again.get(), rewritten).ok()) std::abort();
  if (rewritten != written || second.remaining() != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 1, size - 1);
  rill::base::KafkaReader reader(frame, "frame");
  const auto key = reader.Int<std::int16_t>();
  const auto version = reader.Int<std::int16_t>();
  const Api* api = FindApi(key);
  if (!reader.ok() || api == nullptr || !api->request().Has(version)) return 0;
  rill::base::KafkaReader whole(frame, "frame");
  if (!Decode<RequestHeader>(RequestHeaderVersion(*api, version), whole, kLimits).ok()) return 0;
  const std::string_view body = frame.substr(frame.size() - whole.remaining());
  ReadAndWrite((data[0] & 1) != 0 ? api->response() : api->request(), version, body);
  return 0;
}
