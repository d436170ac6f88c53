#!/usr/bin/env bash
# Usage: shared_group.sh <shared_group> port|socket <worker ...>. A consumer in a C++ program and a
# worker, which is told the program's port or its folder, share a group: each job is done once, by one
# of them; who goes leaves the rest to the other.
set -euo pipefail
program=$1 way=$2
worker=("${@:3}")
command -v kcat >/dev/null || { echo "kcat is missing" >&2; exit 1; }

work=$(mktemp -d)
embedded= remote=

finish() {
  local status=$?
  for pid in $embedded $remote; do kill -9 "$pid" 2>/dev/null || true; done
  [ "$status" -eq 0 ] || tail -n 20 "$work"/* >&2 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# until_true <what is awaited> <command ...>
until_true() {
  local what=$1
  shift
  for ((i = 0; i < 1200; ++i)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.05
  done
  fail "in vain waited for: $what"
}

has() { # <file> <partitions>
  [ "$(grep '^has ' "$1" | tail -n 1)" = "has $2 partitions" ]
}
done_are() { # <count>: jobs done by both
  [ "$(cat "$work/embedded" "$work/remote" | grep -c '^job ')" -ge "$1" ]
}
produce() { # <first> <last>: one after the other to each partition
  for partition in 0 1 2 3; do
    for ((job = $1 + partition; job <= $2; job += 4)); do echo "$job"; done |
      kcat -P -b "$at" -t jobs -p "$partition"
  done
}

: >"$work/remote"
"$program" "$work/data" 127.0.0.1:0 >"$work/embedded" 2>"$work/errors" &
embedded=$!
until_true "the program's four partitions" has "$work/embedded" 4
at=127.0.0.1:$(sed -n 's/^port //p' "$work/embedded")

place=$at
[ "$way" = port ] || place=$work/data
"${worker[@]}" "$place" >"$work/remote" 2>>"$work/errors" &
remote=$!
until_true "two partitions in the program" has "$work/embedded" 2
until_true "two partitions in the worker" has "$work/remote" 2
produce 1 100
until_true "100 jobs" done_are 100
cat "$work/embedded" "$work/remote" | sed -n 's/^job \([0-9]*\) .*/\1/p' | sort -n >"$work/jobs"
seq 100 | diff - "$work/jobs" || fail "not each job was done once"
[ "$(grep -c '^job ' "$work/remote")" -eq 50 ] || fail "the worker did not do its half"

kill -TERM "$remote"
wait "$remote" || [ "$way" = port ] || fail "the worker did not stop cleanly"
remote=
until_true "the program's four partitions again" has "$work/embedded" 4
produce 101 120
until_true "120 jobs" done_are 120
cat "$work/embedded" "$work/remote" | sed -n 's/^job \([0-9]*\) .*/\1/p' | sort -n >"$work/jobs"
seq 120 | diff - "$work/jobs" || fail "not each job was done once, after the worker went"

kill -TERM "$embedded"
wait "$embedded" || fail "the program did not stop cleanly"
embedded=
echo "passed"
