#include "net/connection.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "asio/post.hpp"
#include "asio/redirect_error.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "base/bytes.h"
#include "fmt/format.h"
#include "net/answer_writer.h"
#include "net/patience.h"
#include "net/place_of.h"
#include "net/serve_api.h"
#include "rill/error.h"

namespace rill::net {
namespace {

constexpr std::size_t kLengthSize = 4;
// What each connection has for itself, and begins with: room for four requests with a producer's
// usual batch (16 KiB).
constexpr std::size_t kOwnInput = std::size_t{72} << 10;
// What is read at a time of a client that has its thread for itself: it has its answers earlier.
constexpr std::size_t kReadOfOne = std::size_t{16} << 10;
// What it keeps for its next request, at most.
constexpr std::size_t kLargestKept = std::size_t{1} << 20;

// Of answers that go together.
constexpr std::size_t kMostUnsent = std::size_t{1} << 10;
static_assert(kMostUnsent <= AnswerMemory::kOwn, "they are not counted");

using Clock = std::chrono::steady_clock;

// Then what is unsent goes, and others of the thread have their turn.
constexpr std::chrono::milliseconds kLongestTurn(1);

// Records in memory that retention has taken are there for this answer alone.
bool KeepsDeletedRecords(const Answer& answer) {
  for (std::size_t i = 0; i < answer.logs.size(); ++i) {
    if (answer.batches[i].next_offset <= answer.logs[i]->log_start_offset()) return true;
  }
  return false;
}

// Where reading ended early: the client is gone, or that is what went wrong.
absl::StatusOr<std::string_view> Nothing(const absl::StatusOr<bool>& read) {
  if (read.ok()) return std::string_view();
  return read.status();
}

}  // namespace

Connection::Connection(Socket socket, Peer peer, const Parts& parts)
    : socket_(std::move(socket)),
      parts_(parts),
      peer_(std::move(peer)),
      metrics_(parts.node->request_metrics->OfThisThread()),
      memory_(*parts.node->request_memory),
      idle_since_(Clock::now()),
      watch_(socket_),
      memory_timer_(socket_.get_executor()),
      since_(idle_since_) {
  metrics_.Count(NodeCount::kConnections);
}

asio::awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  const absl::Status ended = co_await ServeAll();
  if (!ended.ok() && !absl::IsCancelled(ended)) {
    metrics_.Count(NodeCount::kConnectionsEndedByErrors);
    // The log's trouble is the owner's; all else the client's.
    parts_.node->engine->Say(
        absl::IsDataLoss(ended) ? LogLevel::kError : LogLevel::kInfo,
        fmt::format("{}: closing the connection: {}", peer_.name, std::string(ended.message())));
  }
  Close();
}

asio::awaitable<absl::Status> Connection::ServeAll() {
  while (!is_closing_) {
    const auto frame = co_await ReadFrame();
    if (!frame.ok()) co_return frame.status();
    if (frame->empty()) break;
    is_busy_ = true;
    throttle_ = {};
    absl::Status served = co_await ServeOne(*frame);
    if (!served.ok() || !GoesOnAtOnce()) {
      if (auto ended = co_await EndTurn(); served.ok()) served = ended;
    }
    has_let_go_ = false;
    if (served.ok() && throttle_.count() > 0) co_await Mute(throttle_);
    is_busy_ = false;
    if (!served.ok()) co_return served;
    idle_since_ = since_ = Clock::now();
  }
  co_return absl::OkStatus();
}

bool Connection::GoesOnAtOnce() const {
  return !is_closing_ && throttle_.count() == 0 && HasNextFrame() &&
         Clock::now() - turn_began_ < kLongestTurn;
}

