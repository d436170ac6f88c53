#!/usr/bin/env bash
# Everything, however long it takes: what .ci/run does, and the long runs on top. For use before a
# release. Ends with one table with the date and the commit, which goes into docs/.
#
#   ./tests/full.sh            RILL_FUZZ_SECONDS=<n> fuzzes for n seconds in all, not an hour
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/house/packages.sh
source tests/house/steps.sh

# For an order of events that comes once in many runs.
repeat_concurrent() {
  cmake --build --preset "$1"
  .ci/tsan ctest --preset "$1" -L concurrent --repeat until-fail:20
}

# Short: that it runs, and draws what it measured. Figures for docs/ take longer.
beside_kafka() {
  bench/peers/kafka/run.py --rounds 1 --seconds 1 --warm-up 0 --only produce, --only fetch, \
    --only latency --out build/release/kafka.json
  bench/plot.py build/release/kafka.json build/release/kafka.svg
}

for step in $(.ci/run --list); do
  run_step "$step" .ci/run "$step"
done
run_step "all clients" tests/clients/run.py
run_step "concurrent tests, 20 times" repeat_concurrent release
run_step "the same under TSan" repeat_concurrent tsan
# Other ones each time: those of last time found nothing.
run_step "a million power cuts" env RILL_RUNS=1000000 RILL_SEED="$(date +%s)000000" \
  build/release/bin/power_cut_test "Whenever*"
run_step "5,000 kills" env RILL_KILLS=5000 build/release/bin/engine_kill_test
run_step "5,000 kills under a reader" env RILL_KILLS=5000 build/release/bin/writer_kill_test
run_step "every value of every byte" env RILL_ALL_CHANGES=1 build/release/bin/damage_test
run_step "clang-tidy, all files" run-clang-tidy -p build/asan -quiet \
  -checks='-clang-analyzer-*' "$PWD/lib/.*\\.cc\$"
run_step "static analyzer" run-clang-tidy -p build/asan -quiet -checks='-*,clang-analyzer-*' \
  "$PWD/lib/.*\\.cc\$"
run_step "fuzz, long" tests/house/fuzz.sh "${RILL_FUZZ_SECONDS:-3600}"
run_step "admin tools, all cases" env RILL_ALL_ADMIN_CASES=1 tests/oracle/run.sh admin_tools
run_step "benchmarks" build/release/bin/rill_bench --require_counts
run_step "peers" bench/peers/run.sh --build build/release --out build/release/peers.json
run_step "beside Kafka" beside_kafka
for what in volume topics rolls; do
  run_step "sustained, $what" build/release/bin/rill_sustained "$what"
done
run_step "sustained, flood" build/release/bin/rill_sustained flood 8
run_step "slowest appends" build/release/bin/rill_tail
run_step "opening" build/release/bin/rill_open 10
run_step "pages" build/release/bin/rill_pages

printf '\nrill %s, %s, %s cores, %s\n' "$(git rev-parse --short HEAD)" "$(date -u +%F)" \
  "$(nproc)" "$(. /etc/os-release && echo "$PRETTY_NAME")"
print_steps
