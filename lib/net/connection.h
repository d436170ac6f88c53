#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "asio/generic/stream_protocol.hpp"
#include "asio/steady_timer.hpp"
#include "net/answer.h"
#include "net/call.h"
#include "net/log_limit.h"
#include "net/peer_watch.h"
#include "net/request.h"
#include "net/request_input.h"
#include "net/wake.h"
#include "net/workers.h"

namespace rill::net {

// A client's connection: reads requests and answers them, one after the other. The next request is
// not looked at before the answer to the last one was made, and what comes meanwhile waits in the
// socket: so a client that asks faster than it reads holds up itself alone. Answers to requests
// that came together may go together; none of them is kept while anything is waited for. Memory
// grows with what has come, not with what is announced. A client that lets others wait for memory,
// for its request comes slowly or its answer is not read, is closed. Used in its executor's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // What is pointed to outlives the connection.
  struct Parts {
    const NodeContext* node = nullptr;
    const HostPort* advertised = nullptr;
    Workers* workers = nullptr;
    std::uint64_t* reads = nullptr;  // of all connections of its thread
    LogLimit* log = nullptr;         // why connections were closed
  };
  // Who is at the other end.
  struct Peer {
    std::string name;         // "127.0.0.1:54321", for messages
    std::string client_host;  // "/127.0.0.1", as Kafka shows it
    std::uint16_t client_port = 0;
  };
  using Socket = asio::generic::stream_protocol::socket;
  // In the thread that it is used in.
  Connection(Socket socket, Peer peer, const Parts& parts);

  // Until the client goes, or does what closes the connection.
  asio::awaitable<void> Run();

  // Closes it as soon as the request that is under way is answered.
  void CloseWhenIdle();
  void Close();
  // Gives back the memory that it would have read into, where nothing has come since.
  void RestIfIdle(std::chrono::steady_clock::time_point since);
  // When bytes last came or went; the latest time there is while that is not up to the client.
  std::chrono::steady_clock::time_point idle_since() const;

 private:
  asio::awaitable<absl::Status> ServeAll();
  // Whether the next request is served without anything in between.
  bool GoesOnAtOnce() const;
  // Sends what is unsent, and has the others of the thread go on.
  asio::awaitable<absl::Status> EndTurn();
  asio::awaitable<absl::Status> ServeOne(std::string_view frame);
  asio::awaitable<absl::Status> ServeCall(const Call& call, Request& request, Answer& answer);
  // For what may have to wait.
  asio::awaitable<absl::Status> ServeWaiting(const Call& call, Request& request, Answer& answer);
  // Sends the answer, or leaves it to go with that to the next request.
  asio::awaitable<absl::Status> Send(Answer& answer);
  bool MayGoTogether(const Answer& answer) const;
  asio::awaitable<absl::Status> SendUnsent();
  // Whether the next request is here, so that ReadFrame does not have to wait.
  bool HasNextFrame() const;
  // A request without its length, which stays until the next call; empty where the client is gone.
  asio::awaitable<absl::StatusOr<std::string_view>> ReadFrame();
  // Reads until the input has `size` bytes; false where the client is gone before.
  asio::awaitable<absl::StatusOr<bool>> ReadUntil(std::size_t size);
  std::size_t MostToRead(std::size_t size) const;
  void NoteRead(std::size_t size);
  // Waits for memory where others have what there is. ResourceExhausted where it takes too long.
  asio::awaitable<absl::Status> MakeRoom(std::size_t size);
  bool TryMakeRoom(std::size_t size);
  void LetGoOfBody();
  // Waits for the first byte of a request, with memory that is given back if that takes long.
  asio::awaitable<void> Rest();
  // Looks from now on, as long as there is memory that others may want, what is made of it.
  void WatchMemory();
  void LookAtMemory();
  bool HasMemory() const;
  bool HasWhatOthersWaitFor() const;
  asio::awaitable<absl::Status> Write(const Answer& answer);
  // Leaves the client alone for that long, or until the connection is to be closed (KIP-219).
  asio::awaitable<void> Mute(std::chrono::milliseconds time);

  Socket socket_;
  const Parts parts_;
  const Peer peer_;
  ClientSoftware software_;
  RequestMetrics::Part& metrics_;
  RequestInput input_;
  std::shared_ptr<Wake> waiting_for_memory_;  // null: it does not
  std::shared_ptr<Wake> muted_;               // the same
  std::chrono::milliseconds throttle_{};      // after the request that is being served
  std::chrono::steady_clock::time_point idle_since_;
  PeerWatch watch_;
  asio::steady_timer memory_timer_;
  std::string unsent_;                   // answers that go together
  const Answer* slow_answer_ = nullptr;  // that the client does not read as fast as it could go
  // Since when it rests, a request comes, or an answer goes slowly.
  std::chrono::steady_clock::time_point since_;
  std::chrono::steady_clock::time_point turn_began_;
  std::uint64_t last_read_;     // its number among those of the thread
  std::size_t last_size_ = 0;   // of a request with its length
  bool shares_thread_ = false;  // others were read before it
  bool is_watched_ = false;
  bool is_resting_ = false;
  bool is_awaiting_request_ = false;  // of which nothing has come, with memory for it
  bool is_to_rest_ = false;
  bool is_busy_ = false;
  bool has_let_go_ = false;  // of the body of the request that it is busy with
  bool is_writing_ = false;
  bool is_closing_ = false;
};

}  // namespace rill::net
