#include "wire/messages/describe_log_dirs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeLogDirsRequest::Topic> = {
    Member<&DescribeLogDirsRequest::Topic::topic>("topic"),
    Member<&DescribeLogDirsRequest::Topic::partitions>("partitions")};

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
inline constexpr std::array kFields<DescribeLogDirsResponse::LogDir::Topic::Partition> = {
    Member<&DescribeLogDirsResponse::LogDir::Topic::Partition::partition_index>("partitionIndex"),
    Member<&DescribeLogDirsResponse::LogDir::Topic::Partition::partition_size>("partitionSize"),
    Member<&DescribeLogDirsResponse::LogDir::Topic::Partition::offset_lag>("offsetLag"),
    Member<&DescribeLogDirsResponse::LogDir::Topic::Partition::is_future_key>("isFutureKey")};

template <>
inline constexpr std::array kFields<DescribeLogDirsResponse::LogDir::Topic> = {
    Member<&DescribeLogDirsResponse::LogDir::Topic::name>("name"),
    Member<&DescribeLogDirsResponse::LogDir::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<DescribeLogDirsResponse::LogDir> = {
    Member<&DescribeLogDirsResponse::LogDir::error_code>("errorCode"),
    Member<&DescribeLogDirsResponse::LogDir::log_dir>("logDir"),
    Member<&DescribeLogDirsResponse::LogDir::topics>("topics"),
    Member<&DescribeLogDirsResponse::LogDir::total_bytes>("totalBytes").Since(4).Ignorable(),
    Member<&DescribeLogDirsResponse::LogDir::usable_bytes>("usableBytes").Since(4).Ignorable(),
    Member<&DescribeLogDirsResponse::LogDir::is_cordoned>("isCordoned").Since(5).Ignorable()};

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
