#include "net/answer_writer.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

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

}  // namespace

AnswerWriter::AnswerWriter(const Answer& answer) {
  const std::string& bytes = answer.frame.bytes;
  pieces_.reserve(2 * answer.frame.records.size() + 1);
  auto batches = answer.batches.begin();
  std::size_t done = 0;
  for (const auto& records : answer.frame.records) {
    Add(bytes.data() + done, records.position - done);
    done = records.position;
    while (batches != answer.batches.end() && batches->bytes.data() != records.bytes.data()) {
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
  Add(batches.bytes.data(), batches.bytes.size());
  if (batches.bytes.size() >= kLeastOfFile) pieces_.back().in_file = &batches;
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
  if (piece.in_file == nullptr) return SendMemory(socket);
  const auto file = piece.in_file->segment->OpenFile(*piece.in_file->mapping);
  if (file != nullptr) return SendFile(socket, *file);
  piece.in_file = nullptr;
  return SendMemory(socket);
}

AnswerWriter::Step AnswerWriter::SendMemory(int socket) {
  std::array<iovec, kMostPieces> parts;
  std::size_t count = 0;
  std::size_t at = next_;
  for (; at < pieces_.size() && count < parts.size() && pieces_[at].in_file == nullptr; ++at) {
    parts[count++] = {const_cast<char*>(pieces_[at].data), pieces_[at].size};
  }
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const int more = at < pieces_.size() ? MSG_MORE : 0;
  const ssize_t sent =
      io::RetryOnSignal([&] { return ::sendmsg(socket, &message, MSG_NOSIGNAL | more); });
  if (sent < 0) return errno == EAGAIN ? Step::kFull : Step::kPeerGone;
  Advance(static_cast<std::size_t>(sent));
  return Step::kWent;
}

absl::StatusOr<AnswerWriter::Step> AnswerWriter::SendFile(int socket, const io::File& file) {
  Piece& piece = pieces_[next_];
  const std::ptrdiff_t begin = piece.data - piece.in_file->mapping->data();
  const std::size_t size = std::min(piece.size, kMostInTurn);
  off_t position = begin;
  const ssize_t sent =
      io::RetryOnSignal([&] { return ::sendfile(socket, file.descriptor(), &position, size); });
  if (sent > 0) {
    Advance(static_cast<std::size_t>(sent));
    return Step::kWent;
  }
  if (sent == 0) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                     fmt::format("{}: the file was cut behind our back: it ends before byte {}",
                                 file.path(), begin + 1));
  }
  switch (errno) {
    case EAGAIN:
      return Step::kFull;
    case EINVAL:
    case ENOSYS:  // not of this file system, or not into this socket
      piece.in_file = nullptr;
      return Step::kWent;
    case EIO:
      return io::SystemError(errno, "send from", file.path());
    default:
      return Step::kPeerGone;
  }
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
