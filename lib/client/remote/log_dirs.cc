#include "client/remote/log_dirs.h"

#include <optional>
#include <utility>

#include "client/remote/error_text.h"

namespace rill::remote {

absl::StatusOr<std::vector<LogDir>> DescribeLogDirs(AdminClient& client, std::int32_t broker) {
  auto response = client.Ask<wire::DescribeLogDirsResponse>(
      Target::Broker(broker), wire::ApiKey::kDescribeLogDirs,
      [](int) { return wire::DescribeLogDirsRequest{.topics = std::nullopt}; },
      [](const wire::DescribeLogDirsResponse& answer) { return answer.error_code; });
  if (!response.ok()) return response.status();
  if (auto status = ToStatus(response->error_code); !status.ok()) return status;
  return std::move(response->results);
}

}  // namespace rill::remote
