#include "net/answer_errors.h"

#include <string_view>
#include <utility>

#include "wire/place.h"

namespace rill::net {

void AnswerErrors::Add(ErrorCode code) {
  for (Count& count : counts_) {
    if (count.code == code) {
      ++count.times;
      return;
    }
  }
  counts_.push_back({code, 1});
}

ErrorFields::ErrorFields(std::span<const wire::Field> fields) {
  for (const wire::Field& field : fields) {
    if (field.name == std::string_view("errorCode")) codes_.push_back(&field);
    if (field.type != wire::FieldType::kStruct) continue;
    ErrorFields of_struct(field.fields);
    if (of_struct.codes_.empty() && of_struct.inner_.empty()) continue;
    inner_.push_back({&field, std::move(of_struct)});
  }
}

void ErrorFields::CountIn(const void* object, AnswerErrors& errors) const {
  for (const wire::Field* field : codes_) {
    const auto code = wire::LoadInteger(wire::FieldType::kInt16, wire::MemberOf(*field, object));
    errors.Add(static_cast<ErrorCode>(code));
  }
  for (const Inner& inner : inner_) {
    const void* value = wire::ValueOf(*inner.field, wire::MemberOf(*inner.field, object));
    if (value == nullptr) continue;
    if (!inner.field->is_array) {
      inner.fields.CountIn(value, errors);
      continue;
    }
    const wire::Elements elements(*inner.field, value);
    for (std::size_t i = 0; i < elements.size(); ++i) inner.fields.CountIn(elements[i], errors);
  }
}

}  // namespace rill::net
