#pragma once

#include <string>
#include <string_view>
#include <vector>

// What Kafka's tools do to text by means of Java's String.
namespace rill::cli {

// String.trim: without what is at most a space before and behind.
std::string JavaTrim(std::string_view text);

// String.split at a character: the parts between, without empty ones at the end; of an empty text
// the text.
std::vector<std::string> JavaSplit(std::string_view text, char at);

// The parts of String.split(",") that are not empty.
std::vector<std::string> NonEmptyParts(std::string_view text);

}  // namespace rill::cli
