# Checks in which a broker reads rill's files, or rill a broker's. run.sh sources this.
# shellcheck shell=bash

# Everything of a partition but the id of its topic.
swap_files() {
  local from=$1 to=$2
  find "$to" -mindepth 1 ! -name partition.metadata -delete
  find "$from" -mindepth 1 -maxdepth 1 -type f ! -name partition.metadata -exec cp {} "$to/" \;
}

stop_broker() {
  "$here/kafka.sh" stop "$work/broker"
}

# Starts the broker, with more properties, and says where it is.
start_broker() {
  "$here/kafka.sh" start "$work/broker" "$@"
}

# Serves a folder by rill, at rill_address, until stop_rill, which fails where rill does.
serve_rill() {
  local log=$1.log
  "$build/bin/rill" serve --data-dir "$1" --listen 127.0.0.1:0 2>"$log" &
  rill_pid=$!
  for _ in $(seq 100); do
    rill_address=$(sed -nE 's/.*listening on ([^,]*),.*/\1/p' "$log")
    [ -z "$rill_address" ] || return 0
    sleep 0.1
  done
  fail "rill serve does not listen: $log"
}

stop_rill() {
  kill "$rill_pid"
  wait "$rill_pid"
}

# What a Java client gets of each topic, in a folder of files.
consume_all() {
  local address=$1 to=$2
  shift 2
  mkdir -p "$to"
  "$here/java.sh" ConsumeLines "$address" "$to" "$@"
}

# Puts the broker's files of the topics in a folder of rill's, and compares what rill reads there
# with what the Java client got. Then once more, as after a crash.
rill_reads_broker() {
  local consumed=$1 topic
  shift
  rm -rf "$work/back"
  run_program topic_files make "$work/back" "$@"
  for topic in "$@"; do
    swap_files "$work/broker/data/$topic-0" "$work/back/$topic-0"
  done
  compare_back "$consumed" "$@"
  rm "$work/back/.kafka_cleanshutdown"
  compare_back "$consumed" "$@"
}

compare_back() {
  local consumed=$1 topic
  shift
  for topic in "$@"; do
    run_program topic_files read "$work/back" "$topic" >"$work/back.records" 2>"$work/back.log"
    same "records of $topic" "$consumed/$topic" "$work/back.records"
  done
}

# A broker of our own, fresh for the check.
with_broker() {
  local status
  rm -rf "$work/broker"
  attempt "$@"
  status=$attempt_status
  [ ! -f "$work/broker/pid" ] || "$here/kafka.sh" kill "$work/broker" || status=1
  return $status
}

check_read() {
  with_broker broker_writes
}

broker_writes() {
  local address topics=("${codecs[@]}" none-append-time zstd-append-time)
  echo "RILL_SEED=$seed"
  address=$(start_broker)
  "$here/java.sh" BrokerTopics make "$address" "${topics[@]}"
  "$here/java.sh" BrokerTopics append "$address" "$seed" 1500 "${topics[@]}"
  consume_all "$address" "$work/consumed" "${topics[@]}"
  stop_broker
  rill_reads_broker "$work/consumed" "${topics[@]}"
  echo "$(cat "$work"/consumed/* | wc -l) records in" \
    "$(find "$work/back" -name '*.log' | wc -l) segments that a broker wrote are the same to rill"
}

check_serve() {
  written
  with_broker broker_serves
}

