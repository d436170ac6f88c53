#include "cli/json.h"

#include "nlohmann/json.hpp"

namespace rill::cli {
namespace {

using Library = nlohmann::ordered_json;

std::string TextOf(const Library& value) {
  return value.dump(-1, ' ', false, Library::error_handler_t::replace);
}

}  // namespace

Json::Json(double value) : text_(TextOf(value)) {}
Json::Json(std::string_view value) : text_(TextOf(value)) {}

Json::Json(std::initializer_list<Field> fields) : Json('{', '}') {
  for (const Field& field : fields) Add(field.name, field.value);
}

Json Json::ParsedOrText(const std::string& text) {
  const Library parsed = Library::parse(text, nullptr, false);
  if (parsed.is_discarded()) return text;
  Json json = nullptr;
  json.text_ = TextOf(parsed);
  return json;
}

void Json::Add(std::string_view name, const Json& value) { Put(TextOf(name) + ':', value.text_); }

void Json::Append(const Json& value) { Put({}, value.text_); }

void Json::Put(std::string_view first, std::string_view second) {
  const char end = text_.back();
  text_.pop_back();
  if (text_.size() > 1) text_ += ',';
  text_.append(first).append(second);
  text_ += end;
}

}  // namespace rill::cli
