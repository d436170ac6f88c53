#pragma once

// The version of rill, as semantic versioning reads it. Before 1.0 a minor version may change the
// API; the file format is Kafka's and does not change with it.
#define RILL_VERSION_MAJOR 0
#define RILL_VERSION_MINOR 1
#define RILL_VERSION_PATCH 0
#define RILL_VERSION "0.1.0"