asio::awaitable<absl::Status> Connection::EndTurn() {
  if (auto sent = co_await SendUnsent(); !sent.ok()) co_return sent;
  // Reading is the end of a turn, too.
  if (!HasNextFrame()) co_return absl::OkStatus();
  co_await asio::post(asio::use_awaitable);
  turn_began_ = Clock::now();
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> Connection::ServeOne(std::string_view frame) {
  auto request = ReadRequest(parts_.node->apis, frame);
  if (!request.ok()) co_return request.status();
  Answer answer;
  if (auto begun = BeginAnswer(*request, answer); !begun.ok()) co_return begun;
  if (request->api == nullptr) {
    if (auto told = AnswerUnknownApiVersions(answer); !told.ok()) co_return told;
    co_return co_await Send(answer);
  }
  const Call call{.node = *parts_.node,
                  .advertised = *parts_.advertised,
                  .client_host = peer_.client_host,
                  .version = request->version,
                  .client_id = std::move(request->client_id),
                  .request_bytes = frame.size(),
                  .client_port = peer_.client_port,
                  .software = &software_,
                  .peer = &watch_,
                  .metrics = &metrics_,
                  .let_go_of_body = [this] { LetGoOfBody(); }};
  co_return co_await ServeCall(call, *request, answer);
}

asio::awaitable<absl::Status> Connection::ServeCall(const Call& call, Request& request,
                                                    Answer& answer) {
  auto served = ServeApiAtOnce(*request.api, call, request.body, answer);
  if (!served.has_value()) served = co_await ServeSlowly(call, request, answer);
  throttle_ = answer.throttle;
  const auto made = Clock::now();
  if (served->ok() && !answer.is_silent) served = co_await Send(answer);
  if (!served->ok() && !absl::IsCancelled(*served)) answer.errors.Add(CodeOf(*served));
  metrics_.Count(*request.api, call.version, answer.errors,
                 {.local = made - call.begun - answer.waited,
                  .remote = answer.waited,
                  .send = Clock::now() - made});
  co_return *std::move(served);
}

asio::awaitable<absl::Status> Connection::ServeSlowly(const Call& call, Request& request,
                                                      Answer& answer) {
  if (!unsent_.empty()) {
    if (auto sent = co_await SendUnsent(); !sent.ok()) co_return sent;
    answer.waited += Clock::now() - call.begun;
    if (is_closing_) co_return ClientHasGone();
  }
  co_return co_await ServeApi(*request.api, call, request.body, *parts_.workers, answer);
}

asio::awaitable<absl::Status> Connection::Send(Answer& answer) {
  if (auto finished = FinishAnswer(answer); !finished.ok()) co_return finished;
  if (MayGoTogether(answer)) {
    unsent_ += answer.frame.bytes;
    co_return absl::OkStatus();
  }
  if (auto sent = co_await SendUnsent(); !sent.ok()) co_return sent;
  co_return co_await Write(answer);
}

// A client that has its thread for itself can go on with each answer while the next is made.
bool Connection::MayGoTogether(const Answer& answer) const {
  if (!answer.frame.records.empty()) return false;
  if (unsent_.size() + answer.frame.bytes.size() > kMostUnsent) return false;
  return HasNextFrame() ? shares_thread_ : !unsent_.empty();
}

asio::awaitable<absl::Status> Connection::SendUnsent() {
  if (unsent_.empty()) co_return absl::OkStatus();
  Answer together;
  together.frame.bytes = std::exchange(unsent_, {});
  co_return co_await Write(together);
}

bool Connection::HasNextFrame() const {
  const std::size_t have = input_.size() - begin_;
  if (have < kLengthSize) return false;
  const auto size = base::LoadBigEndian<std::uint32_t>(input_.data() + begin_);
  return size > 0 && size <= parts_.node->config.socket_request_max_bytes &&
         size <= have - kLengthSize;
}

asio::awaitable<absl::StatusOr<std::string_view>> Connection::ReadFrame() {
  if (memory_.bytes() > 0 && parts_.node->request_memory->is_scarce()) ShrinkInput();
  if (auto read = co_await ReadUntil(kLengthSize); !read.ok() || !*read) co_return Nothing(read);
  const auto size = base::LoadBigEndian<std::int32_t>(input_.data() + begin_);
  const std::size_t most = parts_.node->config.socket_request_max_bytes;
  if (size <= 0 || static_cast<std::size_t>(size) > most) {
    co_return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                        fmt::format("a request says that it has {} bytes; it may have up to {} "
                                    "(socket.request.max.bytes)",
                                    size, most));
  }
  const std::size_t whole = kLengthSize + static_cast<std::size_t>(size);
  if (auto read = co_await ReadUntil(whole); !read.ok() || !*read) co_return Nothing(read);
  const std::string_view frame(input_.data() + begin_ + kLengthSize, whole - kLengthSize);
  begin_ += whole;
  co_return frame;
}

