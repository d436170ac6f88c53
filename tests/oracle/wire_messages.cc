// Says what rill knows of Kafka's messages, for comparison with Kafka:
//
//   wire_messages tables                 every field of every message, a line each
//   wire_messages errors                 numbers and names of error codes
//   wire_messages random SEED COUNT      so many random messages of each version, a line each: the
//                                        API's key, "request" or "response", version, that of the
//                                        header before it, bytes in hex, JSON
//   wire_messages frames SEED FOLDER     a file for each message of its first and last version, as
//                                        wire_fuzz takes them

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "../wire/random_message.h"
#include "base/kafka_bytes.h"
#include "rill/error.h"
#include "wire/api.h"
#include "wire/encode.h"
#include "wire/messages/header.h"
#include "wire/print.h"

namespace {

using namespace rill::wire;

constexpr const char* kTypeNames[] = {"bool",    "int8",   "int16", "uint16",  "int32", "int64",
                                      "float64", "string", "bytes", "records", "uuid",  "struct"};

std::string DefaultText(const Field& field, const void* object) {
  const void* value = ValueOf(field, MemberOf(field, object));
  if (value == nullptr) return "null";
  if (field.is_array) return "[]";
  switch (field.type) {
    case FieldType::kString:
    case FieldType::kBytes:
      return '"' + *static_cast<const std::string*>(value) + '"';
    case FieldType::kRecords:
      return static_cast<const std::string_view*>(value)->empty() ? "empty" : "records";
    case FieldType::kFloat64:
      return fmt::format("{}", *static_cast<const double*>(value));
    case FieldType::kUuid:
      return static_cast<const rill::base::Uuid*>(value)->ToString();
    case FieldType::kStruct:
      return "{}";
    default:
      return fmt::format("{}", LoadInteger(field.type, value));
  }
}

std::string Version(int version) {
  return version == kNeverVersion ? "-" : fmt::format("{}", version);
}

void PrintFields(const Message& message, std::span<const Field> fields, const std::string& path,
                 const void* defaults) {
  for (const Field& field : fields) {
    const std::string name = path + field.name;
    fmt::print(
        "{} {} {}{} versions {} {} null {} tag {} {} {} default {}\n", message.name, name,
        field.is_array ? "[]" : "", kTypeNames[static_cast<int>(field.type)],
        Version(std::max(field.since, message.first_version)),
        Version(std::min(field.until, message.last_version)),
        Version(field.nullable_since == kNeverVersion
                    ? kNeverVersion
                    : std::max(field.nullable_since, std::max(field.since, message.first_version))),
        field.tag, field.is_ignorable ? "ignorable" : "needed",
        field.is_never_flexible ? "never-flexible" : "-", DefaultText(field, defaults));
    if (field.type == FieldType::kStruct) {
      PrintFields(message, field.fields, name + '.', field.place.defaults());
    }
  }
}

void PrintTable(const Message& message) {
  fmt::print("{} versions {} {} flexible {}\n", message.name, message.first_version,
             message.last_version, Version(message.flexible_since));
  PrintFields(message, message.fields, "", message.defaults());
}

template <typename Use>
void ForEachMessage(Use use) {
  for (const Api& api : Apis()) {
    use(api, "request", api.request());
    use(api, "response", api.response());
  }
}

int PrintTables() {
  ForEachMessage([](const Api&, const char*, const Message& message) { PrintTable(message); });
  PrintTable(MessageOf<RequestHeader>());
  PrintTable(MessageOf<ResponseHeader>());
  return 0;
}

int PrintErrors() {
  for (int code = -1;; ++code) {
    const std::string_view name = rill::ErrorCodeName(static_cast<rill::ErrorCode>(code));
    if (code > 0 && name == "UNKNOWN_SERVER_ERROR") return 0;
    fmt::print("{} {}\n", code, std::string(name));
  }
}

std::string SomeBytes(const Message& message, int version, std::uint64_t seed) {
  const AnyStruct object = NewStruct(message);
  RandomMessage(seed, version).Fill(message.fields, object.get());
  std::string bytes;
  const absl::Status status = EncodeMessage(message, version, object.get(), bytes);
  if (!status.ok()) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    std::exit(1);
  }
  return bytes;
}

int PrintRandom(std::uint64_t seed, int count) {
  ForEachMessage([&](const Api& api, const char* kind, const Message& message) {
    for (int version = message.first_version; version <= message.last_version; ++version) {
      for (int i = 0; i < count; ++i) {
        const std::string bytes = SomeBytes(message, version, ++seed);
        rill::base::KafkaReader reader(bytes, message.name);
        std::string json;
        if (!AppendMessageJson(message, version, reader, json).ok()) std::exit(1);
        std::string hex;
        for (const char byte : bytes)
          hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
        const int header_version = kind == std::string_view("request")
                                       ? RequestHeaderVersion(api, version)
                                       : ResponseHeaderVersion(api, version);
        fmt::print("{} {} {} {} {} {}\n", static_cast<int>(api.key), kind, version, header_version,
                   hex.empty() ? "-" : hex, json);
      }
    }
  });
  return 0;
}

int WriteFrames(std::uint64_t seed, const std::string& folder) {
  ForEachMessage([&](const Api& api, const char* kind, const Message& message) {
    for (const int version : {message.first_version, message.last_version}) {
      RequestHeader header;
      header.request_api_key = static_cast<std::int16_t>(api.key);
      header.request_api_version = static_cast<std::int16_t>(version);
      header.client_id = "c";
      std::string frame(1, kind == std::string_view("response") ? '\1' : '\0');
      if (!Encode(header, RequestHeaderVersion(api, version), frame).ok()) std::exit(1);
      frame += SomeBytes(message, version, ++seed);
      std::ofstream(fmt::format("{}/{}-{}", folder, message.name, version), std::ios::binary)
          << frame;
    }
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "tables" && argc == 2) return PrintTables();
  if (mode == "errors" && argc == 2) return PrintErrors();
  if (mode == "random" && argc == 4) {
    return PrintRandom(std::strtoull(argv[2], nullptr, 10), std::atoi(argv[3]));
  }
  if (mode == "frames" && argc == 4)
    return WriteFrames(std::strtoull(argv[2], nullptr, 10), argv[3]);
  fmt::print(stderr,
             "usage: wire_messages tables | errors | random SEED COUNT | frames SEED FOLDER\n");
  return 2;
}
