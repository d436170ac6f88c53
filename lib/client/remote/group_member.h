#pragma once

#include "absl/status/statusor.h"
#include "client/remote/groups.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/describe_groups.h"

namespace rill::remote {

// A member as both requests that describe groups tell of it. InvalidArgument for an assignment of
// the classic protocol that is none.
absl::StatusOr<GroupMember> MemberOf(const wire::DescribeGroupsResponse::Group::Member& member);
GroupMember MemberOf(const wire::ConsumerGroupDescribeResponse::Group::Member& member);

}  // namespace rill::remote
