#include "wire/messages/describe_log_dirs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DescribeLogDirsResult = DescribeLogDirsResponse::DescribeLogDirsResult;
using DescribableLogDirTopic = DescribeLogDirsRequest::DescribableLogDirTopic;
using DescribeLogDirsTopic = DescribeLogDirsResponse::DescribeLogDirsResult::DescribeLogDirsTopic;
using DescribeLogDirsPartition =
    DescribeLogDirsResponse::DescribeLogDirsResult::DescribeLogDirsTopic::DescribeLogDirsPartition;

}  // namespace

template <>
inline constexpr std::array kFields<DescribableLogDirTopic> = {
    Member<&DescribableLogDirTopic::topic>("topic"),
    Member<&DescribableLogDirTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DescribeLogDirsRequest> = {
    Member<&DescribeLogDirsRequest::topics>("topics").Nullable()};

template <>
const Message& MessageOf<DescribeLogDirsRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeLogDirsRequest>("DescribeLogDirsRequest", 1, 5, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeLogDirsPartition> = {
    Member<&DescribeLogDirsPartition::partition_index>("partitionIndex"),
    Member<&DescribeLogDirsPartition::partition_size>("partitionSize"),
    Member<&DescribeLogDirsPartition::offset_lag>("offsetLag"),
    Member<&DescribeLogDirsPartition::is_future_key>("isFutureKey")};

template <>
inline constexpr std::array kFields<DescribeLogDirsTopic> = {
    Member<&DescribeLogDirsTopic::name>("name"),
    Member<&DescribeLogDirsTopic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DescribeLogDirsResult> = {
    Member<&DescribeLogDirsResult::error_code>("errorCode"),
    Member<&DescribeLogDirsResult::log_dir>("logDir"),
    Member<&DescribeLogDirsResult::topics>("topics"),
    Member<&DescribeLogDirsResult::total_bytes>("totalBytes").Since(4).Ignorable(),
    Member<&DescribeLogDirsResult::usable_bytes>("usableBytes").Since(4).Ignorable(),
    Member<&DescribeLogDirsResult::is_cordoned>("isCordoned").Since(5).Ignorable()};

template <>
inline constexpr std::array kFields<DescribeLogDirsResponse> = {
    Member<&DescribeLogDirsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DescribeLogDirsResponse::error_code>("errorCode").Since(3).Ignorable(),
    Member<&DescribeLogDirsResponse::results>("results")};

template <>
const Message& MessageOf<DescribeLogDirsResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeLogDirsResponse>("DescribeLogDirsResponse", 1, 5, 2);
  return kMessage;
}

}  // namespace rill::wire
