#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rill/c.h"

namespace rill::c {

// An argument that must not be null, by its name.
struct Required {
  const char* name;
  const void* pointer;
};

// Nulls what a function gives through `out`, so that it is null after a failure.
template <typename T>
const void* Cleared(T** out) {
  if (out != nullptr) *out = nullptr;
  return out;
}

// InvalidArgument that names `function` and the first of `arguments` that is null.
absl::Status CheckNotNull(const char* function, std::initializer_list<Required> arguments);

// The status as the callers of C see it, described in `error` where that is not null.
rill_status Report(const absl::Status& status, rill_error* error);

// The same for an exception that was caught, without any more memory.
rill_status ReportCaught(rill_status status, const char* what, rill_error* error) noexcept;

// A failure as callbacks are shown it.
rill_error Describe(const absl::Status& status);

// A negative timeout has no end.
absl::Duration Timeout(std::int64_t timeout_ms);

// What every function that can fail runs in: `arguments` are there, and no exception gets out.
// `function` is the name of the caller.
template <typename Body>
rill_status Call(rill_error* error, std::initializer_list<Required> arguments, Body body,
                 const char* function = __builtin_FUNCTION()) noexcept {
  try {
    absl::Status status = CheckNotNull(function, arguments);
    if (status.ok()) status = body();
    return status.ok() ? RILL_OK : Report(status, error);
  } catch (const std::bad_alloc&) {
    return ReportCaught(RILL_RESOURCE_EXHAUSTED, "no memory", error);
  } catch (const std::exception& failure) {
    return ReportCaught(RILL_INTERNAL, failure.what(), error);
  } catch (...) {
    return ReportCaught(RILL_INTERNAL, "an unknown exception", error);
  }
}

}  // namespace rill::c
