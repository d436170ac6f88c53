#include "c/option_reader.h"

#include <algorithm>

#include "c/handles.h"
#include "rill/error.h"

namespace rill::c {

OptionReader::OptionReader(const rill_options* options) {
  if (options != nullptr) values_ = options->values;
}

void OptionReader::Text(const char* name, std::string& target) {
  if (auto text = Take(name); text.has_value()) target = *std::move(text);
}

void OptionReader::List(const char* name, std::vector<std::string>& target) {
  const auto text = Take(name);
  if (!text.has_value()) return;
  target.clear();
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t comma = std::min(text->find(',', at), text->size());
    const std::size_t first = std::min(text->find_first_not_of(' ', at), comma);
    std::string item = text->substr(first, comma - first);
    item.erase(item.find_last_not_of(' ') + 1);
    if (!item.empty()) target.push_back(std::move(item));
    at = comma + 1;
  }
}

void OptionReader::Boolean(const char* name, bool& target) {
  Choice(name, {{"true", true}, {"false", false}}, target);
}

void OptionReader::Milliseconds(const char* name, absl::Duration& target) {
  if (!values_.contains(name)) return;
  std::int64_t milliseconds = 0;
  Number(name, milliseconds);
  target = absl::Milliseconds(milliseconds);
}

std::map<std::string, std::string> OptionReader::Rest() {
  std::map<std::string, std::string> rest;
  for (auto& [name, value] : values_) {
    if (value.has_value()) rest.emplace(name, *std::move(value));
  }
  values_.clear();
  return rest;
}

absl::Status OptionReader::Finish(const char* taker) const {
  if (!status_.ok() || values_.empty()) return status_;
  return OptionError(std::string(taker) + " has no option \"" + values_.begin()->first +
                     "\"; docs/reference/c.md lists those that there are");
}

std::optional<std::string> OptionReader::Take(const std::string& name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  auto value = std::move(found->second);
  values_.erase(found);
  return value;
}

void OptionReader::Refuse(const std::string& name, const std::string& text,
                          const std::string& allowed) {
  if (status_.ok()) status_ = OptionError(name + "=" + text + " is not " + allowed);
}

absl::Status OptionError(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

}  // namespace rill::c
