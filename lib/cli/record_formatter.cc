#include "cli/record_formatter.h"

#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "cli/deserializer.h"
#include "cli/java_log.h"
#include "cli/java_text.h"
#include "fmt/format.h"
#include "wire/java_text.h"

namespace rill::cli {
namespace {

constexpr std::string_view kPackage = "org.apache.kafka.tools.consumer.";

// Timestamps as Java shows them with their type, which is the topic's.
class Timestamps {
 public:
  void NoteLogAppendTime(const std::string& topic) { stamped_.insert(topic); }
  std::string Of(const Record& record) const {
    const bool is_logs = !stamped_.empty() && stamped_.contains(record.topic());
    return fmt::format("{}:{}", is_logs ? "LogAppendTime" : "CreateTime", record.timestamp_ms());
  }

 private:
  std::set<std::string> stamped_;
};

// What the properties of a DefaultMessageFormatter say.
struct Format {
  bool timestamp = false;
  bool key = false;
  bool value = true;
  bool partition = false;
  bool offset = false;
  bool delivery = false;
  bool epoch = false;
  bool headers = false;
  std::string key_separator = "\t";
  std::string line_separator = "\n";
  std::string headers_separator = ",";
  std::string null_literal = "null";
  Deserializer key_deserializer = nullptr;  // null: the bytes as they are
  Deserializer value_deserializer = nullptr;
  Deserializer headers_deserializer = nullptr;
};

absl::StatusOr<Format> ReadFormat(const ClientProperties& properties) {
  Format format;
  const std::pair<const char*, bool*> flags[] = {
      {"print.timestamp", &format.timestamp}, {"print.key", &format.key},
      {"print.value", &format.value},         {"print.partition", &format.partition},
      {"print.offset", &format.offset},       {"print.delivery", &format.delivery},
      {"print.epoch", &format.epoch},         {"print.headers", &format.headers}};
  for (const auto& [name, flag] : flags) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    *flag = absl::AsciiStrToLower(JavaTrim(found->second)) == "true";
  }
  const std::pair<const char*, std::string*> texts[] = {
      {"key.separator", &format.key_separator},
      {"line.separator", &format.line_separator},
      {"headers.separator", &format.headers_separator},
      {"null.literal", &format.null_literal}};
  for (const auto& [name, text] : texts) {
    if (const auto found = properties.find(name); found != properties.end()) *text = found->second;
  }
  const std::pair<const char*, Deserializer*> classes[] = {
      {"key.deserializer", &format.key_deserializer},
      {"value.deserializer", &format.value_deserializer},
      {"headers.deserializer", &format.headers_deserializer}};
  for (const auto& [name, deserializer] : classes) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    const auto known = FindDeserializer(found->second);
    if (!known.ok()) return known.status();
    *deserializer = *known;
  }
  return format;
}

class DefaultFormatter final : public RecordFormatter {
 public:
  explicit DefaultFormatter(Format format) : format_(std::move(format)) {}

  absl::Status Append(const Record& record, std::string& out) override {
    AppendWhere(record, out);
    if (format_.headers) {
      if (auto status = AppendHeaders(record, out); !status.ok()) return status;
      AppendSeparator(format_.key || format_.value, out);
    }
    if (format_.key) {
      auto status = AppendBytes(format_.key_deserializer, record.key(), out);
      if (!status.ok()) return status;
      AppendSeparator(format_.value, out);
    }
    if (format_.value) {
      auto status = AppendBytes(format_.value_deserializer, record.value(), out);
      if (!status.ok()) return status;
      out += format_.line_separator;
    }
    return absl::OkStatus();
  }
  void NoteLogAppendTime(const std::string& topic) override {
    timestamps_.NoteLogAppendTime(topic);
  }
  bool shows_timestamps() const override { return format_.timestamp; }

 private:
  void AppendSeparator(bool more, std::string& out) const {
    out += more ? format_.key_separator : format_.line_separator;
  }

