#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rill::cli {

// A JSON value that is put together, an object's fields in the order in which they were added. It
// is kept as its text. The library that writes strings and numbers stays in json.cc: it is seconds
// of the compiler's time for every file that has it.
class Json {
 public:
  struct Field;

  // NOLINTBEGIN(google-explicit-constructor): a field is written as {"offset", 5}.
  Json(std::nullptr_t) : text_("null") {}
  Json(bool value) : text_(value ? "true" : "false") {}
  template <std::integral T>
  Json(T value) : text_(std::to_string(value)) {}
  Json(double value);
  Json(std::string_view value);  // what is no UTF-8 in it becomes U+FFFD
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(std::initializer_list<Field> fields);
  template <typename T>
  Json(const std::vector<T>& values) : Json('[', ']') {
    for (const T& value : values) Append(value);
  }
  // NOLINTEND(google-explicit-constructor)

  static Json Object() { return Json('{', '}'); }
  static Json Array() { return Json('[', ']'); }
  // The value whose text that is; the text as a string where it is no JSON.
  static Json ParsedOrText(const std::string& text);

  void Add(std::string_view name, const Json& value);  // to an object
  void Append(const Json& value);                      // to an array

  const std::string& text() const { return text_; }

 private:
  Json(char begin, char end) : text_({begin, end}) {}
  void Put(std::string_view first, std::string_view second);

  std::string text_;
};

struct Json::Field {
  std::string_view name;
  Json value;
};

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json NullIfEmpty(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace rill::cli
