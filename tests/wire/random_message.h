#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "wire/place.h"
#include "wire/schema.h"

namespace rill::wire {

// Fills structs with anything that a version of their message can say.
class RandomMessage {
 public:
  RandomMessage(std::uint64_t seed, int version) : random_(seed), version_(version) {}

  void Fill(std::span<const Field> fields, void* object) {
    for (const Field& field : fields) {
      if (field.IsIn(version_)) FillField(field, field.place.member(object));
    }
  }

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  void FillField(const Field& field, void* member) {
    if (version_ >= field.nullable_since && Below(4) == 0) return field.place.reset(member);
    if (field.tag >= 0 && Below(3) == 0) return;
    void* value = field.place.emplace != nullptr ? field.place.emplace(member) : member;
    if (!field.is_array) return FillValue(field, value);
    const std::size_t count = Below(4);
    char* element = static_cast<char*>(field.place.resize(value, count));
    for (std::size_t i = 0; i < count; ++i)
      FillValue(field, element + i * field.place.element_size);
  }

  void FillValue(const Field& field, void* value) {
    switch (field.type) {
      case FieldType::kBool:
        return Store(value, Below(2) == 0);
      case FieldType::kInt8:
        return Store(value, static_cast<std::int8_t>(SomeInteger()));
      case FieldType::kInt16:
      case FieldType::kUint16:
        return Store(value, static_cast<std::int16_t>(SomeInteger()));
      case FieldType::kInt32:
        return Store(value, static_cast<std::int32_t>(SomeInteger()));
      case FieldType::kInt64:
        return Store(value, SomeInteger());
      case FieldType::kFloat64:
        return Store(value, static_cast<double>(SomeInteger() % 1'000'000) / 8);
      case FieldType::kString:
      case FieldType::kBytes:
        *static_cast<std::string*>(value) = SomeText();
        return;
      case FieldType::kRecords:
        *static_cast<std::string_view*>(value) = kRecords.substr(0, Below(kRecords.size() + 1));
        return;
      case FieldType::kUuid:
        return FillId(value);
      case FieldType::kStruct:
        return Fill(field.fields, value);
    }
  }

  template <typename T>
  static void Store(void* value, T content) {
    std::memcpy(value, &content, sizeof content);
  }

  std::int64_t SomeInteger() {
    const auto bits = static_cast<std::int64_t>(random_());
    return bits >> Below(64);
  }

  // Mostly short; now and then one whose length takes two bytes where lengths are compact.
  std::string SomeText() {
    std::string text(Below(16) == 0 ? 200 : Below(12), ' ');
    for (char& c : text) c = static_cast<char>('!' + Below(94));
    return text;
  }

  void FillId(void* value) {
    std::array<std::uint8_t, base::Uuid::kSize> bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(Below(256));
    *static_cast<base::Uuid*>(value) = base::Uuid(bytes);
  }

  static constexpr std::string_view kRecords = "bytes that nobody looks into";

  std::mt19937_64 random_;
  int version_;
};

// A struct of any message's, as its definition makes it.
using AnyStruct = std::unique_ptr<void, void (*)(void*)>;
inline AnyStruct NewStruct(const Message& message) { return {message.create(), message.destroy}; }

}  // namespace rill::wire
