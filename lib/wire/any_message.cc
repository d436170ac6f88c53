#include "rill/wire/any_message.h"

#include <cstring>
#include <deque>
#include <limits>
#include <span>
#include <utility>

#include "base/kafka_bytes.h"
#include "base/uuid.h"
#include "fmt/format.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/place.h"
#include "wire/version.h"

namespace rill::wire {

namespace any_message_internal {

struct State {
  State(const Message& of, int of_version)
      : description(of), version(of_version), object(of.create()) {}
  ~State() { description.destroy(object); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const Message& description;
  const int version;
  void* const object;
  std::string body;              // what it was read from: its records point there
  std::deque<std::string> kept;  // records that were set
  absl::Status status;
};

}  // namespace any_message_internal

using any_message_internal::State;

namespace {

bool IsInteger(FieldType type) {
  switch (type) {
    case FieldType::kBool:
    case FieldType::kInt8:
    case FieldType::kInt16:
    case FieldType::kUint16:
    case FieldType::kInt32:
    case FieldType::kInt64:
      return true;
    default:
      return false;
  }
}

bool IsText(FieldType type) {
  return type == FieldType::kString || type == FieldType::kBytes || type == FieldType::kRecords;
}

template <typename T>
bool StoreAs(std::int64_t value, void* to) {
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return false;
  const auto number = static_cast<T>(value);
  std::memcpy(to, &number, sizeof number);
  return true;
}

// False where the type cannot hold it.
bool StoreInteger(FieldType type, std::int64_t value, void* to) {
  switch (type) {
    case FieldType::kBool:
      return StoreAs<bool>(value, to);
    case FieldType::kInt8:
      return StoreAs<std::int8_t>(value, to);
    case FieldType::kInt16:
      return StoreAs<std::int16_t>(value, to);
    case FieldType::kUint16:
      return StoreAs<std::uint16_t>(value, to);
    case FieldType::kInt32:
      return StoreAs<std::int32_t>(value, to);
    case FieldType::kInt64:
      return StoreAs<std::int64_t>(value, to);
    default:
      return false;
  }
}

absl::StatusOr<std::unique_ptr<State>> MakeState(ApiKey key, AnyMessage::Side side, int version) {
  const Api* const api = FindApi(static_cast<std::int16_t>(key));
  if (api == nullptr) {
    return absl::NotFoundError(
        fmt::format("rill does not speak the request with key {}", static_cast<int>(key)));
  }
  const bool is_request = side == AnyMessage::Side::kRequest;
  const Message& message = is_request ? api->request() : api->response();
  if (auto known = CheckVersion(message, version); !known.ok()) return known;
  return std::make_unique<State>(message, version);
}

}  // namespace

AnyValue AnyValue::Fail(const std::string& problem) const {
  if (state_->status.ok()) {
    state_->status = MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                               fmt::format("{}: {}", state_->description.name, problem));
  }
  return {state_, nullptr, nullptr, false};
}

std::string AnyValue::Name() const { return field_ == nullptr ? "the message" : field_->name; }

bool AnyValue::IsArray() const { return field_ != nullptr && field_->is_array && !is_element_; }

void* AnyValue::Held() const {
  if (IsNothing() || field_ == nullptr || is_element_) return at_;
  return const_cast<void*>(ValueOf(*field_, at_));
}

void* AnyValue::HeldOrNew() const {
  void* const held = Held();
  if (held != nullptr || IsNothing()) return held;
  return field_->place.emplace(at_);
}

bool AnyValue::Is(const char* what, bool is_type) const {
  if (IsNothing()) return false;
  if (field_ != nullptr && !IsArray() && is_type) return true;
  Fail(fmt::format("{} is no {}", Name(), what));
  return false;
}

AnyValue AnyValue::operator[](const char* name) const {
  if (IsNothing()) return *this;
  const bool is_struct = field_ == nullptr || (field_->type == FieldType::kStruct && !IsArray());
  if (!is_struct) return Fail(fmt::format("{} has no field {}: it is no struct", Name(), name));
  void* const object = Held();
  if (object == nullptr) return Fail(fmt::format("{} is null and has no {}", Name(), name));
  const auto fields = field_ == nullptr ? state_->description.fields : field_->fields;
  for (const Field& field : fields) {
    if (std::string_view(field.name) == name) {
      return {state_, &field, MemberOf(field, object), false};
    }
  }
  return Fail(fmt::format("{} has no field {}", Name(), name));
}

bool AnyValue::is_null() const { return Held() == nullptr; }

std::int64_t AnyValue::integer() const {
  if (!Is("integer", field_ != nullptr && IsInteger(field_->type))) return 0;
  return LoadInteger(field_->type, Held());
}

double AnyValue::number() const {
  if (!Is("float64", field_ != nullptr && field_->type == FieldType::kFloat64)) return 0;
  return *static_cast<const double*>(Held());
}

std::string_view AnyValue::text() const {
  if (!Is("text", field_ != nullptr && IsText(field_->type))) return {};
  const void* const held = Held();
  if (held == nullptr) return {};
  return field_->type == FieldType::kRecords ? *static_cast<const std::string_view*>(held)
                                             : *static_cast<const std::string*>(held);
}

std::string AnyValue::id() const {
  if (!Is("id", field_ != nullptr && field_->type == FieldType::kUuid)) return {};
  return static_cast<const base::Uuid*>(Held())->ToString();
}

void AnyValue::SetInteger(std::int64_t value) const {
  if (!Is("integer", field_ != nullptr && IsInteger(field_->type))) return;
  if (!StoreInteger(field_->type, value, Held())) {
    Fail(fmt::format("{} cannot be {}", Name(), value));
  }
}

void AnyValue::SetNumber(double value) const {
  if (!Is("float64", field_ != nullptr && field_->type == FieldType::kFloat64)) return;
  *static_cast<double*>(Held()) = value;
}

void AnyValue::SetText(std::string value) const {
  if (!IsNothing() && field_ != nullptr && !IsArray() && field_->type == FieldType::kUuid) {
    const auto id = base::Uuid::Parse(value);
    if (id.has_value()) *static_cast<base::Uuid*>(Held()) = *id;
    if (!id.has_value()) Fail(fmt::format("{} cannot be \"{}\"", Name(), value));
    return;
  }
  if (!Is("text", field_ != nullptr && IsText(field_->type))) return;
  void* const held = HeldOrNew();
  if (field_->type != FieldType::kRecords) {
    *static_cast<std::string*>(held) = std::move(value);
    return;
  }
  state_->kept.push_back(std::move(value));
  *static_cast<std::string_view*>(held) = state_->kept.back();
}

void AnyValue::SetNull() const {
  if (IsNothing()) return;
  if (field_ == nullptr || is_element_ || field_->place.reset == nullptr) {
    Fail(fmt::format("{} is never null", Name()));
    return;
  }
  field_->place.reset(at_);
}

void AnyValue::SetEmpty() const {
  if (IsNothing()) return;
  const bool may_be_null = field_ != nullptr && !is_element_ && field_->place.emplace != nullptr;
  if (may_be_null) {
    field_->place.emplace(at_);
  } else if (IsArray()) {
    field_->place.resize(at_, 0);
  } else {
    Fail(fmt::format("{} is never null", Name()));
  }
}

std::size_t AnyValue::size() const {
  if (IsNothing()) return 0;
  if (!IsArray()) {
    Fail(fmt::format("{} is no array", Name()));
    return 0;
  }
  const void* const held = Held();
  return held == nullptr ? 0 : field_->place.size(held);
}

AnyValue AnyValue::At(std::size_t index) const {
  if (IsNothing()) return *this;
  if (index >= size()) return Fail(fmt::format("{} has no element {}", Name(), index));
  const Elements elements(*field_, Held());
  return {state_, field_, const_cast<void*>(elements[index]), true};
}

AnyValue AnyValue::Append() const {
  if (IsNothing()) return *this;
  if (!IsArray()) return Fail(fmt::format("{} is no array", Name()));
  return {state_, field_, field_->place.append(HeldOrNew()), true};
}

void AnyValue::KeepIf(const std::function<bool(AnyValue element)>& keep) const {
  if (IsNothing()) return;
  if (!IsArray()) {
    Fail(fmt::format("{} is no array", Name()));
    return;
  }
  if (Held() == nullptr) return;
  field_->place.erase_if(Held(), [&](void* element) {
    return !keep({state_, field_, element, true});
  });
}

AnyMessage::AnyMessage(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnyMessage::AnyMessage(AnyMessage&&) noexcept = default;
AnyMessage& AnyMessage::operator=(AnyMessage&&) noexcept = default;
AnyMessage::~AnyMessage() = default;

absl::StatusOr<AnyMessage> AnyMessage::Make(ApiKey key, Side side, int version) {
  auto state = MakeState(key, side, version);
  if (!state.ok()) return state.status();
  return AnyMessage(*std::move(state));
}

absl::StatusOr<AnyMessage> AnyMessage::Read(ApiKey key, Side side, int version, std::string body) {
  auto state = MakeState(key, side, version);
  if (!state.ok()) return state.status();
  State& made = **state;
  made.body = std::move(body);
  base::KafkaReader reader(made.body, made.description.name);
  auto read = DecodeMessage(made.description, version, reader, made.object);
  if (!read.ok()) return read;
  if (reader.remaining() > 0) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
        fmt::format("{}: {} bytes are left behind it", made.description.name, reader.remaining()));
  }
  return AnyMessage(*std::move(state));
}

AnyValue AnyMessage::operator[](const char* name) const {
  return AnyValue(state_.get(), nullptr, state_->object, false)[name];
}

int AnyMessage::version() const { return state_->version; }
const char* AnyMessage::name() const { return state_->description.name; }
absl::Status AnyMessage::status() const { return state_->status; }

absl::StatusOr<std::string> AnyMessage::Write() const {
  if (!state_->status.ok()) return state_->status;
  std::string bytes;
  auto written = EncodeMessage(state_->description, state_->version, state_->object, bytes);
  if (!written.ok()) return written;
  return bytes;
}

}  // namespace rill::wire
