#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "rill/testing/faulty_storage.h"

namespace rill::testing {

// The files of a data folder, by path.
using FolderFiles = std::map<std::string, std::string>;

// Where the logs of the two topics begin, in their first segment.
inline constexpr std::int64_t kLogStart = 1;

// The one of them that was compacted.
inline constexpr char kCompactedTopic[] = "payments";

enum class EndOfProcess { kClosed, kKilled };

// A data folder with two topics of a few segments, kCompactedTopic among them, and what a group
// committed in them, as a process left it that closed it or was killed. What a killed writer
// reserved is cut to some bytes.
FolderFiles MakeSmallFolder(EndOfProcess end);

// What an engine that is opened on `files` gives an application, and what it says about them.
struct Observation {
  std::string state;  // topics, records, offsets, what is found by time, where groups stand
  std::string said;   // refusals, failures, and lines for the operator
  // A record that nobody wrote was given, or nothing could be appended where all else is well.
  std::string wrong;
};

Observation Observe(const FolderFiles& files);

}  // namespace rill::testing
