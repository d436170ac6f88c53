#pragma once

// Symbols of rill are hidden unless marked with RILL_EXPORT.
#define RILL_EXPORT __attribute__((visibility("default")))
