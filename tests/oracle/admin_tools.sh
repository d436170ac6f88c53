# Kafka's admin tools and rill's, with the same words, on a broker of Kafka's and on one of rill's.
# run.sh sources this.
# shellcheck shell=bash

# What both brokers have: topics with records, and groups that have read them and left.
fill_broker() {
  local address=$1 partition
  local topics=("$build/bin/kafka-topics" --bootstrap-server "$address" --create --topic)
  "${topics[@]}" orders --partitions 3 >/dev/null
  "${topics[@]}" bills --partitions 1 >/dev/null
  "${topics[@]}" empty --partitions 2 >/dev/null
  for partition in 0 1 2; do
    seq $((partition + 2)) | kcat -P -b "$address" -t orders -p "$partition"
  done
  seq 5 | kcat -P -b "$address" -t bills -p 0
  timeout 60 kcat -b "$address" -G billing -X auto.offset.reset=earliest -e orders bills >/dev/null 2>&1
  timeout 60 kcat -b "$address" -G live -X auto.offset.reset=earliest -e orders >/dev/null 2>&1
  timeout 60 kcat -b "$address" -G live-848 -X auto.offset.reset=earliest -e orders >/dev/null 2>&1
  timeout 60 kcat -b "$address" -G other -X auto.offset.reset=earliest -e bills >/dev/null 2>&1
}

# Whether a group has a row for each of three partitions, each with a member that has read all of it.
has_read_all() {
  local rows
  rows=$("$build/bin/kafka-consumer-groups" --bootstrap-server "$1" --describe --group "$2" 2>/dev/null |
    awk '$2 == "orders" && $6 == 0 && $7 != "-"' | wc -l)
  [ "$rows" -eq 3 ]
}

# Members that stay, and change nothing, of groups that have committed: one of each protocol. Their
# processes are in `members`.
members=()
start_members() {
  local address=$1 group tries=0
  for group in live live-848; do
    "$KAFKA_HOME/bin/kafka-console-consumer" --bootstrap-server "$address" --topic orders \
      --group "$group" --consumer-property client.id="of-$group" \
      --consumer-property enable.auto.commit=false --consumer-property \
      group.protocol="$([ $group = live ] && echo classic || echo consumer)" \
      >/dev/null 2>"$work/$group.err" &
    members+=($!)
  done
  for group in live live-848; do
    while ! has_read_all "$address" "$group"; do
      tries=$((tries + 1))
      [ "$tries" -lt 300 ] || { fail "group $group does not come to rest"; return 1; }
      sleep 0.2
    done
  done
}

stop_members() {
  local pid
  for pid in "${members[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" || true
  done
  members=()
}

# The files that words name, in a folder where the tools run.
write_admin_files() {
  mkdir -p "$work/admin"
  cd "$work/admin"
  echo 'client.id=somebody' >client.properties
  echo 'retention.ms = 12345' >new.properties
  echo 'orders,1,2' >plan.csv
  echo '{"partitions": [{"topic": "orders", "partition": 0, "offset": 1},
    {"topic": "orders", "partition": 1, "offset": -1},
    {"topic": "orders", "partition": 2, "offset": 1000}], "version": 1}' >below.json
  echo '{"partitions": [{"topic": "orders", "partition": 0, "offset": 1},
    {"topic": "orders", "partition": 0, "offset": 2}]}' >twice.json
}

# The words of the cases, without comments; unless all are wanted those above the second one.
admin_cases() {
  if [ -n "${RILL_ALL_ADMIN_CASES:-}" ]; then
    grep -v '^#' "$here/admin_tools_cases.txt" | grep .
  else
    sed '/^# All cases/,$d; /^#/d; /^$/d' "$here/admin_tools_cases.txt"
  fi
}