  // What is known of a record beside its key, its value and its headers.
  void AppendWhere(const Record& record, std::string& out) const {
    const auto end = std::back_inserter(out);
    bool more = format_.headers || format_.key || format_.value;
    // What follows decides the separator: from the last column to the first.
    const bool after_epoch = more;
    const bool after_delivery = more |= format_.epoch;
    const bool after_offset = more |= format_.delivery;
    const bool after_partition = more |= format_.offset;
    const bool after_timestamp = more |= format_.partition;
    if (format_.timestamp) {
      out += timestamps_.Of(record);
      AppendSeparator(after_timestamp, out);
    }
    if (format_.partition) {
      fmt::format_to(end, "Partition:{}", record.partition());
      AppendSeparator(after_partition, out);
    }
    if (format_.offset) {
      fmt::format_to(end, "Offset:{}", record.offset());
      AppendSeparator(after_offset, out);
    }
    // The tool of Kafka's that fills these in is the share consumer.
    if (format_.delivery) {
      out += "Delivery:NOT_PRESENT";
      AppendSeparator(after_delivery, out);
    }
    if (format_.epoch) {
      out += "Epoch:NOT_PRESENT";
      AppendSeparator(after_epoch, out);
    }
  }

  absl::Status AppendHeaders(const Record& record, std::string& out) const {
    if (record.headers().empty()) out += "NO_HEADERS";
    bool first = true;
    for (const Header& header : record.headers()) {
      if (!first) out += format_.headers_separator;
      first = false;
      wire::AppendJavaText(header.name, out);
      out += ':';
      auto status = AppendBytes(format_.headers_deserializer, header.value, out);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // A null is the bytes of the literal, also to a deserializer.
  absl::Status AppendBytes(Deserializer deserializer, std::string_view bytes,
                           std::string& out) const {
    const std::string_view shown = IsNull(bytes) ? std::string_view(format_.null_literal) : bytes;
    if (deserializer != nullptr) return deserializer(shown, out);
    out.append(shown);
    return absl::OkStatus();
  }

  Format format_;
  Timestamps timestamps_;
};

class LoggingFormatter final : public RecordFormatter {
 public:
  LoggingFormatter(Format format, const StandardError& err)
      : printed_(std::move(format)), err_(err) {}

  absl::Status Append(const Record& record, std::string& out) override {
    if (auto status = printed_.Append(record, out); !status.ok()) return status;
    std::string told = timestamps_.Of(record);
    told += ", key:";
    if (IsNull(record.key())) {
      told += "null ";
    } else {
      wire::AppendJavaText(record.key(), told);
      told += ", ";
    }
    told += "value:";
    if (IsNull(record.value())) {
      told += "null";
    } else {
      wire::AppendJavaText(record.value(), told);
    }
    err_.Write(JavaLogLine("INFO", told, fmt::format("{}LoggingMessageFormatter", kPackage)));
    return absl::OkStatus();
  }
  void NoteLogAppendTime(const std::string& topic) override {
    printed_.NoteLogAppendTime(topic);
    timestamps_.NoteLogAppendTime(topic);
  }
  bool shows_timestamps() const override { return true; }

 private:
  DefaultFormatter printed_;
  Timestamps timestamps_;
  const StandardError& err_;
};

class NoOpFormatter final : public RecordFormatter {
 public:
  absl::Status Append(const Record&, std::string&) override { return absl::OkStatus(); }
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordFormatter>> NewRecordFormatter(
    const std::string& class_name, const ClientProperties& properties, const StandardError& err) {
  const std::string_view name = class_name.starts_with(kPackage)
                                    ? std::string_view(class_name).substr(kPackage.size())
                                    : std::string_view();
  if (name == "NoOpMessageFormatter") return std::make_unique<NoOpFormatter>();
  if (name != "DefaultMessageFormatter" && name != "LoggingMessageFormatter") {
    return absl::InvalidArgumentError(fmt::format(
        "there is no formatter {}; rill is no Java program, and knows DefaultMessageFormatter, "
        "LoggingMessageFormatter and NoOpMessageFormatter of {} (rill dump-log --offsets-decoder "
        "shows what groups committed)",
        class_name, kPackage.substr(0, kPackage.size() - 1)));
  }
  auto format = ReadFormat(properties);
  if (!format.ok()) return format.status();
  if (name == "LoggingMessageFormatter") {
    return std::make_unique<LoggingFormatter>(*std::move(format), err);
  }
  return std::make_unique<DefaultFormatter>(*std::move(format));
}

}  // namespace rill::cli
