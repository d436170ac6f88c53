#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/group/offset_records.h"
#include "engine/group/protocol.h"

// What the offsets topic holds and what members say of themselves: any bytes are read or refused,
// and what was read is read again from what is written of it.

namespace {

using namespace rill::engine;

void Require(bool holds) {
  if (!holds) std::abort();
}

// Lists have no order of their own in what is written, so it is the second writing that must agree.
void CheckSubscription(std::string_view bytes) {
  const auto read = DecodeSubscription(bytes);
  if (!read.ok()) return;
  const std::string written = EncodeSubscription(*read);
  Require(EncodeSubscription(DecodeSubscription(written).value()) == written);
}

void CheckAssignment(std::string_view bytes) {
  const auto read = DecodeAssignment(bytes);
  if (!read.ok()) return;
  const std::string written = EncodeAssignment(*read);
  Require(EncodeAssignment(DecodeAssignment(written).value()) == written);
}

void CheckOffsetCommit(std::string_view bytes) {
  const auto read = DecodeOffsetCommitValue(bytes);
  if (read.ok()) Require(DecodeOffsetCommitValue(EncodeValue(*read)).ok());
}

// A compact string can be longer than what version 3 has room for; Kafka writes none so long.
bool FitsVersion3(const GroupMetadataValue& value) {
  const auto fits = [](const std::string& text) { return text.size() <= 32767; };
  bool all = fits(value.protocol_type) && fits(value.protocol.value_or("")) &&
             fits(value.leader.value_or(""));
  for (const GroupMetadataMember& member : value.members) {
    all = all && fits(member.member_id) && fits(member.group_instance_id.value_or("")) &&
          fits(member.client_id) && fits(member.client_host);
  }
  return all;
}

void CheckGroupMetadata(std::string_view bytes) {
  const auto read = DecodeGroupMetadataValue(bytes);
  if (!read.ok() || !FitsVersion3(*read)) return;
  Require(DecodeGroupMetadataValue(EncodeValue(*read)).value() == *read);
}

template <typename Value>
void CheckConsumerGroupValue(std::string_view bytes,
                             absl::StatusOr<Value> (*decode)(std::string_view)) {
  const auto read = decode(bytes);
  if (read.ok()) Require(decode(EncodeValue(*read)).value() == *read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)DecodeKey(bytes);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupEpochValue);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupMemberValue);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupTargetEpochValue);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupTargetValue);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupCurrentValue);
  CheckConsumerGroupValue(bytes, DecodeConsumerGroupRegexValue);
  CheckOffsetCommit(bytes);
  CheckGroupMetadata(bytes);
  CheckSubscription(bytes);
  CheckAssignment(bytes);
  const StickyUserData sticky = DecodeStickyUserData(bytes);
  Require(DecodeStickyUserData(EncodeStickyUserData(sticky)).partitions.size() ==
          sticky.partitions.size());
  return 0;
}
