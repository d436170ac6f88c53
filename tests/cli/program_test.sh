# What tests that run the program have in common: a folder, $work, which goes with the test, as do
# the processes that it left running; when it fails what stands in the folder's *.err is shown.
# They source this.
# shellcheck shell=bash

work=$(mktemp -d)

finish() {
  local status=$? pid
  for pid in $(jobs -pr) $(jobs -ps); do kill -9 "$pid" 2>/dev/null || true; done
  [ "$status" -eq 0 ] || head -n 20 "$work"/*.err >&2
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# await <seconds> <command>: until it is true.
await() {
  local i tries=$((10 * $1))
  shift
  for ((i = 0; i < tries; ++i)); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  return 1
}
