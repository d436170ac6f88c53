#pragma once

// Everything of rill. Read in this order, the headers are the manual.
#if __cplusplus <= 201703L
#error "rill needs C++20: compile with -std=c++20, or -std=gnu++20"
#endif

// clang-format off
#include "rill/version.h"
#include "rill/error.h"
#include "rill/clock.h"
#include "rill/options.h"
#include "rill/engine.h"
#include "rill/topic.h"
#include "rill/producer.h"
#include "rill/partitioner.h"
#include "rill/consumer.h"
#include "rill/serde.h"
#include "rill/typed.h"
#include "rill/group.h"
#include "rill/offset_store.h"
#include "rill/record.h"
#include "rill/records.h"
#include "rill/record_batch.h"
#include "rill/batch_records.h"
#include "rill/partition.h"
#include "rill/latency_histogram.h"
#include "rill/metrics.h"
// clang-format on
