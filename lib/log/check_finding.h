#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace rill::log {

// What a check of stored files has to say about one place in them.
struct Finding {
  enum class Kind {
    kDamage,  // bytes that contradict themselves, or each other
    kUnread,  // could not be looked into, so that nothing is known of it
    kCut,     // what a crash may have torn, and the next open therefore cuts off
    kNote,    // as it may be: what an open log keeps for its writer, leftovers, what is made anew
  };
  Kind kind = Kind::kDamage;
  std::string folder = {};                     // "orders-3"; empty at the root of the data folder
  std::string file = {};                       // its name there; empty for the folder itself
  std::optional<std::uint64_t> position = {};  // in the file, in bytes
  std::string what = {};
};

using FindingSink = std::function<void(const Finding&)>;

// Tells what is found in one folder. Not thread-safe.
class FolderFindings {
 public:
  // `directory` is the folder's path, which messages need not repeat.
  FolderFindings(std::string folder, std::string directory, FindingSink sink)
      : folder_(std::move(folder)), directory_(std::move(directory)), sink_(std::move(sink)) {}

  void Tell(Finding::Kind kind, const std::string& file, std::optional<std::uint64_t> position,
            std::string what);
  // An error about a file that was to be read: damage where its bytes or the disk are at fault,
  // which is then of kind `damage`; else the file is unread.
  void TellError(const std::string& file, const absl::Status& status,
                 Finding::Kind damage = Finding::Kind::kDamage);

  // How many of the kinds kDamage and kUnread there were.
  std::uint64_t faults() const { return faults_; }

 private:
  const std::string folder_;
  const std::string directory_;
  const FindingSink sink_;
  std::uint64_t faults_ = 0;
};

}  // namespace rill::log
