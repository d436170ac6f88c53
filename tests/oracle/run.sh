#!/usr/bin/env bash
# Holds rill against Apache Kafka: each check below, whatever the ones before it said. Prints what
# each compared, then a table; fails when any did. Needs Java and, the first time, Maven.
#
#   tests/oracle/run.sh [--build FOLDER] [check ...]
#
#   --build FOLDER   a folder where rill is built, with tests; by default the preset `release` is
#                    built here
#   check            some only, of: write live read serve backup import partitions assignors
#                    dump_log groups compaction messages refusals admin_tools console_tools tutorial
#                    api
#
# RILL_SEED repeats a run's random inputs; RILL_ALL_ADMIN_CASES=1 compares all command lines of
# admin_tools_cases.txt, which takes minutes. What a failed check left is kept, and named.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
source tests/house/steps.sh
source tests/oracle/broker_checks.sh
source tests/oracle/admin_tools.sh
source tests/oracle/console_tools.sh
source tests/oracle/tutorial.sh

all_checks=(write live read serve backup import partitions assignors dump_log groups compaction messages
            refusals admin_tools console_tools tutorial api)
checks=()
build=
seed=${RILL_SEED:-$((RANDOM * 32768 + RANDOM))}

while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$(cd "$2" && pwd) && shift ;;
    -*) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2 ;;
    *) [[ " ${all_checks[*]} " == *" $1 "* ]] || { echo "oracle: no check is called $1" >&2; exit 2; }
      checks+=("$1") ;;
  esac
  shift
