#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "net/api_table.h"
#include "rill/handler.h"
#include "wire/api.h"

namespace rill::net {

// The requests that one node answers: rill's, without those that the application hides, and with
// its own handlers before, in place of and beside them. Does not change.
class NodeApis {
 public:
  struct Entry {
    std::int16_t key = 0;
    int first_version = 0;
    int last_version = 0;
    int first_advertised = 0;
    int flexible_since = 0;
    const ServedApi* served = nullptr;  // rill's own; null: it has none
    std::vector<ApiHandler> own = {};   // asked before it, one after the other

    bool Has(int version) const { return version >= first_version && version <= last_version; }
    int RequestHeaderVersion(int version) const { return version >= flexible_since ? 2 : 1; }
    int ResponseHeaderVersion(int version) const;
  };

  // rill's alone.
  NodeApis();
  // InvalidArgument says what of it cannot be.
  static absl::StatusOr<NodeApis> Make(std::span<const ApiHandler> own,
                                       std::span<const wire::ApiKey> hidden);

  // By ascending key.
  std::span<const Entry> entries() const { return entries_; }
  // Null where the key is not answered.
  const Entry* Find(std::int16_t key) const;

 private:
  absl::Status Hide(wire::ApiKey key);
  absl::Status Add(const ApiHandler& handler);

  std::vector<Entry> entries_;
};

}  // namespace rill::net
