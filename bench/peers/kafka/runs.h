#pragma once

#include "broker.h"

// Each prints one line of JSON with what it measured.
namespace rill::bench {

// As many Produce requests as go through.
void RunProduce(const Load& load);
// As many Fetch requests, over a topic that was filled before.
void RunFetch(const Load& load);
// Records one at a time at Load::rate, each produced, acknowledged and fetched by a consumer that
// waits for it.
void RunLatency(const Load& load);
// Opens Load::connections, asks something on each, and keeps them open until its input ends.
void RunIdle(const Load& load);

}  // namespace rill::bench
