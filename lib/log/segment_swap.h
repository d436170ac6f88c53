#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "io/file_system.h"
#include "log/segment.h"

namespace rill::log {

// Puts the files of a compacted segment in the place of those that it was made from, in Kafka's
// steps (interrupted_swap.h, which an open takes where a process died in them):
//
//   Offer    .cleaned -> .swap; with a sync of the folder behind it, the new segment counts
//   Finish   the old files -> .deleted, then .swap -> no suffix; with a sync of the folder behind
//            it, all is over
//
// Each takes it up where the call before failed. There is no way back, for none would be safe when
// it fails, too; so as long as this is not over, nothing else may write .cleaned files. Not
// thread-safe.
class SegmentSwap {
 public:
  SegmentSwap(io::FileSystem* files, std::vector<std::shared_ptr<Segment>> replaced,
              std::shared_ptr<Segment> fresh, bool has_transaction_index);

  absl::Status Offer();
  absl::Status Finish();

  const std::vector<std::shared_ptr<Segment>>& replaced() const { return replaced_; }
  const std::shared_ptr<Segment>& fresh() const { return fresh_; }
  // What Finish has renamed to .deleted since the last call.
  std::vector<std::string> TakeDeleted() { return std::exchange(deleted_, {}); }

 private:
  struct Renaming {
    std::string from;
    std::string to;
  };
  using Renamings = std::vector<Renaming>;
  // Takes those that went well from the list's end.
  absl::Status Take(Renamings& renamings, bool may_be_missing,
                    std::vector<std::string>* renamed = nullptr);

  io::FileSystem* const files_;
  const std::vector<std::shared_ptr<Segment>> replaced_;
  const std::shared_ptr<Segment> fresh_;
  // What is left of each step, the next one last.
  Renamings offers_;
  Renamings retirements_;
  Renamings arrivals_;
  std::vector<std::string> deleted_;
};

}  // namespace rill::log
