#!/usr/bin/env bash
# From nothing to a result: installs what is missing (Debian packages only), builds rill, runs
# examples/flights: 231,083 flights through a topic and a consumer group, killed once on the way.
#
#   ./examples/quickstart.sh [folder for the data]      default: build/quickstart, made anew
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/house/packages.sh
source tests/house/steps.sh

data=${1:-build/quickstart}
if [ $# -gt 0 ] && [ -e "$data" ]; then
  echo "$data is there already; name a folder that is not" >&2
  exit 1
fi
bin=build/release/bin
# The example, and all that `cmake --install build/release` installs.
targets=(flights rill rill_c_library rill_program)
flights=("$bin/flights" "$data" --csv examples/flights/flights-2001-q1.csv.zst)

# Six seconds of writing, and kill -9 in the middle of them.
run_and_kill() {
  local child status=0
  "${flights[@]}" --stretch 6 &
  child=$!
  sleep 3
  {
    kill -9 "$child" || true
    wait "$child" || status=$?
  } 2>/dev/null
  [ "$status" -eq 137 ] || { echo "it ended by itself, with status $status"; return 1; }
  printf '\nkilled. In %s, as the process left it:\n' "$data"
  du -sh "$data"/flights-*
}

heading "Packages"
need_packages "${build_packages[@]}"
mkdir -p build
heading "Configure"
quietly build/quickstart-configure.log cmake --preset release
heading "Build (a few minutes on 2 cores)"
if [ -t 1 ]; then
  cmake --build --preset release --target "${targets[@]}"
else
  echo "what the build prints goes to build/quickstart-build.log"
  quietly build/quickstart-build.log cmake --build --preset release --target "${targets[@]}"
fi

heading "231,083 flights through a topic and a group of three consumers, until kill -9"
rm -rf "$data"
run_and_kill
heading "Started again: it goes on where it was, and the totals are exact"
"${flights[@]}" --stretch 3

segment=$(find "$data/flights-0" -name '*.log' | sort | head -n 1)
heading "A segment as Kafka's tools see it"
"$bin/rill" dump-log --files "$segment" --print-data-log >build/quickstart-dump.txt
head -n 5 build/quickstart-dump.txt | cut -c 1-160
cat <<END

Look at next:
  $data   a folder laid out as Apache Kafka lays out its own; what is in one of its segments:
    $bin/rill dump-log --files $segment --print-data-log
  examples/flights/README.md   why nothing was lost or doubled
  README.md                    the first program
  docs/guide/README.md         the guide
END
