#include "client/remote/quotas.h"

#include <cstdint>

#include "client/remote/error_text.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

// ClientQuotaFilterComponent's match types.
constexpr std::int8_t kExact = 0;
constexpr std::int8_t kDefault = 1;
constexpr std::int8_t kAny = 2;

}  // namespace

absl::StatusOr<std::vector<QuotaEntry>> DescribeQuotas(AdminClient& client,
                                                       const std::vector<QuotaFilter>& filters) {
  wire::DescribeClientQuotasRequest request;
  request.strict = true;
  for (const QuotaFilter& filter : filters) {
    const std::int8_t kind = filter.is_any ? kAny : filter.name ? kExact : kDefault;
    request.components.push_back({filter.type, kind, filter.name});
  }
  auto response = client.Ask<wire::DescribeClientQuotasResponse>(
      Target::AnyBroker(), ApiKey::kDescribeClientQuotas, [&](int) { return request; },
      [](const wire::DescribeClientQuotasResponse& answer) { return answer.error_code; });
  if (!response.ok()) return response.status();
  auto status = ToStatus(response->error_code, response->error_message);
  if (!status.ok()) return status;
  return std::move(response->entries).value_or(std::vector<QuotaEntry>());
}

absl::Status AlterQuotas(AdminClient& client, const QuotaChange& change) {
  wire::AlterClientQuotasRequest request;
  request.entries = {change};
  const auto response = client.Ask<wire::AlterClientQuotasResponse>(
      Target::Controller(), ApiKey::kAlterClientQuotas, [&](int) { return request; },
      [](const wire::AlterClientQuotasResponse& answer) {
        return answer.entries.empty() ? ErrorCode::kNone : answer.entries.front().error_code;
      });
  if (!response.ok()) return response.status();
  for (const auto& entry : response->entries) {
    auto status = ToStatus(entry.error_code, entry.error_message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace rill::remote
