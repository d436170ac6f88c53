#include "log/transaction_survey.h"

namespace rill::log {

absl::Status TransactionSurvey::OnBatch(BatchView batch) {
  if (!batch.has_producer_id() || !(batch.is_transactional() || batch.is_control())) {
    return absl::OkStatus();
  }
  if (auto status = CheckCrc(batch); !status.ok()) return status;
  if (batch.is_control()) {
    OnMarker(batch);
  } else if (ongoing_.try_emplace(batch.producer_id(), batch.base_offset()).second) {
    undecided_.emplace(batch.base_offset(), batch.producer_id());
  }
  return absl::OkStatus();
}

void TransactionSurvey::OnMarker(BatchView batch) {
  const ControlContent content = ControlContentOf(batch);
  const bool aborts = content.type == record::ControlType::kAbort;
  if (!aborts && content.type != record::ControlType::kCommit) return;
  const auto found = ongoing_.find(batch.producer_id());
  if (found == ongoing_.end()) return;
  const std::int64_t first_offset = found->second;
  undecided_.erase({first_offset, batch.producer_id()});
  ongoing_.erase(found);
  if (!aborts) return;
  aborted_.push_back(
      {.producer_id = batch.producer_id(),
       .first_offset = first_offset,
       .last_offset = batch.last_offset(),
       .is_aborted = true,
       .last_stable_offset = undecided_.empty() ? batch.next_offset() : undecided_.begin()->first});
}

}  // namespace rill::log
