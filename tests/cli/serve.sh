#!/usr/bin/env bash
# Usage: serve.sh <rill>. `rill serve --config` with files as Kafka's users have them.
set -euo pipefail
rill=$1
# shellcheck source=tests/house/free_port.sh
source "$(dirname "${BASH_SOURCE[0]}")/../house/free_port.sh"

work=$(mktemp -d)
server=
log=

finish() {
  local status=$?
  if [ -n "$server" ]; then
    kill -9 "$server" 2>/dev/null || true
  fi
  [ "$status" -eq 0 ] || sed 's/^/rill serve: /' "$work"/log.* >&2
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

tell() {
  echo "$*"
}

expect() {
  [ "$1" == "$2" ] || fail "\"$1\" where \"$2\" is expected"
}

# serve <options>: waits until it listens, or ends with the status that it ended with.
serves=0
serve() {
  local i
  log=$work/log.$((++serves))
  : >"$log"
  "$rill" serve "$@" 2>"$log" &
  server=$!
  for ((i = 0; i < 300; ++i)); do
    if grep -q 'INFO listening on' "$log"; then return 0; fi
    if ! kill -0 "$server" 2>/dev/null; then
      local status=0
      wait "$server" || status=$?
      server=
      return "$status"
    fi
    sleep 0.1
  done
  fail "rill serve does not say that it listens"
}

stop() {
  kill -TERM "$server"
  local status=0
  wait "$server" || status=$?
  server=
  expect "$status" 0
}

# What a client that comes to a port is told: "host:port (id: 1 ...".
told_at() {
  "$rill" broker-api-versions --bootstrap-server "127.0.0.1:$1" | head -1
}

config_of_broker() {
  "$rill" configs --bootstrap-server "127.0.0.1:$1" --describe --all --broker "$2" |
    sed -n "s/^  $3=\(.*\) sensitive=false synonyms=.*/\1/p"
}

port=$(free_port)
other=$(free_port "$port")

# Kafka 4's config/server.properties, without its comments, at other ports and in another folder.
cat >"$work/stock.properties" <<END_OF_FILE
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:$other
listeners=PLAINTEXT://:$port,CONTROLLER://:$other
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:$port,CONTROLLER://localhost:$other
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=$work/stock
num.partitions=1
num.recovery.threads.per.data.dir=2
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
END_OF_FILE

tell "Kafka's own file starts a broker, with a line for each thing that it says in vain"
serve --config "$work/stock.properties" || fail "it does not start"
grep -q "INFO listening on \*:$port, clients are told localhost:$port, rill.sock, data in $work/stock;" "$log" ||
  fail "it does not say where it listens"
if grep -v ' INFO ' "$log" | grep -qv " WARN $work/stock.properties: line [0-9]*: "; then
  fail "it says something else"
fi
[[ $(told_at "$port") == "localhost:$port (id: 1 "* ]] || fail "$(told_at "$port") is what clients are told"
expect "$(config_of_broker "$port" 1 listeners)" "PLAINTEXT://:$port"
expect "$(config_of_broker "$port" 1 advertised.listeners)" "PLAINTEXT://localhost:$port"
expect "$(config_of_broker "$port" 1 log.dirs)" "$work/stock"
expect "$(config_of_broker "$port" 1 num.network.threads)" 3
stop

getent hosts "$(hostname)" >/dev/null || fail "this machine's name, $(hostname), has no address"
tell "Without advertised.listeners clients are told a name that they find it by"
grep -v '^advertised' "$work/stock.properties" >"$work/unadvertised.properties"
serve --config "$work/unadvertised.properties" || fail "it does not start"
"$rill" topics --bootstrap-server "127.0.0.1:$port" --create --topic found >/dev/null ||
  fail "$(told_at "$port") is not found"
stop

tell "Two signals at once, as timeout sends them, are one"
for _ in 1 2 3 4 5; do
  serve --config "$work/stock.properties" || fail "it does not start"
  kill -INT "$server"
  stop
  grep -q " INFO closed $work/stock" "$log" || fail "it does not close its folder"
done

tell "A folder of somebody else's is left alone"
mkdir "$work/others"
echo words >"$work/others/notes.txt"
status=0
serve --data-dir "$work/others" --listen 127.0.0.1:0 || status=$?
expect "$status" 1
grep -q "it has notes.txt, and no rill.catalogue" "$log" || fail "it does not say why"
"$rill" topics --data-dir "$work/others" --list 2>/dev/null && fail "there are topics"
expect "$(ls -A "$work/others")" notes.txt

tell "A folder that kafka-storage has formatted is taken, with its cluster's id"
mkdir "$work/formatted"
printf 'version=1\ncluster.id=cmlsbC1vcmFjbGUtMDAwMQ\ndirectory.id=ryl2qWkZQYSZJ9X0bMGnKg\nnode.id=1\n' \
  >"$work/formatted/meta.properties"
echo records >"$work/formatted/bootstrap.checkpoint"
sed "s|log.dirs=.*|log.dirs=$work/formatted|" "$work/stock.properties" >"$work/formatted.properties"
serve --config "$work/formatted.properties" || fail "it does not start"
[[ $(told_at "$port") == "localhost:$port (id: 1 "* ]] || fail "$(told_at "$port") is what clients are told"
stop
grep -q '^cluster.id=cmlsbC1vcmFjbGUtMDAwMQ$' "$work/formatted/meta.properties" ||
  fail "the folder is another cluster's"

# asked <port> <path>: the status with which HTTP answers.
asked() {
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
  head -1 <&3 | tr -d '\r'
  exec 3>&-
}

tell "Words say what clients are told, and where metrics are"
serve --data-dir "$work/told" --listen "127.0.0.1:$port" --advertise "localhost:$port" \
  --http "127.0.0.1:$other" || fail "it does not start"
[[ $(told_at "$port") == "localhost:$port "* ]] || fail "$(told_at "$port") is what clients are told"
expect "$(asked "$other" /readyz)" "HTTP/1.1 200 OK"
expect "$(asked "$other" /metrics)" "HTTP/1.1 200 OK"

tell "Meanwhile other processes produce and read by the folder"
echo by the folder | "$rill" console-producer --data-dir "$work/told" --topic orders
expect "$("$rill" console-consumer --bootstrap-server "127.0.0.1:$port" --topic orders \
  --from-beginning --max-messages 1 --timeout-ms 10000 2>/dev/null)" "by the folder"
expect "$("$rill" console-consumer --data-dir "$work/told" --topic orders --group g \
  --from-beginning --max-messages 1 --timeout-ms 10000 2>/dev/null)" "by the folder"
stop

tell "At SIGTERM who waits for records is let go, and the folder is closed"
serve --data-dir "$work/told" --listen "127.0.0.1:$port" || fail "it does not start"
"$rill" console-consumer --bootstrap-server "127.0.0.1:$port" --topic orders --from-beginning --timeout-ms 20000 \
  --command-property fetch.max.wait.ms=60000 \
  >"$work/waits" 2>/dev/null &
waiter=$!
for ((i = 0; i < 100; ++i)); do [ ! -s "$work/waits" ] || break; sleep 0.1; done
expect "$(cat "$work/waits")" "by the folder"
stop
kill -9 "$waiter" || true
[ -e "$work/told/.kafka_cleanshutdown" ] || fail "the shutdown is not marked as clean"
! grep -q WARN "$log" || fail "it warns"

tell "It stops as well when its terminal is closed, but not where nohup has that ignored"
serve --data-dir "$work/told" --listen "127.0.0.1:$port" || fail "it does not start"
kill -HUP "$server"
status=0
wait "$server" || status=$?
expect "$status" 0
grep -q "INFO SIGHUP: " "$log" || fail "it does not say so"
[ -e "$work/told/.kafka_cleanshutdown" ] || fail "the shutdown is not marked as clean"
trap '' HUP
serve --data-dir "$work/told" --listen "127.0.0.1:$port" || fail "it does not start"
trap - HUP
kill -HUP "$server"
sleep 0.5
told_at "$port" >/dev/null || fail "it has stopped"
stop

tell "What the file tells clients is about the file's listeners, not about those of the words"
serve --config "$work/stock.properties" --listen "127.0.0.1:$other" || fail "it does not start"
[[ $(told_at "$other") == "127.0.0.1:$other "* ]] || fail "$(told_at "$other") is what clients are told"
grep -q " WARN $work/stock.properties: advertised.listeners is left out" "$log" || fail "it does not say so"
stop

tell "0.0.0.0 without advertised.listeners is refused, as by Kafka"
sed "s|PLAINTEXT://:$port|PLAINTEXT://0.0.0.0:$port|" "$work/unadvertised.properties" >"$work/any.properties"
status=0
serve --config "$work/any.properties" || status=$?
expect "$status" 2
grep -q "0.0.0.0:$port is all addresses of this machine; .*advertised.listeners" "$log" || fail "it does not say why"

tell "node.id is the number of a new folder, and has to be that of an old one"
sed "s/^node.id=1/broker.id=7/; s|log.dirs=.*|log.dirs=$work/seventh|" "$work/unadvertised.properties" >"$work/seventh.properties"
serve --config "$work/seventh.properties" || fail "it does not start"
[[ $(told_at "$port") == *":$port (id: 7 "* ]] || fail "$(told_at "$port") is what clients are told"
expect "$(config_of_broker "$port" 7 node.id)" 7
expect "$(config_of_broker "$port" 7 broker.id)" 7
stop
grep -q '^node.id=7$' "$work/seventh/meta.properties" || fail "the folder does not have it"
sed 's/^broker.id=7/node.id=8/' "$work/seventh.properties" >"$work/eighth.properties"
status=0
serve --config "$work/eighth.properties" || status=$?
expect "$status" 1
grep -q "ERROR $work/seventh/meta.properties is of node 7, and node.id is 8" "$log" || fail "it does not say why"

tell "Listeners with names tell clients of each where to find it"
cat >"$work/named.properties" <<END_OF_FILE
listeners=INTERNAL://127.0.0.1:$port,EXTERNAL://0.0.0.0:$other
advertised.listeners=EXTERNAL://localhost:$other
listener.security.protocol.map=INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT
log.dirs=$work/named
END_OF_FILE
serve --config "$work/named.properties" || fail "it does not start"
[[ $(told_at "$port") == "127.0.0.1:$port "* ]] || fail "$(told_at "$port") inside"
[[ $(told_at "$other") == "localhost:$other "* ]] || fail "$(told_at "$other") outside"
stop

tell "A listener that is to speak TLS is refused"
sed 's/EXTERNAL:PLAINTEXT/EXTERNAL:SSL/' "$work/named.properties" >"$work/ssl.properties"
status=0
serve --config "$work/ssl.properties" || status=$?
expect "$status" 2
grep -q 'ssl.properties: line 1: EXTERNAL://.* is to speak SSL' "$log" || fail "it does not say why"
