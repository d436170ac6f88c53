#!/usr/bin/env bash
# Builds the fuzz targets and runs them for so many seconds in all:  tests/house/fuzz.sh [120]
# What they learn stays in build/fuzz/corpus; an input that fails is kept in build/fuzz/failures,
# and `build/asan/bin/<target> <file>` runs it again. Then a node under hostile clients, for half as
# long.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-120}

cmake --preset asan
cmake --build --preset asan --target fuzzers
mapfile -t targets < <(find build/asan/bin -name '*_fuzz' -type f -executable | sort)
if [ "${#targets[@]}" -eq 0 ]; then
  echo "no fuzz target was built"
  exit 1
fi

each=$((seconds / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
failed=()
for target in "${targets[@]}"; do
  name=$(basename "$target")
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus" build/fuzz/failures
  folders=("$corpus")
  [ ! -d "tests/data/fuzz/$name" ] || folders+=("tests/data/fuzz/$name")
  echo "$name for $each s"
  if ! "$target" -max_total_time="$each" -rss_limit_mb=2048 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/failures/$name-" "${folders[@]}" >"build/fuzz/$name.log" 2>&1; then
    failed+=("$name")
    tail -60 "build/fuzz/$name.log"
  else
    grep -E 'number_of_executed_units|new_units_added|peak_rss' "build/fuzz/$name.log"
  fi
done
echo "hostile_clients for $((seconds / 2)) s"
if ! build/asan/bin/hostile_clients "$((seconds / 2))" tests/data/fuzz/request_fuzz \
  >build/fuzz/hostile_clients.log 2>&1; then
  failed+=(hostile_clients)
  tail -60 build/fuzz/hostile_clients.log
else
  tail -1 build/fuzz/hostile_clients.log
fi
[ "${#failed[@]}" -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
