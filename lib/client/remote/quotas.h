#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/describe_client_quotas.h"

namespace rill::remote {

using QuotaEntry = wire::DescribeClientQuotasResponse::Entry;
using QuotaEntity = QuotaEntry::Entity;
using QuotaChange = wire::AlterClientQuotasRequest::Entry;

// Whose quotas are asked for: of one type ("user", "client-id", "ip"), by name.
struct QuotaFilter {
  std::string type;
  std::optional<std::string> name;  // nothing: the default of all, or, with `is_any`, everybody
  bool is_any = false;
};

// The quotas of those who have all of these types and no other. Errors as those of topics.h.
absl::StatusOr<std::vector<QuotaEntry>> DescribeQuotas(AdminClient& client,
                                                       const std::vector<QuotaFilter>& filters);

absl::Status AlterQuotas(AdminClient& client, const QuotaChange& change);

}  // namespace rill::remote
