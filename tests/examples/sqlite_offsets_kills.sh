#!/usr/bin/env bash
# Kills examples/sqlite_offsets at random moments: whenever a run reaches the end, every transfer
# has been booked once; then it begins anew.
#
#   sqlite_offsets_kills.sh <sqlite_offsets> [how many kills, 20]
set -euo pipefail
source "$(dirname "$0")/kills.sh"
program=$1 kills=${2:-20}

expect_balance() {
  grep -qx '200000 transfers of 200000, sum 599980 of 599980' "$work/output" ||
    fail "the books do not balance"
  expect_no_errors "a run to the end"
  rm -rf "$work/data"
  mkdir "$work/data"
}

mkdir "$work/data"
killed=0
ended=0
while ((killed < kills)); do
  milliseconds=$((RANDOM % 200))
  kill_after "$(printf '0.%03d' "$milliseconds")" "$program" "$work/data"
  expect_no_errors "kill after $milliseconds ms"
  case $status in
    137) killed=$((killed + 1)) ;;
    0) ended=$((ended + 1)) && expect_balance ;;
    *) fail "ended with status $status" ;;
  esac
done
timeout 300 "$program" "$work/data" >"$work/output" 2>>"$work/errors" || fail "the last run failed"
expect_balance
echo "killed $killed times, reached the end $((ended + 1)) times, every transfer booked once"
