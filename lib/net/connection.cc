#include "net/connection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "asio/error.hpp"
#include "asio/post.hpp"
#include "asio/redirect_error.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "fmt/format.h"
#include "net/answer_writer.h"
#include "net/other_protocol.h"
#include "net/patience.h"
#include "net/place_of.h"
#include "net/serve_api.h"
#include "rill/error.h"

namespace rill::net {
namespace {

// Of answers that go together.
constexpr std::size_t kMostUnsent = std::size_t{1} << 10;
static_assert(kMostUnsent <= AnswerMemory::kOwn, "they are not counted");

using Clock = std::chrono::steady_clock;

// Of a client that is alone in its thread no more is read at a time, or a request like the last: it
// has its answers earlier.
constexpr std::size_t kReadOfOne = std::size_t{16} << 10;
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
      input_(*parts.node->request_memory),
      idle_since_(Clock::now()),
      watch_(socket_),
      memory_timer_(socket_.get_executor()),
      since_(idle_since_),
      last_read_(*parts.reads) {
  metrics_.Count(NodeCount::kConnections);
}

asio::awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  const absl::Status ended = co_await ServeAll();
  if (!ended.ok() && !absl::IsCancelled(ended)) {
    metrics_.Count(NodeCount::kConnectionsEndedByErrors);
    // The log's trouble is the owner's; all else the client's.
    parts_.log->Log(
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
    has_let_go_ = false;
    since_ = Clock::now();
    if (!served.ok() || !GoesOnAtOnce()) {
      if (auto ended = co_await EndTurn(); served.ok()) served = ended;
    }
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
  if (!served.has_value()) served = co_await ServeWaiting(call, request, answer);
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

asio::awaitable<absl::Status> Connection::ServeWaiting(const Call& call, Request& request,
                                                       Answer& answer) {
  if (!unsent_.empty()) {
    if (auto sent = co_await SendUnsent(); !sent.ok()) co_return sent;
    answer.waited += Clock::now() - call.begun;
  }
  co_return co_await ServeApi(*request.api, call, request.body, *parts_.workers, answer);
}

asio::awaitable<absl::Status> Connection::Send(Answer& answer) {
  if (auto finished = FinishAnswer(answer); !finished.ok()) co_return finished;
  if (!MayGoTogether(answer)) {
    if (auto sent = co_await SendUnsent(); !sent.ok()) co_return sent;
  }
  if (!MayGoTogether(answer)) co_return co_await Write(answer);
  unsent_ += answer.frame.bytes;
  co_return absl::OkStatus();
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
  return input_.HasFrame(parts_.node->config.socket_request_max_bytes);
}

asio::awaitable<absl::StatusOr<std::string_view>> Connection::ReadFrame() {
  if (!HasNextFrame()) input_.ShrinkIfScarce();
  if (auto read = co_await ReadUntil(RequestInput::kLengthSize); !read.ok() || !*read)
    co_return Nothing(read);
  const std::int32_t size = input_.FrameSize();
  const std::size_t most = parts_.node->config.socket_request_max_bytes;
  if (size <= 0 || static_cast<std::size_t>(size) > most) {
    co_return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                        fmt::format("a request says that it has {} bytes; it may have up to {} "
                                    "(socket.request.max.bytes){}",
                                    size, most, AdviceOnOtherProtocol(size)));
  }
  const std::size_t whole = RequestInput::kLengthSize + static_cast<std::size_t>(size);
  if (auto read = co_await ReadUntil(whole); !read.ok() || !*read) co_return Nothing(read);
  last_size_ = whole;
  co_return input_.TakeFrame();
}

asio::awaitable<absl::StatusOr<bool>> Connection::ReadUntil(std::size_t size) {
  while (input_.size() < size) {
    const bool is_first = input_.empty();
    if (is_first) input_.LetGoOfMuch();
    if (is_first && input_.memory() > 0) co_await Rest();
    if (auto room = co_await MakeRoom(size); !room.ok()) co_return room;
    if (is_closing_) co_return false;
    asio::error_code gone;
    is_awaiting_request_ = is_first;
    const std::size_t read = co_await socket_.async_read_some(
        input_.Room(MostToRead(size)), asio::redirect_error(asio::use_awaitable, gone));
    is_awaiting_request_ = false;
    const bool is_to_rest = std::exchange(is_to_rest_, false);
    if (gone == asio::error::operation_aborted && is_to_rest && !is_closing_) {
      input_.LetGo();
      co_await Rest();
      continue;
    }
    if (gone || is_closing_) co_return false;
    NoteRead(read);
    if (is_first) since_ = idle_since_;
  }
  co_return true;
}

std::size_t Connection::MostToRead(std::size_t size) const {
  if (shares_thread_) return RequestInput::kAllThereIsRoomFor;
  return std::max({kReadOfOne, last_size_, size - input_.size()});
}

void Connection::NoteRead(std::size_t size) {
  input_.NoteRead(size);
  turn_began_ = idle_since_ = Clock::now();
  shares_thread_ = *parts_.reads != last_read_;
  last_read_ = ++*parts_.reads;
}

asio::awaitable<absl::Status> Connection::MakeRoom(std::size_t size) {
  if (TryMakeRoom(size)) co_return absl::OkStatus();
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  const auto place = input_.WaitForMemory(wake);
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

bool Connection::TryMakeRoom(std::size_t size) {
  const bool has_room = input_.TryMakeRoom(size);
  if (has_room && input_.memory() > 0) WatchMemory();
  return has_room;
}

void Connection::LetGoOfBody() {
  input_.Shrink();
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

void Connection::RestIfIdle(Clock::time_point since) {
  if (!is_awaiting_request_ || idle_since_ > since) return;
  is_to_rest_ = true;
  asio::error_code ignored;
  socket_.cancel(ignored);
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
    if (is_resting_) return input_.LetGo();
    if (HasWhatOthersWaitFor()) {
      metrics_.Count(NodeCount::kConnectionsEndedByErrors);
      parts_.log->Log(
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
  return input_.memory() > 0 || (slow_answer_ != nullptr &&
                                 (slow_answer_->memory.bytes() > 0 || !slow_answer_->logs.empty()));
}

// Who waits for memory itself is in nobody's way for longer than it has patience. What is being
// worked on is not the client's doing; what it sent behind a request that waits is.
bool Connection::HasWhatOthersWaitFor() const {
  if (waiting_for_memory_ != nullptr || (is_busy_ && !has_let_go_ && slow_answer_ == nullptr)) {
    return false;
  }
  const NodeContext& node = *parts_.node;
  if (input_.memory() > 0 && node.request_memory->waiting() > 0) return true;
  if (slow_answer_ == nullptr) return false;
  if (slow_answer_->memory.bytes() > 0 && node.answer_memory->waiting() > 0) return true;
  return KeepsDeletedRecords(*slow_answer_);
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
      co_return ClientHasGone();
    }
  }
}

asio::awaitable<void> Connection::Mute(std::chrono::milliseconds time) {
  LetGoOfBody();  // others may have the memory meanwhile, and those who want more than that, too
  const absl::Cleanup over = [this] { has_let_go_ = false; };
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
  if (has_let_go_) input_.LetGo();  // of what came behind a request that waits, and sees this soon
  asio::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

std::chrono::steady_clock::time_point Connection::idle_since() const {
  const bool waits = (is_busy_ && !is_writing_) || waiting_for_memory_ != nullptr;
  return waits ? std::chrono::steady_clock::time_point::max() : idle_since_;
}

}  // namespace rill::net
