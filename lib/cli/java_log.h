#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

// What Kafka's tools tell by their log, which stands on standard error.
namespace rill::cli {

// A line as Kafka's tools log it, with its end: "[2026-11-28 01:02:03,456] ERROR what (class)\n",
// with local time.
std::string JavaLogLine(std::string_view level, std::string_view what, std::string_view java_class);

// A status as Java shows an exception: "org.apache.kafka.common.errors.TimeoutException: why", by
// the Kafka error code that it carries, or as a KafkaException.
std::string AsJavaException(const absl::Status& status);

// The same of a record that was not sent; of one that is larger than the producer sends, also by
// which flag of the tools that is more: the library's own words are for programs.
std::string AsSendException(const absl::Status& status);

// The same status, where the library's words name an option of C++ by the property of Kafka's that
// sets it: "ProducerOptions::batch_size" is batch.size.
absl::Status InPropertyNames(const absl::Status& status);

// InvalidArgument (INVALID_CONFIG), in the words of Kafka's clients, for a value that a config of
// theirs cannot have.
absl::Status WrongClientConfig(std::string_view name, std::string_view value, std::string_view why);

}  // namespace rill::cli