# What of a tool's standard error is compared with the other's; standard_error.py has the rules.
words_of_errors() {
  local whose=$1 tool=$2 err=$3 out=$4 help
  help=$work/help.${tool##*/}
  [ -f "$help" ] || "$build/bin/${tool##*/}" --help >"$work/help" 2>"$help" || true
  "$here/standard_error.py" "$whose" "$err" "$out" "$help"
}

# What a tool prints, its exit code and what it says on standard error, without what is its own: ids
# of topics that it made, the letter in its names. Partitions that Kafka's tool has in an order of
# chance are sorted.
run_admin_tool() {
  local whose=$1 tool=$2 letter=$3 status=0
  shift 3
  (cd "$work/admin" && exec "$tool" "${@//@/$letter}") </dev/null \
    2>"$work/admin.$letter.err" >"$work/admin.$letter.raw" || status=$?
  [[ $tool != *delete-records ]] ||
    LC_ALL=C sort -o "$work/admin.$letter.raw" "$work/admin.$letter.raw"
  echo "exit code $status" >>"$work/admin.$letter.raw"
  sed -E -i "s/TopicId: [A-Za-z0-9_-]{22}/TopicId: ID/g
             s/(own-|new-|two-|wide-|bad-|placed-|a_b)$letter/\1@/g" \
    "$work/admin.$letter.raw" "$work/admin.$letter.err"
  words_of_errors "$whose" "$tool" "$work/admin.$letter.err" "$work/admin.$letter.raw" \
    >"$work/admin.$letter.words"
  cat "$work/admin.$letter.raw" "$work/admin.$letter.words" >"$work/admin.$letter.out"
}

# Each case by both tools on the broker at `address`.
compare_admin_tools() {
  local address=$1 whose=$2 cases=0 differ=0 on_error=0 tool words
  while read -r tool words; do
    cases=$((cases + 1))
    set -f  # * is a word
    # shellcheck disable=SC2086  # the list holds words
    set -- --bootstrap-server "$address" $words
    set +f
    run_admin_tool kafka "$KAFKA_HOME/bin/kafka-$tool" K "$@"
    run_admin_tool rill "$build/bin/kafka-$tool" R "$@"
    [ ! -s "$work/admin.K.words" ] || on_error=$((on_error + 1))
    if cmp -s "$work/admin.K.out" "$work/admin.R.out"; then continue; fi
    differ=$((differ + 1))
    echo "on $whose broker, kafka-$tool $words; Kafka's <, rill's >:"
    diff -a "$work/admin.K.out" "$work/admin.R.out" | head -n 8 || true
    head -n 2 "$work/admin.R.err"
  done < <(admin_cases)
  echo "on $whose broker: $cases command lines, $on_error with words on standard error," \
    "$differ differ"
  [ "$cases" -ge 25 ] && [ "$on_error" -ge 6 ] && [ "$differ" -eq 0 ]
}

# In a shell of its own, whose end the members do not outlive.
compare_on() (
  trap stop_members EXIT
  fill_broker "$1"
  start_members "$1"
  compare_admin_tools "$@"
)

on_kafkas_broker() {
  local address
  address=$(start_broker)
  compare_on "$address" "Kafka's"
}

on_rills_broker() {
  serve_rill "$work/admin-data" || return 1
  attempt compare_on "$rill_address" "rill's"
  stop_rill && return "$attempt_status"
}

check_admin_tools() {
  local strange status=0
  [ -x "$build/bin/kafka-topics" ] || fail "$build/bin/kafka-topics is missing: build the target rill_program"
  "$here/java.sh" ErrorTexts | LC_ALL=C sort >"$work/texts.kafka"
  run_program error_texts | LC_ALL=C sort >"$work/texts.rill"
  strange=$(LC_ALL=C comm -13 "$work/texts.kafka" "$work/texts.rill")
  [ -z "$strange" ] || { fail "not what Kafka's client says of errors: $strange"; return 1; }
  echo "$(wc -l <"$work/texts.rill") texts of errors are Kafka's"
  (write_admin_files)
  attempt with_broker on_kafkas_broker
  status=$attempt_status
  attempt on_rills_broker
  [ "$attempt_status" -eq 0 ] && [ "$status" -eq 0 ]
}
