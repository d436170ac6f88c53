#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace rill::engine {

// The caller's name for a request whose answer may come later, as an effect. Chosen by the caller;
// unique among the requests that wait.
using RequestToken = std::uint64_t;

// One way of dividing work that a member knows ("range"), with what it says about itself in it
// (bytes of engine/group/protocol.h for consumers).
struct GroupProtocol {
  std::string name = {};
  std::string metadata = {};

  friend bool operator==(const GroupProtocol&, const GroupProtocol&) = default;
};

// A member of a group. Plain data; the group keeps it true.
struct Member {
  std::string id = {};
  std::string instance_id = {};  // empty: a dynamic member
  std::string client_id = {};
  std::string client_host = {};
  absl::Duration session_timeout = {};
  absl::Duration rebalance_timeout = {};
  // False: its death is told, not guessed (it lives in this process). Then only the time since it
  // last spoke counts, against the rebalance timeout, which is its poll interval.
  bool needs_heartbeat = true;
  std::vector<GroupProtocol> protocols = {};  // in order of preference
  std::string assignment = {};
  // Joined for the first time and not answered yet. Kafka lets such a member expire while it waits,
  // for its client may have given up without a name to leave by.
  bool is_new = false;
  std::optional<RequestToken> awaiting_join = {};
  std::optional<RequestToken> awaiting_sync = {};

  bool is_static() const { return !instance_id.empty(); }
  // What it said under the protocol `name`; empty when it does not know it.
  std::string_view Metadata(std::string_view name) const {
    for (const GroupProtocol& protocol : protocols) {
      if (protocol.name == name) return protocol.metadata;
    }
    return {};
  }
  bool Supports(std::string_view name) const {
    for (const GroupProtocol& protocol : protocols) {
      if (protocol.name == name) return true;
    }
    return false;
  }
  // How long it may stay silent.
  absl::Duration SilenceLimit() const {
    return needs_heartbeat ? session_timeout : rebalance_timeout;
  }
  // A member that waits for us need not speak.
  bool MayBeSilent() const { return !is_new && (awaiting_join || awaiting_sync); }
};

inline std::int32_t MillisToStore(absl::Duration duration) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 0, INT32_MAX));
}

// How long a member has to speak up after a restart, of the broker's here or of one of Kafka's over
// the same folder. One that has no name to come back by, and lived in this process, cannot.
inline absl::Duration SessionTimeoutToStore(bool needs_heartbeat, bool is_static,
                                            absl::Duration silence_limit) {
  return needs_heartbeat || is_static ? silence_limit : absl::Milliseconds(1);
}

// The consumers of a group on their way from the one protocol to the other (KIP-848's online
// migration).
struct MigratingGroup {
  std::int32_t generation = 0;
  std::vector<Member> members = {};
};

}  // namespace rill::engine
