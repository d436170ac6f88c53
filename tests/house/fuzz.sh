#!/usr/bin/env bash
# Builds the fuzz targets and runs them for so many seconds:  tests/house/fuzz.sh [120]
# The one that has every API of the protocol runs as long alone on one core, and the others share
# the time on another. What they learn stays in build/fuzz/corpus; an input that fails is kept in
# build/fuzz/failures, and `build/asan/bin/<target> <file>` runs it again. Then a node under hostile
# clients, for half as long.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-120}
longest=request_fuzz

cmake --preset asan
cmake --build --preset asan --target fuzzers
mapfile -t others < <(find build/asan/bin -name '*_fuzz' -type f -executable -printf '%f\n' |
  grep -vx "$longest" | sort)
if [ "${#others[@]}" -eq 0 ]; then
  echo "no fuzz target was built"
  exit 1
fi
failed=build/fuzz/failed
mkdir -p build/fuzz/failures
rm -f "$failed"

# fuzz <target> <seconds>
fuzz() {
  local name=$1 log=build/fuzz/$1.log folders=("build/fuzz/corpus/$1")
  mkdir -p "${folders[0]}"
  [ ! -d "tests/data/fuzz/$name" ] || folders+=("tests/data/fuzz/$name")
  if "build/asan/bin/$name" -max_total_time="$2" -rss_limit_mb=2048 -timeout=20 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/failures/$name-" "${folders[@]}" >"$log" 2>&1; then
    echo "$name for $2 s"
    grep -E 'number_of_executed_units|new_units_added|peak_rss' "$log"
  else
    echo "$name" >>"$failed"
    tail -60 "$log"
  fi
}

each=$((seconds / ${#others[@]}))
[ "$each" -gt 0 ] || each=1
fuzz "$longest" "$seconds" &
alone=$!
for name in "${others[@]}"; do
  fuzz "$name" "$each"
done
wait "$alone"
echo "hostile_clients for $((seconds / 2)) s"
if ! build/asan/bin/hostile_clients "$((seconds / 2))" tests/data/fuzz/request_fuzz \
  >build/fuzz/hostile_clients.log 2>&1; then
  echo hostile_clients >>"$failed"
  tail -60 build/fuzz/hostile_clients.log
else
  tail -1 build/fuzz/hostile_clients.log
fi
[ ! -e "$failed" ] || { echo "failed: $(tr '\n' ' ' <"$failed")"; exit 1; }
