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
  Forgotten forgotten;
  absl::MutexLock lock(&mutex_);
  const std::size_t bytes = session->size_bytes();
  MakeRoom(bytes, now, forgotten);
  if (!HasRoom(bytes)) return std::nullopt;
  session->set_id(NewId());
  bytes_ += bytes;
  entries_.emplace(session->id(), Entry{session, bytes, /*is_leased=*/true, now});
  return Lease(this, std::move(session));
}

absl::StatusOr<std::optional<FetchSessions::Lease>> FetchSessions::Resume(
    const wire::FetchRequest& request, bool names_topics_by_id, Clock::time_point now) {
  auto taken = Take(request, names_topics_by_id, now);
  if (!taken.ok()) return taken.status();
  Lease lease(this, *std::move(taken));
  // Without the lock, for it may be much.
  lease->Update(request);
  lease->NextEpoch();
  const bool is_empty = lease->empty();
  if (CountAgain(*lease)) return std::optional<Lease>(std::move(lease));
  if (is_empty) return std::nullopt;
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kFetchSessionIdNotFound,
                   fmt::format("fetch session {} was ended, or has grown past what there is room "
                               "for",
                               request.session_id));
}

absl::StatusOr<std::shared_ptr<FetchSession>> FetchSessions::Take(const wire::FetchRequest& request,
                                                                  bool names_topics_by_id,
                                                                  Clock::time_point now) {
  absl::MutexLock lock(&mutex_);
  const std::int32_t id = request.session_id;
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kFetchSessionIdNotFound,
                     fmt::format("there is no fetch session {}", id));
  }
  Entry& entry = found->second;
  if (entry.is_leased) {
    return MakeError(absl::StatusCode::kAborted, ErrorCode::kInvalidFetchSessionEpoch,
                     fmt::format("fetch session {} has a request that is being answered", id));
  }
  const FetchSession& session = *entry.session;
  if (session.epoch() != request.session_epoch) {
    return MakeError(absl::StatusCode::kAborted, ErrorCode::kInvalidFetchSessionEpoch,
                     fmt::format("fetch session {} expects epoch {}, not {}", id, session.epoch(),
                                 request.session_epoch));
  }
  if (session.names_topics_by_id() != names_topics_by_id) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kFetchSessionTopicIdError,
                     fmt::format("fetch session {} began with topics by {}", id,
                                 names_topics_by_id ? "name" : "id"));
  }
  entry.is_leased = true;
  entry.last_used = now;
  return entry.session;
}

bool FetchSessions::CountAgain(const FetchSession& session) {
  Forgotten forgotten;
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(session.id());
  // Ended meanwhile, and another may have its id.
  if (found == entries_.end() || found->second.session.get() != &session) return false;
  bytes_ -= found->second.bytes;
  found->second.bytes = session.size_bytes();
  bytes_ += found->second.bytes;
  if (!session.empty() && bytes_ <= limits_.bytes) return true;
  Erase(found, forgotten);
  return false;
}

void FetchSessions::End(std::int32_t id) {
  Forgotten forgotten;
  absl::MutexLock lock(&mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) Erase(found, forgotten);
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

void FetchSessions::Erase(Entries::iterator entry, Forgotten& forgotten) {
  bytes_ -= entry->second.bytes;
  forgotten.push_back(std::move(entry->second.session));
  entries_.erase(entry);
}

bool FetchSessions::HasRoom(std::size_t bytes) const {
  return entries_.size() < limits_.slots && bytes_ + bytes <= limits_.bytes;
}

void FetchSessions::MakeRoom(std::size_t bytes, Clock::time_point now, Forgotten& forgotten) {
  while (!HasRoom(bytes) && !entries_.empty()) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.FreeSince() < b.second.FreeSince(); });
    if (oldest->second.FreeSince() > now - limits_.idle) return;
    Erase(oldest, forgotten);
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
