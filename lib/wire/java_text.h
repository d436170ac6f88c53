#pragma once

#include <string>
#include <string_view>

// How Java prints values: Kafka's tools are Java programs, and what ours print must be the same.
namespace rill::wire {

// Appends `bytes` as Java shows a string that it decoded from them: UTF-8, with U+FFFD in the place
// of each malformed sequence. A surrogate written in three bytes is one such sequence.
void AppendJavaText(std::string_view bytes, std::string& out);

// Appends `bytes`, decoded the same way, as a JSON string in quotes.
void AppendJsonString(std::string_view bytes, std::string& out);

// Appends a JSON string that holds `bytes` in base 64, with padding.
void AppendJsonBase64(std::string_view bytes, std::string& out);

// The number as Java's Double.toString shows it: "1.0", "1.0E10".
std::string JavaDouble(double value);

}  // namespace rill::wire