broker_serves() {
  local address topic topics=()
  for topic in "$work"/reports/*.records; do topics+=("$(basename "$topic" .records)"); done
  address=$(start_broker)
  "$here/java.sh" BrokerTopics make "$address" "${topics[@]}"
  stop_broker
  for topic in "${topics[@]}"; do
    swap_files "$work/written/$topic-0" "$work/broker/data/$topic-0"
  done
  address=$(start_broker)
  consume_all "$address" "$work/served" "${topics[@]}"
  for topic in "${topics[@]}"; do
    same "what the broker serves of $topic" "$work/reports/$topic.records" "$work/served/$topic"
  done
  broker_is_content "$work/broker/broker.log"
  echo "$(cat "$work"/served/* | wc -l) records of ${#topics[@]} topics, as rill wrote them, came from a broker"
  "$here/java.sh" BrokerTopics append "$address" "$seed" 200 "${topics[@]}"
  consume_all "$address" "$work/grown" "${topics[@]}"
  stop_broker
  rill_reads_broker "$work/grown" "${topics[@]}"
  echo "$(cat "$work"/grown/* | wc -l) records came back, with those that the broker appended"
}

# The broker took the files as they were: no index rebuilt, no tail cut, no warning about a log.
broker_is_content() {
  if grep -E ' (WARN|ERROR|FATAL) .*(Log|Index|Segment|Snapshot)|orrupt|ebuilding (index|time)|runcat' "$1" |
    grep -vE '__cluster_metadata|is deprecated and will be removed' >"$work/grumbles"; then
    head -n 10 "$work/grumbles" >&2
    fail "the broker was not content with rill's files: $1"
  fi
}

# Puts a broker over a whole data folder of rill's: all its files, those that are rill's own too. Of
# the broker's stay what it knows of its cluster and of topics, and each topic's id.
broker_takes_folder() {
  local topic folder=$1 data=$work/broker/data
  shift
  rm -rf "$work/brokers_own"
  mv "$data" "$work/brokers_own"
  cp -r "$folder" "$data"
  cp -r "$work/brokers_own"/__* "$work/brokers_own/meta.properties" "$data/"
  for topic in "$@"; do cp "$work/brokers_own/$topic-0/partition.metadata" "$data/$topic-0/"; done
}

# The broker served for a while, and rill's own files are as they were.
rills_files_stay() {
  local folder=$1 file
  for file in "${rills_files[@]}"; do
    cmp "$folder/$file" "$work/broker/data/$file" || { fail "the broker changed $file"; return 1; }
  done
}

check_backup() {
  with_broker broker_reads_backup
}

# A backup that was made while its folder was written; then the folder itself.
broker_reads_backup() {
  local address topic count topics=() all=0 rills_files=(rill.catalogue)
  echo "RILL_SEED=$seed"
  rm -rf "$work"/backed "$work"/backup "$work"/backed.reports && mkdir "$work/backed.reports"
  run_program write_backed_up "$work/backed" "$work/backup" "$work/backed.reports" "$seed" || [ $? = 137 ]
  for topic in "$work"/backed.reports/*.records; do topics+=("$(basename "$topic" .records)"); done
  address=$(start_broker)
  "$here/java.sh" BrokerTopics make "$address" "${topics[@]}"
  stop_broker

  broker_takes_folder "$work/backup" "${topics[@]}"
  address=$(start_broker)
  consume_all "$address" "$work/of_backup" "${topics[@]}"
  stop_broker
  rills_files_stay "$work/backup"
  broker_is_content "$work/broker/broker.log"
  for topic in "${topics[@]}"; do
    run_program topic_files read "$work/backup" "$topic" >"$work/rill.records" 2>"$work/rill.log"
    same "what the broker and rill read of the backup of $topic" "$work/of_backup/$topic" "$work/rill.records"
    count=$(wc -l <"$work/rill.records")
    all=$((all + count))
    head -n "$count" "$work/backed.reports/$topic.records" >"$work/first.records"
    same "the backup of $topic and the first $count appended" "$work/first.records" "$work/rill.records"
    [ "$count" -gt 1000 ] || { fail "the backup of $topic has $count records"; return 1; }
  done
  [ "$all" -lt "$(cat "$work"/backed.reports/* | wc -l)" ] || { fail "nothing was appended meanwhile"; return 1; }
  echo "$all records of ${#topics[@]} topics are in a backup made while they were written, to a broker and to rill"

  broker_reads_recovered "${topics[@]}"
}

# A folder whose writer was killed is opened and closed by rill before a broker starts over it. What
# the killed process kept for others lies there once more.
broker_reads_recovered() {
  local address topic rills_files=(rill.catalogue rill.shared)
  mkdir -p "$work/of_killed"
  cp "$work/backed/rill.shared" "$work/rill.shared"
  for topic in "$@"; do
    run_program topic_files read "$work/backed" "$topic" >"$work/rill.records" 2>"$work/rill.log"
    same "what rill reads of $topic after a kill" "$work/backed.reports/$topic.records" "$work/rill.records"
  done
  cp "$work/rill.shared" "$work/backed/rill.shared"
  broker_takes_folder "$work/backed" "$@"
  address=$(start_broker)
  consume_all "$address" "$work/of_killed" "$@"
  rills_files_stay "$work/backed"
  broker_is_content "$work/broker/broker.log"
  for topic in "$@"; do
    same "what the broker reads of $topic after a kill" "$work/backed.reports/$topic.records" "$work/of_killed/$topic"
  done
  echo "$(cat "$work"/of_killed/* | wc -l) records of a killed writer came from a broker, with ${rills_files[*]} in its folder"
}

check_import() {
  with_broker rill_imports
}

# Topics of all kinds that a broker wrote, compacted and partly deleted, are imported; then the
# broker starts over rill's folder.
rill_imports() {
  local address topic rills_files=(rill.catalogue)
  local keyed=(keyed keyed-zstd-deleted keyed-transactions)
  local deleted=(none-deleted lz4-deleted keyed-zstd-deleted)
  local kept=("${codecs[@]}" snappy-append-time gzip-transactions none-deleted lz4-deleted)
  local topics=("${kept[@]}" "${keyed[@]}")
  echo "RILL_SEED=$seed"
  address=$(start_broker log.cleaner.enable=false)
  "$here/java.sh" BrokerTopics make "$address" "${topics[@]}"
  "$here/java.sh" BrokerTopics append "$address" "$seed" 800 "${topics[@]}"
  "$here/java.sh" BrokerTopics delete "$address" 301 "${deleted[@]}"
  stop_broker
  address=$(start_broker log.cleaner.backoff.ms=100 log.segment.delete.delay.ms=0)
  wait_for_compaction "${keyed[@]}"
  consume_all "$address" "$work/exported" "${topics[@]}"
  stop_broker

  rm -rf "$work/imported"
  import_topics --config retention.ms=-1 -- "${kept[@]}"
  import_topics --config cleanup.policy=compact -- "${keyed[@]}"
  for topic in "${topics[@]}"; do
    run_program topic_files read "$work/imported" "$topic" >"$work/rill.records" 2>"$work/rill.log"
    same "records of the imported $topic" "$work/exported/$topic" "$work/rill.records"
  done
  holds_what_was_meant "${deleted[*]}" "${keyed[*]}"
  echo "$(cat "$work"/exported/* | wc -l) records of ${#topics[@]} topics that a broker wrote are the same to rill, imported"

  broker_takes_folder "$work/imported" "${topics[@]}"
  address=$(start_broker log.cleaner.enable=false)
  consume_all "$address" "$work/reimported" "${topics[@]}"
  stop_broker
  rills_files_stay "$work/imported"
  broker_is_content "$work/broker/broker.log"
  for topic in "${topics[@]}"; do
    same "what the broker reads of the imported $topic" "$work/exported/$topic" "$work/reimported/$topic"
    cmp "$work/imported/$topic-0/partition.metadata" "$work/brokers_own/$topic-0/partition.metadata"
  done
  echo "$(cat "$work"/reimported/* | wc -l) records came back from a broker that started over rill's folder"
}

# What comes before -- are options of rill import.
import_topics() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  for topic in "$@"; do options+=(--topic "$topic"); done
  run_program rill import "$work/broker/data" --data "$work/imported" "${options[@]}" >>"$work/import.log"
}

# The broker has compacted each topic once.
wait_for_compaction() {
  local tries=300
  until [ "$(compacted_to "$work/broker/data" "$@" | wc -l)" = $# ]; do
    [ $tries -gt 0 ] || { fail "the broker did not compact $*"; return 1; }
    sleep 0.2
    tries=$((tries - 1))
  done
}

# Topics begin where they were cut, and compacted ones have gaps.
holds_what_was_meant() {
  local topic
  for topic in $1; do
    awk 'NR == 1 { split($2, at, "="); exit at[2] < 301 }' "$work/exported/$topic" || fail "$topic is not cut"
  done
  for topic in $2; do
    [ "$(wc -l <"$work/exported/$topic")" -lt 700 ] || fail "$topic is not compacted"
  done
}

# The tests of the public API, over kafka:// to Apache Kafka.
check_api() {
  with_broker broker_is_a_place
}

broker_is_a_place() {
  local address
  address=$("$here/kafka.sh" start "$work/broker")
  RILL_TEST_KAFKA=$address run_program client_api_test
}
