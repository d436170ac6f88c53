#!/usr/bin/env bash
# Writes tests/data/golden anew from a real Apache Kafka broker. Its README.md says what is there.
#
#   tests/oracle/make_golden.sh
#
# Times, producer ids' epochs and topic ids differ from run to run, so a regeneration changes most
# files. Do it when a case is added or Kafka's version moves, and look at what changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
golden=$(cd "$here/../data/golden" && pwd)
KAFKA_HOME=$("$here/fetch.sh")
export KAFKA_HOME
work=$(mktemp -d)
cleaner=(log.cleaner.backoff.ms=200)

cases="none gzip snappy lz4 zstd log-append-time out-of-order-time idempotent transactions indexes
rolled deleted-records compacted epochs"
internal="__consumer_offsets __transaction_state __share_group_state __cluster_metadata"
data_files="meta.properties .kafka_cleanshutdown cleaner-offset-checkpoint
log-start-offset-checkpoint recovery-point-offset-checkpoint replication-offset-checkpoint"

finish() {
  [ ! -f "$work/pid" ] || "$here/kafka.sh" kill "$work" || true
  rm -rf "$work"
}
trap finish EXIT

wait_for_line() {
  local tries=150
  until grep -q "$1" "$2"; do
    [ $tries -gt 0 ] || { echo "oracle: no line \"$1\" in $2 after 30 s" >&2; exit 1; }
    sleep 0.2
    tries=$((tries - 1))
  done
}

# The same records, read by a Java client through the broker and by Kafka's classes from the files.
compare_with_consumer() {
  local topic=$1
  "$here/java.sh" DescribeLog --records "$work/data/$topic-0" |
    awk -v first="$2" '{ split($2, o, "="); if (o[2] + 0 >= first) print }' >"$work/files.txt"
  diff "$work/consumed/$topic" "$work/files.txt" ||
    { echo "oracle: $topic: the Java client and the files differ (above)" >&2; exit 1; }
}

fill() {
  local address
  address=$("$here/kafka.sh" start "$work" "${cleaner[@]}")
  "$here/java.sh" WriteGolden "$address" first
  wait_for_line '^compacted 0 18$' "$work/data/cleaner-offset-checkpoint"
  "$here/kafka.sh" stop "$work"
  address=$("$here/kafka.sh" start "$work" "${cleaner[@]}")
  "$here/java.sh" WriteGolden "$address" second
  mkdir "$work/consumed"
  # shellcheck disable=SC2086  # the list holds words
  "$here/java.sh" ConsumeLines "$address" "$work/consumed" $cases
  "$here/kafka.sh" stop "$work"
}

copy_partition() {
  local topic=$1 folder=$2
  mkdir -p "$golden/$folder"
  cp -r "$work/data/$topic-0" "$golden/$folder/"
  "$here/java.sh" DescribeLog "$work/data/$topic-0" >"$golden/$folder/expected.txt"
}

copy_data_folder() {
  local file
  mkdir -p "$golden/data-folder"
  for file in $data_files; do
    cp "$work/data/$file" "$golden/data-folder/"
  done
  (cd "$work/data" && find . -mindepth 1 -printf '%y %s %P\n' | sed 's/^d [0-9]*/d -/' | LC_ALL=C sort -k3) \
    >"$golden/data-folder/listing.txt"
}

# One byte of a file replaced.
poke() {
  printf "\\x$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# What DumpLogSegments says of damage. The second batch is the one that is hit.
damage() {
  local to=$golden/damaged source=$golden/indexes/indexes-0 name position size
  local log=00000000000000000000.log index=00000000000000000000.index
  local time=00000000000000000000.timeindex
  position=$(sed -n 's/^batch .* position=\([0-9]*\) .*/\1/p' "$golden/indexes/expected.txt" | sed -n 2p)
  size=$(sed -n 's/^batch .* size=\([0-9]*\) .*/\1/p' "$golden/indexes/expected.txt" | sed -n 2p)
  for name in value-bit length torn-tail zero-tail offset-gap index-position index-offset \
    index-zero-tail timeindex-offset; do
    mkdir -p "$to/$name-0"
    cp "$source/$log" "$source/$index" "$source/$time" "$to/$name-0/"
  done
  poke "$to/value-bit-0/$log" $((position + size - 2)) ff
  poke "$to/length-0/$log" $((position + 8)) 7f
  truncate -s -20 "$to/torn-tail-0/$log"
  truncate -s +256 "$to/zero-tail-0/$log"
  { head -c "$position" "$source/$log" && tail -c "+$((position + size + 1))" "$source/$log"; } \
    >"$to/offset-gap-0/$log"
  poke "$to/index-position-0/$index" 15 07
  poke "$to/index-offset-0/$index" 3 04
  poke "$to/timeindex-offset-0/$time" 23 01
  truncate -s +64 "$to/index-zero-tail-0/$index"
  truncate -s +96 "$to/index-zero-tail-0/$time"
  "$here/java.sh" WriteOldFormats "$to"
}

# What the tool prints, without Java's stack traces and without the name of this folder.
keep_dump() {
  local name=$1 status=0
  shift
  "$KAFKA_HOME/bin/kafka-dump-log" "$@" >"$work/out" 2>"$work/err" || status=$?
  {
    echo "\$ kafka-dump-log $*"
    sed "s|$golden/|{golden}/|g" "$work/out"
    [ -z "$(tail -c 1 "$work/out")" ] || echo
    echo "-- exit $status"
    sed "s|$golden/|{golden}/|g" "$work/err" | grep -v $'^\t' || true
  } >"$golden/dump-log/$name.txt"
}

dumps() {
  local name options
  mkdir -p "$golden/dump-log"
  cd "$golden"
  while read -r name options; do
    [ -n "$name" ] || continue
    # shellcheck disable=SC2086  # the list holds words
    keep_dump "$name" $options
  done <"$here/dump_log_cases.txt"
}

find "$golden" -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
fill
for topic in $cases; do
  first=0
  [ "$topic" != deleted-records ] || first=6
  compare_with_consumer "$topic" $first
  copy_partition "$topic" "$topic"
done
for topic in $internal; do
  folder=${topic#__}
  copy_partition "$topic" "${folder//_/-}"
done
copy_data_folder
damage
dumps
