#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "net/answer.h"

namespace rill::net {

// Puts an answer into a socket that does not block, a part at a time. Long stretches of records go
// from the segment's file to the socket in the kernel (sendfile), which passes pages on instead of
// copying what stands in them; all else is written from memory. Holds no descriptor between calls:
// clients that read slowly would have all there are. Used by one thread, which has SIGPIPE blocked:
// sendfile raises it where the client is gone.
class AnswerWriter {
 public:
  enum class Progress { kDone, kMoreToDo, kPeerGone };

  // `answer` outlives this.
  explicit AnswerWriter(const Answer& answer);

  // As much as the socket takes, and no more than what one connection may have in a turn. DataLoss
  // where a segment's file is shorter than what was read of it, or the disk fails.
  absl::StatusOr<Progress> WriteSome(int socket);

 private:
  // A stretch of the answer, in memory.
  struct Piece {
    const char* data = nullptr;
    std::size_t size = 0;
    const log::StoredBatches* batches = nullptr;  // those that it is of
    bool by_file = false;
  };
  enum class Step { kWent, kFull, kPeerGone };

  void Add(const char* data, std::size_t size);
  void AddRecords(const log::StoredBatches& batches);
  absl::StatusOr<Step> Send(int socket);
  absl::StatusOr<Step> SendMemory(int socket);
  absl::StatusOr<Step> SendFile(int socket, const io::File& file);
  void Advance(std::size_t size);

  std::vector<Piece> pieces_;
  std::size_t next_ = 0;  // the first that is not all written
  std::size_t sent_ = 0;  // in this turn
  bool one_by_one_ = false;
};

}  // namespace rill::net
