#include "log/cleaned_transactions.h"

#include <utility>

#include "rill/record.h"

namespace rill::log {

ControlContent ControlContentOf(BatchView batch) {
  if (batch.record_count() == 0) return {.is_empty = true};
  const std::string_view payload = batch.payload();
  RecordView record;
  if (batch.compression() != Compression::kNone ||
      record.Parse(payload.data(), payload.data() + payload.size(), batch.base_offset(),
                   batch.base_timestamp_ms()) == nullptr) {
    return {};
  }
  const auto type = record::DecodeControlKey(record.key());
  return {.type = type.ok() ? *type : record::ControlType::kUnknown};
}

CleanedTransactions::CleanedTransactions(std::vector<CompletedTransaction> aborted)
    : ahead_(BeginsLater(), std::move(aborted)) {}

void CleanedTransactions::BeginUpTo(std::int64_t offset) {
  while (!ahead_.empty() && ahead_.top().first_offset <= offset) {
    ongoing_aborted_.try_emplace(ahead_.top().producer_id, Aborted{ahead_.top()});
    ahead_.pop();
  }
}

bool CleanedTransactions::OnData(BatchView batch) {
  BeginUpTo(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto aborted = ongoing_aborted_.find(batch.producer_id());
  if (aborted != ongoing_aborted_.end()) {
    aborted->second.has_data = true;
    return true;
  }
  ongoing_committed_.insert(batch.producer_id());
  return false;
}

CleanedTransactions::Marker CleanedTransactions::OnControl(BatchView batch) {
  BeginUpTo(batch.last_offset());
  const ControlContent content = ControlContentOf(batch);
  if (content.is_empty) return {.may_go = true};
  if (content.type == record::ControlType::kCommit) {
    return {.may_go = ongoing_committed_.erase(batch.producer_id()) == 0};
  }
  if (content.type != record::ControlType::kAbort) return {};
  const auto found = ongoing_aborted_.find(batch.producer_id());
  if (found == ongoing_aborted_.end()) return {.may_go = true};
  const Aborted ended = found->second;
  ongoing_aborted_.erase(found);
  if (!ended.has_data) return {.may_go = true};
  return {.aborted = ended.transaction};
}

}  // namespace rill::log
