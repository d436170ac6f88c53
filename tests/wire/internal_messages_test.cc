#include "wire/internal_messages.h"

#include <set>
#include <string>

#include "catch.h"

namespace rill::wire {
namespace {

void CheckFields(std::span<const Field> fields) {
  std::set<std::string> names;
  std::set<int> tags;
  for (const Field& field : fields) {
    INFO(field.name);
    CHECK(names.insert(field.name).second);
    CHECK((field.tag < 0 || tags.insert(field.tag).second));
    CHECK((field.type == FieldType::kStruct) == !field.fields.empty());
    CheckFields(field.fields);
  }
}

TEST_CASE("The descriptions of Kafka's messages do not contradict themselves") {
  for (const auto kinds : {OffsetsTopicKinds(), TransactionTopicKinds(), ShareStateTopicKinds()}) {
    std::set<int> types;
    for (const RecordKind& kind : kinds) {
      CHECK(types.insert(kind.type).second);
      CheckFields(kind.key->fields);
      CheckFields(kind.value->fields);
    }
  }
  std::set<int> types;
  for (const MetadataKind& kind : ClusterMetadataKinds()) {
    CHECK(types.insert(kind.type).second);
    CheckFields(kind.value->fields);
  }
}

}  // namespace
}  // namespace rill::wire