asio::awaitable<absl::StatusOr<bool>> Connection::ReadUntil(std::size_t size) {
  while (input_.size() - begin_ < size) {
    const bool is_first = input_.size() == begin_;
    if (is_first && input_.capacity() > LargestKept()) LetGo();
    if (is_first && memory_.bytes() > 0) co_await Rest();
    if (auto room = co_await MakeRoom(size); !room.ok()) co_return room;
    if (is_closing_) co_return false;
    asio::error_code gone;
    const std::size_t read = co_await socket_.async_read_some(
        FreeInput(), asio::redirect_error(asio::use_awaitable, gone));
    if (gone || is_closing_) co_return false;
    NoteRead(read);
    if (is_first) since_ = idle_since_;
  }
  co_return true;
}

asio::mutable_buffer Connection::FreeInput() {
  const std::size_t room = input_.capacity() - input_.size();
  const bool is_large = input_.capacity() > kOwnInput;
  return {input_.data() + input_.size(),
          shares_thread_ || is_large ? room : std::min(room, kReadOfOne)};
}

void Connection::NoteRead(std::size_t size) {
  input_.Resize(input_.size() + size);
  turn_began_ = idle_since_ = Clock::now();
  shares_thread_ = *parts_.reads != last_read_;
  last_read_ = ++*parts_.reads;
}

asio::awaitable<absl::Status> Connection::MakeRoom(std::size_t size) {
  if (TryMakeRoom(size)) co_return absl::OkStatus();
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto place = memory_.Wait(wake);
  const auto deadline = Clock::now() + kMemoryPatience;
  waiting_for_memory_ = wake;
  const absl::Cleanup over = [this] { waiting_for_memory_ = nullptr; };
  while (!TryMakeRoom(size)) {
    const bool is_woken = co_await wake->WaitUntil(deadline);
    if (is_closing_) co_return absl::OkStatus();
    if (is_woken) continue;
    co_return absl::ResourceExhaustedError(
        fmt::format("requests of all connections have the memory that there is for them "
                    "(queued.max.request.bytes), and {} s did not change that",
                    kMemoryPatience.count()));
  }
  co_return absl::OkStatus();
}

// A length is only said, until the bytes are there: memory doubles with what has come.
bool Connection::TryMakeRoom(std::size_t size) {
  const std::size_t have = input_.size() - begin_;
  const bool fits_behind = begin_ + std::max(size, have + kReadOfOne) <= input_.capacity();
  if (have == 0 || !fits_behind) {
    if (begin_ > 0 && have > 0) std::memmove(input_.data(), input_.data() + begin_, have);
    input_.Resize(have);
    begin_ = 0;
  }
  const bool has_room = input_.size() < input_.capacity();
  const std::size_t wanted =
      has_room ? input_.capacity() : std::max(kOwnInput, std::min(size, 2 * have));
  if (!memory_.Resize(wanted - kOwnInput)) return false;
  if (memory_.bytes() > 0) WatchMemory();
  return input_.ReserveExactly(wanted);
}

void Connection::LetGo() {
  input_ = base::Buffer();
  begin_ = 0;
  memory_.Resize(0);
}

void Connection::ShrinkInput() {
  const std::size_t have = input_.size() - begin_;
  if (have == 0) return LetGo();
  const std::size_t wanted = std::max(kOwnInput, have);
  if (wanted > input_.capacity() / 2) return;
  base::Buffer smaller;
  if (!smaller.ReserveExactly(wanted)) return;
  smaller.Resize(have);
  std::memcpy(smaller.data(), input_.data() + begin_, have);
  input_ = std::move(smaller);
  begin_ = 0;
  memory_.Resize(wanted - kOwnInput);
}

void Connection::LetGoOfBody() {
  if (memory_.bytes() == 0) return;
  ShrinkInput();
  has_let_go_ = true;
  since_ = Clock::now();
}

asio::awaitable<void> Connection::Rest() {
  since_ = Clock::now();
  is_resting_ = true;
  asio::error_code gone;
  co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(asio::use_awaitable, gone));
  is_resting_ = false;
  since_ = Clock::now();
}

void Connection::WatchMemory() {
  if (is_watched_ || is_closing_) return;
  const auto patience = parts_.node->holder_patience;
  const bool is_new = Clock::now() - since_ < kLookInterval;
  is_watched_ = true;
  memory_timer_.expires_after(is_new ? patience : std::min(patience, kLookInterval));
  memory_timer_.async_wait([weak = weak_from_this()](const asio::error_code& cancelled) {
    const auto self = weak.lock();
    if (self != nullptr && !cancelled) self->LookAtMemory();
  });
}

