#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/client_properties.h"
#include "cli/standard_error.h"
#include "rill/records.h"

namespace rill::cli {

// How the console consumer prints a record: what Kafka calls a message formatter.
class RecordFormatter {
 public:
  virtual ~RecordFormatter() = default;

  // Appends the record to what is printed. InvalidArgument, in the words of Java's
  // SerializationException, where a deserializer does not take it; what stands before that has been
  // appended then, as Kafka's tool prints it.
  virtual absl::Status Append(const Record& record, std::string& out) = 0;

  // Told before the first record of a topic, where that stamps records itself; all other timestamps
  // are those of producers.
  virtual void NoteLogAppendTime(const std::string& /*topic*/) {}
  // Whether it matters.
  virtual bool shows_timestamps() const { return false; }
};

// The formatter that is a class of org.apache.kafka.tools.consumer: DefaultMessageFormatter,
// LoggingMessageFormatter (which tells `err` of each record, too) or NoOpMessageFormatter, with its
// properties ("print.key", ...). InvalidArgument names another class, and a deserializer that is
// not there.
absl::StatusOr<std::unique_ptr<RecordFormatter>> NewRecordFormatter(
    const std::string& class_name, const ClientProperties& properties, const StandardError& err);

inline constexpr char kDefaultFormatter[] =
    "org.apache.kafka.tools.consumer.DefaultMessageFormatter";

}  // namespace rill::cli
