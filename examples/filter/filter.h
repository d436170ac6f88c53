#pragma once

#include <vector>

#include "rill/handler.h"

// Records without a key, or with a value that is not JSON, are refused (INVALID_RECORD, which
// producers do not send again), with all that is in their batch.
void FilterProduce(const rill::ClientRequest& request);

// Topics whose names begin with "_" are left out where a client asks for all.
void HideTopics(const rill::ClientRequest& request);

// What a node that does both has before its own handlers.
std::vector<rill::ApiHandler> Filters();
