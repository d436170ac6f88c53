// ApiVersions, versions 0 to 4.
//
// Which requests the node answers, in which versions. A version that it does not know is answered
// in version 0, with UNSUPPORTED_VERSION and the range that it knows (KIP-511): the connection sees
// to that, for the body of such a request cannot be read.
//
// Deviations: Produce is told of from version 0 on, as Kafka does, though versions below 3 are
// refused (KAFKA-18659). No features are told of: there are none that a client could ask for yet.
#include "net/api_table.h"
#include "net/handlers.h"

namespace rill::net {

wire::ApiVersionsResponse HandleApiVersions(const Call&, const wire::ApiVersionsRequest&) {
  wire::ApiVersionsResponse response;
  for (const ServedApi& served : ServedApis()) {
    const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(served.key));
    response.api_keys.push_back({static_cast<std::int16_t>(served.key),
                                 static_cast<std::int16_t>(wire::FirstAdvertisedVersion(api)),
                                 static_cast<std::int16_t>(api.request().last_version)});
  }
  return response;
}

}  // namespace rill::net