void Connection::LookAtMemory() {
  is_watched_ = false;
  if (!HasMemory()) return;
  if (Clock::now() - since_ >= parts_.node->holder_patience) {
    if (is_resting_) return LetGo();
    if (HasWhatOthersWaitFor()) {
      metrics_.Count(NodeCount::kConnectionsEndedByErrors);
      parts_.node->engine->Say(
          LogLevel::kInfo,
          fmt::format("{}: closing the connection: others wait for the memory that {} has",
                      peer_.name,
                      slow_answer_ != nullptr ? "its answer, which is not read,"
                      : is_busy_              ? "what it sent behind a request that waits"
                                              : "its request, which does not come whole,"));
      return Close();
    }
  }
  WatchMemory();
}

bool Connection::HasMemory() const {
  return memory_.bytes() > 0 || (slow_answer_ != nullptr &&
                                 (slow_answer_->memory.bytes() > 0 || !slow_answer_->logs.empty()));
}

// Who waits for memory itself is in nobody's way for longer than it has patience. What is being
// worked on is not the client's doing; what it sent behind a request that waits is.
bool Connection::HasWhatOthersWaitFor() const {
  if (waiting_for_memory_ != nullptr || (is_busy_ && !has_let_go_ && slow_answer_ == nullptr)) {
    return false;
  }
  const NodeContext& node = *parts_.node;
  if (memory_.bytes() > 0 && node.request_memory->waiting() > 0) return true;
  if (slow_answer_ == nullptr) return false;
  if (slow_answer_->memory.bytes() > 0 && node.answer_memory->waiting() > 0) return true;
  return KeepsDeletedRecords(*slow_answer_);
}

std::size_t Connection::LargestKept() const {
  return parts_.node->request_memory->is_scarce() ? kOwnInput : kLargestKept;
}

asio::awaitable<absl::Status> Connection::Write(const Answer& answer) {
  AnswerWriter writer(answer);
  is_writing_ = true;
  const absl::Cleanup over = [this] {
    is_writing_ = false;
    slow_answer_ = nullptr;
  };
  std::optional<UnderWay> slow;
  for (;;) {
    idle_since_ = Clock::now();
    const auto progress = writer.WriteSome(socket_.native_handle());
    if (!progress.ok()) co_return progress.status();
    if (*progress == AnswerWriter::Progress::kDone) co_return absl::OkStatus();
    if (!slow.has_value()) {
      slow.emplace(&metrics_, NodeCount::kSlowAnswers, NodeCount::kSlowAnswersEnded);
      slow_answer_ = &answer;
      since_ = idle_since_;
      if (HasMemory()) WatchMemory();
    }
    asio::error_code gone;
    if (*progress != AnswerWriter::Progress::kPeerGone) {
      co_await socket_.async_wait(Socket::wait_write,
                                  asio::redirect_error(asio::use_awaitable, gone));
    }
    if (gone || *progress == AnswerWriter::Progress::kPeerGone || !socket_.is_open()) {
      is_closing_ = true;
      co_return absl::OkStatus();
    }
  }
}

asio::awaitable<void> Connection::Mute(std::chrono::milliseconds time) {
  if (begin_ == input_.size()) LetGo();  // others may have the memory meanwhile
  muted_ = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto deadline = Clock::now() + time;
  while (!is_closing_ && Clock::now() < deadline) co_await muted_->WaitUntil(deadline);
  muted_ = nullptr;
}

void Connection::CloseWhenIdle() {
  is_closing_ = true;
  if (muted_ != nullptr) muted_->Notify();
  if (!is_busy_) Close();
}

void Connection::Close() {
  is_closing_ = true;
  if (waiting_for_memory_ != nullptr) waiting_for_memory_->Notify();
  if (muted_ != nullptr) muted_->Notify();
  memory_timer_.cancel();
  if (has_let_go_) LetGo();  // of what came behind a request that waits, and sees this soon
  asio::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

std::chrono::steady_clock::time_point Connection::idle_since() const {
  const bool waits = (is_busy_ && !is_writing_) || waiting_for_memory_ != nullptr;
  return waits ? std::chrono::steady_clock::time_point::max() : idle_since_;
}

}  // namespace rill::net