done
[ ${#checks[@]} -gt 0 ] || checks=("${all_checks[@]}")

KAFKA_HOME=$("$here/fetch.sh")
export KAFKA_HOME
if [ -z "$build" ]; then
  cmake --preset release
  cmake --build --preset release --target oracle_programs
  build=$PWD/build/release
fi
work=$(mktemp -d)
dump=$KAFKA_HOME/bin/kafka-dump-log
codecs=(none gzip snappy lz4 zstd)

fail() {
  printf 'oracle: %s\n' "$@" >&2
  return 1
}

run_program() {
  local program=$build/bin/$1
  shift
  [ -x "$program" ] || fail "$program is missing: build the target oracle_programs"
  "$program" "$@"
}

# Runs a command in a shell of its own where -e holds, which it would not left of an ||.
attempt() {
  set +e
  (set -e; "$@")
  attempt_status=$?
  set -e
}

# Two files are the same; else their first differences.
same() {
  if ! diff "$2" "$3" >"$work/diff"; then
    head -n 10 "$work/diff" >&2
    fail "$1: $2 and $3 differ"
  fi
}

# The files of a folder with that suffix, in order, with commas between.
files_of() {
  find "$1" -name "*$2" | LC_ALL=C sort | paste -sd,
}

# Complaints without the one that the tool has of every segment which does not begin at offset 0, a
# broker's own too: that its base offset follows -1.
complaints() {
  awk '/^Non-consecutive offsets in / { heading = $0; base = $NF
                                        sub(/.*\//, "", base); base += 0; next }
       heading != "" && $0 == "  -1 is followed by " base { next }
       heading != "" { print heading; heading = "" }
       { print }' "$1"
}

# What Kafka's tool printed has no complaint, and every batch is valid.
no_complaint() {
  local out=$1 err=$2
  complaints "$err" >"$work/complaints"
  grep -aE '^(Mismatches in|The following indexed|Found .* invalid bytes)|Exception' "$out" >>"$work/complaints" || true
  grep -a '^baseOffset: ' "$out" | grep -v 'isvalid: true$' >>"$work/complaints" || true
  if [ -s "$work/complaints" ]; then
    head -n 10 "$work/complaints" >&2
    fail "Kafka's tool complains: $out, $err"
  fi
}

# Topics of all kinds that rill writes; several checks use them. Made once.
written() {
  [ ! -d "$work/written" ] || return 0
  mkdir -p "$work/reports"
  echo "RILL_SEED=$seed"
  run_program write_segments "$work/written" "$work/reports" "$seed"
}

check_write() {
  local topic folder
  written
  for folder in "$work"/reports/*.records; do
    topic=$(basename "$folder" .records)
    "$here/java.sh" DescribeLog --records "$work/written/$topic-0" >"$work/described"
    same "records of $topic" "$work/reports/$topic.records" "$work/described"
  done
  for folder in "$work"/reports/*.dump; do
    topic=$(basename "$folder" .dump)
    "$dump" --deep-iteration --print-data-log --files "$(files_of "$work/written/$topic-0" .log)" \
      >"$work/dump.out" 2>"$work/dump.err"
    no_complaint "$work/dump.out" "$work/dump.err"
    grep -a '^| ' "$work/dump.out" >"$work/dump.records"
    same "DumpLogSegments of $topic" "$work/reports/$topic.dump" "$work/dump.records"
  done
  check_indexes
  echo "$(cat "$work"/reports/*.records | wc -l) records in" \
    "$(find "$work/written" -name '*.log' | wc -l) segments of" \
    "$(find "$work/reports" -name '*.records' | wc -l) topics are the same to Kafka"
}

check_indexes() {
  local all option
  all=$(files_of "$work/written" .index),$(files_of "$work/written" .timeindex)
  for option in --index-sanity-check --verify-index-only --deep-iteration; do
    "$dump" "$option" --files "$all" >"$work/index.out" 2>"$work/index.err"
    no_complaint "$work/index.out" "$work/index.err"
  done
  "$dump" --files "$(files_of "$work/written" .snapshot)" >"$work/index.out" 2>"$work/index.err"
  no_complaint "$work/index.out" "$work/index.err"
  echo "$(tr , '\n' <<<"$all" | wc -l) index files pass Kafka's checks"
}

# The plain tool on the newest segment, while it is written.
dump_newest() {
  local folder=$1 newest status=0
  shift
  newest=$(find "$folder" -name '*.log' | LC_ALL=C sort | tail -n 1)
  "$dump" --deep-iteration --print-data-log "$@" --files "$newest" 2>"$work/live.err" |
    check_dump || status=$?
  : >"$work/live.out"
  no_complaint "$work/live.out" "$work/live.err"
  return $status
}

# Offsets follow one another, and nothing is said but what belongs there.
check_dump() {
  LC_ALL=C awk '
    /^baseOffset: / { if (!/ isvalid: true$/ || seen && $2 != batch) { bad = $0; exit 1 }
                      batch = $4 + 1; seen = 1; next }
    /^\| offset: / { if (records && $3 != next_offset) { bad = $0; exit 1 }
                     next_offset = $3 + 1; records++; next }
    /^(Dumping|Log starting offset:|Found [0-9]+ invalid bytes at the end)/ { next }
    { bad = $0; exit 1 }
    END { if (bad != "") { print "bad: " bad; exit 1 }
          print "kafka-dump-log: " records + 0 " records up to " next_offset - 1; exit records == 0 }'
}

check_live() {
  local mode
  for mode in single paced batches; do
    read_while_written "$mode"
  done
}

read_live() {
  local folder=$1 limit=(--max-bytes 50000000) largest=50000000
  # At full speed a segment is full before a tool that starts anew has read it to the end.
  [ "$2" != paced ] || { limit=(); largest=1000000000; }
  "$here/java.sh" ReadLive "$folder" 24 "$largest" 5
  for _ in 1 2 3; do dump_newest "$folder" "${limit[@]}"; done
}

read_while_written() {
  local mode=$1 folder=$work/live-$1 pid status
  mkfifo "$work/hold-$mode"
  run_program write_live "$folder" orders "$mode" <"$work/hold-$mode" &
  pid=$!
  exec 8>"$work/hold-$mode"  # the writer goes on until this is closed
  until compgen -G "$folder/orders-0/*.log" >/dev/null; do
    kill -0 "$pid" || { fail "the writer ended"; return 1; }
    sleep 0.1
  done
  attempt read_live "$folder/orders-0" "$mode" 8>&-
  status=$attempt_status
  exec 8>&-
  wait "$pid" || status=1
  rm -rf "$folder"
  return $status
}

check_partitions() {
  echo "RILL_SEED=$seed"
  "$here/java.sh" PartitionVectors "$seed" 5000 | run_program partition_agreement
}

check_assignors() {
  echo "RILL_SEED=$seed"
  "$here/java.sh" AssignorVectors "$seed" 3000 | run_program assignor_agreement
}

check_dump_log() {
  local tool=$build/bin/kafka-dump-log cases=0 differ=0 options
  [ -x "$tool" ] || fail "$tool is missing: build the target rill_program"
  written
  while read -r options; do
    cases=$((cases + 1))
    # shellcheck disable=SC2086  # the list holds words
    dumps_alike $options || differ=$((differ + 1))
  done < <(dump_cases)
  echo "$cases command lines, $differ differ"
  [ "$cases" -ge 100 ] && [ "$differ" -eq 0 ]
}

# The same arguments for both tools: same output, same status, same words on standard error, but for
# what docs/reference/dump-log.md lists.
dumps_alike() {
  local kafka_status=0 rill_status=0
  "$dump" "$@" >"$work/kafka.out" 2>"$work/kafka.err" || kafka_status=$?
  "$build/bin/kafka-dump-log" "$@" >"$work/rill.out" 2>"$work/rill.err" || rill_status=$?
  if [[ " $* " == *" --remote-log-metadata-decoder "* ]]; then
    [ $rill_status = 1 ] && grep -q 'is not supported' "$work/rill.err" && return
  fi
  # What a decoder has against a record is said in other words.
  sed -i -E 's/(Error at offset [0-9]+, skipping\.).*/\1/' "$work/kafka.out" "$work/rill.out"
  cmp -s "$work/kafka.out" "$work/rill.out" && [ $kafka_status = $rill_status ] &&
    same_words "$work/kafka.err" "$work/rill.err" && return
  echo "kafka-dump-log $*: status $kafka_status and $rill_status; Kafka's <, rill's >:"
  diff -a "$work/kafka.out" "$work/rill.out" | head -n 6 || true
  diff -a "$work/kafka.err" "$work/rill.err" | head -n 6 || true
  return 1
}

options_in() {
  grep -oE '^ *--[a-z-]+' "$1" | tr -d ' '
}

# A Java exception is a line of rill's own; a list of options is in its own words, and has --json, too.
same_words() {
  if grep -q '^Exception in thread' "$1"; then
    [ "$(wc -l <"$2")" -eq 1 ] && grep -q '^rill dump-log: ' "$2"
  elif grep -qE '^Option +Description' "$1"; then
    diff <({ options_in "$1"; echo --json; } | sort) <(options_in "$2" | sort)
  else
    cmp -s "$1" "$2"
  fi
}

# Options on files that rill wrote, and all that the golden files show, which tests/cli compares with
# what Kafka printed when they were made.
dump_cases() {
  local topic folder
  sed -E 's:( |,)([a-z-]+/[a-z_-]+-0/):\1tests/data/golden/\2:g; s/^[^ ]+ ?//' "$here/dump_log_cases.txt"
  for topic in "${codecs[@]}"; do
    folder=$work/written/$topic-0
    echo "--files $(files_of "$folder" .log)"
    echo "--deep-iteration --print-data-log --files $(files_of "$folder" .log)"
  done
  folder=$work/written/zstd-append-time-0
  echo "--print-data-log --skip-record-metadata --files $(files_of "$folder" .log)"
  echo "--max-bytes 3000 --print-data-log --files $(files_of "$folder" .log)"
  folder=$work/written/gzip-binary-0
  echo "--print-data-log --files $(files_of "$folder" .log)"
  folder=$work/written/sequenced-0
  echo "--deep-iteration --files $(files_of "$folder" .log),$(files_of "$folder" .snapshot)"
  echo "--files $(files_of "$folder" .index),$(files_of "$folder" .timeindex)"
  echo "--index-sanity-check --files $(files_of "$folder" .index),$(files_of "$folder" .timeindex)"
  echo "--verify-index-only --files $(files_of "$folder" .index),$(files_of "$folder" .timeindex)"
  echo "--offsets-decoder --files $(files_of "$folder" .log)"
}

check_groups() {
  local logs
  echo "RILL_SEED=$seed"
  run_program write_groups "$work/groups" "$seed" | LC_ALL=C sort >"$work/groups.expected"
  logs=$(find "$work/groups" -path '*/__consumer_offsets-*/*.log' | LC_ALL=C sort | paste -sd,)
  "$dump" --offsets-decoder --files "$logs" >"$work/groups.out" 2>"$work/groups.err"
  no_complaint "$work/groups.out" "$work/groups.err"
  python3 "$here/committed_offsets.py" <"$work/groups.out" | LC_ALL=C sort >"$work/groups.kafka"
  same "committed offsets" "$work/groups.expected" "$work/groups.kafka"
  dumps_alike --offsets-decoder --files "$logs"
  echo "$(wc -l <"$work/groups.expected") committed offsets are the same to Kafka"
}

# Every message of the protocol, as rill and as the Kafka client describe it; then random ones, in
# rill's bytes and words.
check_messages() {
  echo "RILL_SEED=$seed"
  run_program wire_messages tables >"$work/messages.rill"
  cut -d' ' -f1 "$work/messages.rill" | uniq |
    python3 "$here/message_tables.py" "$KAFKA_HOME"/jars/kafka-clients-*.jar >"$work/messages.kafka"
  same "descriptions of messages" "$work/messages.kafka" "$work/messages.rill"
  echo "$(wc -l <"$work/messages.rill") lines of description are the same to Kafka"
  "$here/java.sh" ErrorNames >"$work/errors.kafka"
  # Codes that newer versions have come behind these.
  run_program wire_messages errors | head -n "$(wc -l <"$work/errors.kafka")" >"$work/errors.rill"
  same "error codes" "$work/errors.kafka" "$work/errors.rill"
  echo "$(wc -l <"$work/errors.rill") error codes are the same to Kafka"
  run_program wire_messages random "$seed" 20 >"$work/messages"
  "$here/java.sh" ReadMessages <"$work/messages"
}

check_compaction() {
  with_broker both_compact
}

# What a broker wrote is compacted by it and by rill; then, with more behind it, what the broker made
# of it once more: now tombstones and markers go.
both_compact() {
  local address topic topics=(keyed keyed-gzip keyed-snappy keyed-lz4 keyed-zstd keyed-transactions)
  echo "RILL_SEED=$seed"
  address=$(start_broker log.cleaner.enable=false)
  "$here/java.sh" BrokerTopics make "$address" "${topics[@]}"
  "$here/java.sh" BrokerTopics append "$address" "$seed" 1500 "${topics[@]}"
  stop_broker
  compare_compacted once "${topics[@]}"
  address=$(start_broker log.cleaner.enable=false)
  "$here/java.sh" BrokerTopics append "$address" "$((seed + 1))" 500 "${topics[@]}"
  stop_broker
  compare_compacted twice "${topics[@]}"
}

# Compacts the stopped broker's files on both sides, and compares.
compare_compacted() {
  local times=$1 topic before after
  shift
  rm -rf "$work/keyed"
  run_program topic_files keyed "$work/keyed" "$@"
  for topic in "$@"; do swap_files "$work/broker/data/$topic-0" "$work/keyed/$topic-0"; done
  cp "$work/broker/data/cleaner-offset-checkpoint" "$work/keyed/" 2>/dev/null || true
  before=$(records_in "$work/keyed" "$@")
  run_program topic_files compact "$work/keyed" 2>"$work/compact.log"
  start_broker log.cleaner.backoff.ms=100 log.segment.delete.delay.ms=0 >"$work/address"
  wait_until_compacted "$@" || return 1
  stop_broker
  for topic in "$@"; do
    batches_of "$work/broker/data/$topic-0" >"$work/compacted.kafka"
    batches_of "$work/keyed/$topic-0" >"$work/compacted.rill"
    same "what compaction left of $topic ($times)" "$work/compacted.kafka" "$work/compacted.rill"
  done
  after=$(records_in "$work/keyed" "$@")
  [ "$after" -lt "$before" ] || { fail "nothing was compacted"; return 1; }
  echo "compacted $times: of $before records in $# topics the same $after are left by Kafka and by rill"
}

# The offset up to which each topic was compacted, as the checkpoint of a data folder has it.
compacted_to() {
  local topic folder=$1
  shift
  for topic in "$@"; do
    awk -v topic="$topic" '$1 == topic && NF == 3 { print }' "$folder/cleaner-offset-checkpoint" 2>/dev/null
  done
}

# Until the broker has come as far as rill.
wait_until_compacted() {
  local tries=300
  compacted_to "$work/keyed" "$@" >"$work/far.rill"
  [ "$(wc -l <"$work/far.rill")" = $# ] || { fail "rill did not compact all topics"; return 1; }
  while [ $tries -gt 0 ]; do
    compacted_to "$work/broker/data" "$@" >"$work/far.kafka"
    cmp -s "$work/far.rill" "$work/far.kafka" && return 0
    sleep 0.2
    tries=$((tries - 1))
  done
  diff "$work/far.kafka" "$work/far.rill" | head -n 10 >&2
  fail "the broker did not compact as far as rill"
}

# The batches and records of a partition, without what depends on the time of the compaction and on
# which segment they are in.
batches_of() {
  "$dump" --deep-iteration --print-data-log --files "$(files_of "$1" .log)" 2>/dev/null |
    grep -aE '^(baseOffset: |\| )' |
    sed -E 's/ (position|size|crc|deleteHorizonMs): [^ ]+//g'
}

records_in() {
  local topic folder=$1 count=0
  shift
  for topic in "$@"; do count=$((count + $(batches_of "$folder/$topic-0" | grep -ac '^| '))); done
  echo "$count"
}

# What both brokers make of requests that neither knows, of versions that are none, and of bytes that
# are no request.
check_refusals() {
  with_broker refusals_of_kafka
  serve_rill "$work/refusing"
  attempt refusals_of "$rill_address" rill
  stop_rill
  [ "$attempt_status" -eq 0 ]
  same "what is refused" "$work/refusals.kafka" "$work/refusals.rill"
  echo "$(wc -l <"$work/refusals.rill") requests are refused as by Kafka," \
    "$(grep -c ': closed' "$work/refusals.rill") of them by closing the connection"
}

refusals_of_kafka() {
  local address
  address=$(start_broker)
  refusals_of "$address" kafka
}

refusals_of() {
  "$here/refusals.py" "$1" >"$work/refusals.$2"
}

for check in "${checks[@]}"; do
  run_step "$check" "check_$check"
done
if print_steps; then
  rm -rf "$work"
else
  echo "oracle: seed $seed; what was written is in $work" >&2
  exit 1
fi
