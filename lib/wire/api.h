#pragma once

#include <cstdint>
#include <span>

#include "rill/wire/api_key.h"
#include "wire/schema.h"

namespace rill::wire {

// A request and its response, which have the same versions.
struct Api {
  ApiKey key;
  const Message& (*request)();
  const Message& (*response)();
};

// All of them, by ascending key.
std::span<const Api> Apis();

// The one with this number; null if rill does not speak it.
const Api* FindApi(std::int16_t key);

// The first version to tell clients of. Of Produce it is 0, though versions below 3 are refused:
// librdkafka up to 2.11 does not compress unless it finds 0 there (KAFKA-18659).
int FirstAdvertisedVersion(const Api& api);

// The versions of the headers that stand before a request, and a response, of a version: those with
// tagged fields from the first flexible version on, also for versions that nobody knows yet. Before
// a response to ApiVersions it is 0, always.
int RequestHeaderVersion(const Api& api, int version);
int ResponseHeaderVersion(const Api& api, int version);

}  // namespace rill::wire
