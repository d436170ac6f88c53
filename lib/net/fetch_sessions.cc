#include "net/fetch_sessions.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "base/uuid.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::net {

FetchSessions::Lease::Lease(FetchSessions* table, std::shared_ptr<FetchSession> session)
    : table_(table), session_(std::move(session)) {}

FetchSessions::Lease::~Lease() {
  if (session_ != nullptr) table_->Return(*session_);
}

std::optional<FetchSessions::Lease> FetchSessions::Begin(const wire::FetchRequest& request,
                                                         bool names_topics_by_id,
                                                         Clock::time_point now) {
  if (limits_.slots == 0) return std::nullopt;
  // Outside of the lock, for it may be large.
  auto session = std::make_shared<FetchSession>(names_topics_by_id);
  session->Update(request);
  if (session->empty() || session->size_bytes() > limits_.bytes) return std::nullopt;
  absl::MutexLock lock(&mutex_);
  MakeRoom(session->size_bytes(), now);
  if (!HasRoom(session->size_bytes())) return std::nullopt;
  session->set_id(NewId());
  bytes_ += session->size_bytes();
  entries_.emplace(session->id(), Entry{session, /*is_leased=*/true, now});
  return Lease(this, std::move(session));
}

absl::StatusOr<std::optional<FetchSessions::Lease>> FetchSessions::Resume(
    const wire::FetchRequest& request, bool names_topics_by_id, Clock::time_point now) {
  absl::MutexLock lock(&mutex_);
  const std::int32_t id = request.session_id;
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kFetchSessionIdNotFound,
                     fmt::format("there is no fetch session {}", id));
  }
  Entry& entry = found->second;
  FetchSession& session = *entry.session;
  if (entry.is_leased || session.epoch() != request.session_epoch) {
    return MakeError(absl::StatusCode::kAborted, ErrorCode::kInvalidFetchSessionEpoch,
                     fmt::format("fetch session {} expects epoch {}, not {}", id, session.epoch(),
                                 request.session_epoch));
  }
  if (session.names_topics_by_id() != names_topics_by_id) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kFetchSessionTopicIdError,
                     fmt::format("fetch session {} began with topics by {}", id,
                                 names_topics_by_id ? "name" : "id"));
  }
  bytes_ -= session.size_bytes();
  session.Update(request);
  bytes_ += session.size_bytes();
  const bool fits = bytes_ <= limits_.bytes;
  if (session.empty() || !fits) {
    Erase(found);
    if (fits) return std::nullopt;
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kFetchSessionIdNotFound,
                     fmt::format("fetch session {} has grown past what there is room for", id));
  }
  session.NextEpoch();
  entry.is_leased = true;
  entry.last_used = now;
  return Lease(this, entry.session);
}

void FetchSessions::End(std::int32_t id) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) Erase(found);
}

std::size_t FetchSessions::count() const {
  absl::MutexLock lock(&mutex_);
  return entries_.size();
}

void FetchSessions::Return(const FetchSession& session) {
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(session.id());
  // Ended meanwhile, and another may have its id.
  if (found == entries_.end() || found->second.session.get() != &session) return;
  found->second.is_leased = false;
}

void FetchSessions::Erase(Entries::iterator entry) {
  bytes_ -= entry->second.session->size_bytes();
  entries_.erase(entry);
}

bool FetchSessions::HasRoom(std::size_t bytes) const {
  return entries_.size() < limits_.slots && bytes_ + bytes <= limits_.bytes;
}

void FetchSessions::MakeRoom(std::size_t bytes, Clock::time_point now) {
  while (!HasRoom(bytes) && !entries_.empty()) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.FreeSince() < b.second.FreeSince(); });
    if (oldest->second.FreeSince() > now - limits_.idle) return;
    Erase(oldest);
  }
}

// Not to be guessed: who says it changes what is in the session.
std::int32_t FetchSessions::NewId() const {
  while (true) {
    const auto bytes = base::Uuid::Random().bytes();
    const auto id = base::LoadBigEndian<std::int32_t>(reinterpret_cast<const char*>(bytes.data())) &
                    std::numeric_limits<std::int32_t>::max();
    if (id != 0 && !entries_.contains(id)) return id;
  }
}

}  // namespace rill::net
