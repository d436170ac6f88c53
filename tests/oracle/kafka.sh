#!/usr/bin/env bash
# Runs one Apache Kafka broker (KRaft, a single node) in a folder of its own, on loopback.
#
#   tests/oracle/kafka.sh start FOLDER [property=value ...]   format if new, start, wait, print the
#                                                             address for --bootstrap-server
#   tests/oracle/kafka.sh format FOLDER [property=value ...]  only format if new, for who starts
#                                                             Java himself; prints that address
#   tests/oracle/kafka.sh stop FOLDER                         clean shutdown, waits for the end
#   tests/oracle/kafka.sh kill FOLDER                         kill -9, for what a crash leaves
#
# FOLDER holds data/ (the broker's log.dirs), server.properties, broker.log, pid and address. The
# properties given replace or follow the defaults below; they are written anew on every start.
# KAFKA_HOME may name the folder that fetch.sh printed; otherwise fetch.sh is asked.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/house/free_port.sh
source "$here/../house/free_port.sh"
start_seconds=60
stop_seconds=60

fail() {
  printf 'oracle: %s\n' "$@" >&2
  exit 1
}

write_properties() {
  local folder=$1 broker=$2 controller=$3
  shift 3
  cat >"$folder/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$broker,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$broker
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$folder/data
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
$(printf '%s\n' "$@")
PROPERTIES
}

# Replaces the shell it runs in, so that in the background its process id is the broker's.
exec_java() {
  exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m \
    -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$home/jars/*" "$@"
}

format_once() {
  local folder=$1
  [ ! -f "$folder/data/meta.properties" ] || return 0
  mkdir -p "$folder/data"
  (exec_java kafka.tools.StorageTool format -t "${KAFKA_CLUSTER_ID:-cmlsbC1vcmFjbGUtMDAwMQ}" \
    -c "$folder/server.properties") >"$folder/format.log" 2>&1 ||
    fail "could not format $folder/data:" "$(cat "$folder/format.log")"
}

is_running() {
  [ -f "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

# 0 when the broker serves, 1 when it died, 2 when the time is over.
wait_until_started() {
  local folder=$1 tries=$((start_seconds * 5))
  while [ $tries -gt 0 ]; do
    grep -q 'Kafka Server started' "$folder/broker.log" 2>/dev/null && return 0
    is_running "$folder" || return 1
    sleep 0.2
    tries=$((tries - 1))
  done
  return 2
}

# What a broker needs to be started, on ports that are free now; prints its address.
format() {
  local folder=$1 port
  shift
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  port=$(free_port)
  write_properties "$folder" "$port" "$(free_port "$port")" "$@"
  format_once "$folder"
  echo "127.0.0.1:$port"
}

start() {
  local folder=$1 attempt address
  shift
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  ! is_running "$folder" || fail "a broker already runs in $folder (process $(cat "$folder/pid"))"
  for attempt in 1 2 3; do  # another process may take a port between the look and the bind
    address=$(format "$folder" "$@")
    : >"$folder/broker.log"
    exec_java kafka.Kafka "$folder/server.properties" </dev/null >"$folder/broker.log" 2>&1 9>&- &
    echo $! >"$folder/pid"
    if wait_until_started "$folder"; then
      echo "$address" | tee "$folder/address"
      return
    fi
    kill -KILL "$(cat "$folder/pid")" 2>/dev/null || true
    rm -f "$folder/pid"
    grep -q 'Address already in use' "$folder/broker.log" || break
  done
  tail -n 30 "$folder/broker.log" >&2
  fail "the broker in $folder did not start; its last lines are above, all in $folder/broker.log"
}

wait_until_gone() {
  local pid=$1 tries=$((stop_seconds * 5))
  while kill -0 "$pid" 2>/dev/null; do
    [ $tries -gt 0 ] || return 1
    sleep 0.2
    tries=$((tries - 1))
  done
}

stop() {
  local folder=$1 signal=$2 pid
  is_running "$folder" || fail "no broker runs in $folder"
  pid=$(cat "$folder/pid")
  kill "-$signal" "$pid"
  if ! wait_until_gone "$pid"; then
    kill -KILL "$pid" 2>/dev/null || true
    fail "the broker in $folder (process $pid) did not stop in $stop_seconds s and was killed"
  fi
  rm -f "$folder/pid" "$folder/address"
}

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

[ $# -ge 2 ] || usage
home=${KAFKA_HOME:-$("$here/fetch.sh")}
case $1 in
  start | format) "$@" ;;
  stop) stop "$2" TERM ;;
  kill) stop "$2" KILL ;;
  *) usage ;;
esac
