#include "net/answer_writer.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "fmt/format.h"
#include "io/file_descriptor.h"
#include "io/system_error.h"
#include "rill/error.h"

namespace rill::net {
namespace {

// From here on the kernel's copy costs more than opening the file: docs/design/sends.md.
constexpr std::size_t kLeastOfFile = std::size_t{32} << 10;
// Then the others of the thread have their turn.
constexpr std::size_t kMostInTurn = std::size_t{4} << 20;
constexpr std::size_t kMostPieces = 64;

bool IsSame(std::string_view one, std::string_view other) {
  return one.data() == other.data() && one.size() == other.size();
}

// The file ends before `at`, a byte of `batches`.
absl::Status WasCut(const log::StoredBatches& batches, const char* at) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: the file was cut behind our back: it ends before byte {}",
                               batches.segment->log_path(), at - batches.mapping->data() + 1));
}

}  // namespace

AnswerWriter::AnswerWriter(const Answer& answer) {
  const std::string& bytes = answer.frame.bytes;
  pieces_.reserve(2 * answer.frame.records.size() + 1);
  auto batches = answer.batches.begin();
  std::size_t done = 0;
  for (const auto& records : answer.frame.records) {
    Add(bytes.data() + done, records.position - done);
    done = records.position;
    while (batches != answer.batches.end() && !IsSame(batches->bytes, records.bytes)) {
      ++batches;
    }
    if (batches == answer.batches.end()) {
      Add(records.bytes.data(), records.bytes.size());
    } else {
      AddRecords(*batches);
    }
  }
  Add(bytes.data() + done, bytes.size() - done);
}

void AnswerWriter::Add(const char* data, std::size_t size) {
  if (size > 0) pieces_.push_back({data, size});
}

void AnswerWriter::AddRecords(const log::StoredBatches& batches) {
  if (batches.bytes.empty()) return;
  Add(batches.bytes.data(), batches.bytes.size());
  pieces_.back().batches = &batches;
  pieces_.back().by_file = batches.bytes.size() >= kLeastOfFile;
}

absl::StatusOr<AnswerWriter::Progress> AnswerWriter::WriteSome(int socket) {
  sent_ = 0;
  while (next_ < pieces_.size()) {
    if (sent_ >= kMostInTurn) return Progress::kMoreToDo;
    const auto step = Send(socket);
    if (!step.ok()) return step.status();
    if (*step == Step::kPeerGone) return Progress::kPeerGone;
    if (*step == Step::kFull) return Progress::kMoreToDo;
  }
  return Progress::kDone;
}

absl::StatusOr<AnswerWriter::Step> AnswerWriter::Send(int socket) {
  Piece& piece = pieces_[next_];
  if (!piece.by_file) return SendMemory(socket);
  const auto file = piece.batches->segment->OpenFile(*piece.batches->mapping);
  if (file != nullptr) return SendFile(socket, *file);
  piece.by_file = false;
  return SendMemory(socket);
}

absl::StatusOr<AnswerWriter::Step> AnswerWriter::SendMemory(int socket) {
  std::array<iovec, kMostPieces> parts;
  std::size_t count = 0;
  std::size_t at = next_;
  const std::size_t most = one_by_one_ ? 1 : parts.size();
  for (; at < pieces_.size() && count < most && !pieces_[at].by_file; ++at) {
    parts[count++] = {const_cast<char*>(pieces_[at].data), pieces_[at].size};
  }
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const int more = at < pieces_.size() ? MSG_MORE : 0;
  const ssize_t sent =
      io::RetryOnSignal([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL | more); });
  if (sent >= 0) {
    Advance(static_cast<std::size_t>(sent));
    return Step::kWent;
  }
  if (errno == EAGAIN) return Step::kFull;
  if (errno != EFAULT) return Step::kPeerGone;
  const Piece& piece = pieces_[next_];
  if (count == 1 && piece.batches != nullptr) {
    return WasCut(*piece.batches, piece.data + piece.size - 1);
  }
  one_by_one_ = true;  // to find which it is
  return Step::kWent;
}

absl::StatusOr<AnswerWriter::Step> AnswerWriter::SendFile(int socket, const io::File& file) {
  Piece& piece = pieces_[next_];
  const std::size_t size = std::min(piece.size, kMostInTurn);
  off_t position = piece.data - piece.batches->mapping->data();
  const ssize_t sent =
      io::RetryOnSignal([&] { return ::sendfile(socket, file.descriptor(), &position, size); });
  if (sent > 0) {
    Advance(static_cast<std::size_t>(sent));
    return Step::kWent;
  }
  if (sent == 0) return WasCut(*piece.batches, piece.data);
  if (errno == EAGAIN) return Step::kFull;
  if (errno == EIO) return io::SystemError(errno, "send from", file.path());
  // The file system cannot, or may not; or the client is gone, of which sendmsg tells.
  piece.by_file = false;
  return Step::kWent;
}

void AnswerWriter::Advance(std::size_t size) {
  sent_ += size;
  while (size > 0) {
    Piece& piece = pieces_[next_];
    const std::size_t of_piece = std::min(size, piece.size);
    piece.data += of_piece;
    piece.size -= of_piece;
    size -= of_piece;
    if (piece.size == 0) ++next_;
  }
}

}  // namespace rill::net
