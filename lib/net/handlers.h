#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "net/call.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

// A function a request, in a file of its own (net/handlers/), which opens with the versions that it
// serves, what it does and where that differs from Kafka. They look into the engine and change it,
// and return what to answer; errors of a topic, partition or group stand in the answer, as Kafka
// has them. (Fetch, which waits, is in net/fetch.h.)
namespace rill::net {

wire::ApiVersionsResponse HandleApiVersions(const Call& call,
                                            const wire::ApiVersionsRequest& request);
wire::MetadataResponse HandleMetadata(const Call& call, const wire::MetadataRequest& request);
// Nothing where no answer is wanted; a status where the connection is to be closed.
absl::StatusOr<std::optional<wire::ProduceResponse>> HandleProduce(
    const Call& call, const wire::ProduceRequest& request);
wire::ListOffsetsResponse HandleListOffsets(const Call& call,
                                            const wire::ListOffsetsRequest& request);
wire::CreateTopicsResponse HandleCreateTopics(const Call& call,
                                              const wire::CreateTopicsRequest& request);
wire::DeleteTopicsResponse HandleDeleteTopics(const Call& call,
                                              const wire::DeleteTopicsRequest& request);
wire::FindCoordinatorResponse HandleFindCoordinator(const Call& call,
                                                    const wire::FindCoordinatorRequest& request);
wire::InitProducerIdResponse HandleInitProducerId(const Call& call,
                                                  const wire::InitProducerIdRequest& request);

}  // namespace rill::net
