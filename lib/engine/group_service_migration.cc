// Members of the classic protocol in groups of the other one, and groups that change theirs:
// KIP-848's online migration.
#include <utility>

#include "engine/group_service.h"
#include "fmt/format.h"

namespace rill::engine {

Effects GroupService::JoinConsumers(const JoinRequest& request, RequestToken token,
                                    Answers& answers) {
  JoinResponse response{.error = groups_.CheckJoin(request), .member_id = request.member_id};
  if (response.error == ErrorCode::kNone) {
    ConsumerGroupEffects effects;
    response = consumers_.Join(request, *parts_.topics, Now(), &effects);
    CarryOut(effects, answers);
  }
  return {JoinAnswer{token, std::move(response)}};
}

// Gives the members of a classic group to the coordinator of consumer groups where one joins by
// that protocol; FailedPrecondition where that is not to be. The other one has them, too, until it
// is known that the one who joins is not refused.
absl::Status GroupService::AdoptClassic(const ConsumerHeartbeat& request,
                                        ConsumerGroupEffects& effects) {
  if (request.member_epoch != kJoiningEpoch) {
    return absl::FailedPreconditionError("a member of it joins first");
  }
  const auto group = groups_.Migrating(request.group_id);
  if (auto refused = consumers_.CheckAdoption(group); !refused.ok()) return refused;
  consumers_.Adopt(request.group_id, *group, *parts_.topics, Now(), &effects);
  return absl::OkStatus();
}

void GroupService::Inform(std::string line, Answers& answers) {
  answers.push_back([this, line = std::move(line)] {
    if (parts_.inform) parts_.inform(line);
  });
}

void GroupService::Warn(std::string line, Answers& answers) {
  answers.push_back([this, line = std::move(line)] {
    if (parts_.warn) parts_.warn(line);
  });
}

void GroupService::Downgrade(const std::string& group, Answers& answers) {
  ConsumerGroupEffects effects;
  MigratingGroup members = consumers_.GiveAway(group, *parts_.topics, &effects);
  CarryOut(effects, answers);
  Inform(fmt::format("group {} is a classic one again: all of its {} members speak that protocol",
                     group, members.members.size()),
         answers);
  CarryOut(groups_.Adopt(group, std::move(members), Now()), answers);
}

}  // namespace rill::engine
