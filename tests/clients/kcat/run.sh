#!/usr/bin/env bash
# Usage: run.sh <rill>. kcat, which is librdkafka on a command line, against `rill serve`: what it
# writes comes back byte for byte, also after a stop and after a kill.
set -euo pipefail
rill=$1
command -v kcat >/dev/null || { echo "kcat is missing: install the package kcat" >&2; exit 1; }

work=$(mktemp -d)
server=
port=

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

# start [options]: serves $work/data, at a port that is free; sets server and port.
starts=0
start() {
  local i log=$work/log.$((++starts))
  : >"$log"
  "$rill" serve --data-dir "$work/data" --listen 127.0.0.1:0 --threads 2 "$@" 2>"$log" &
  server=$!
  for ((i = 0; i < 300; ++i)); do
    port=$(sed -n 's/^.* INFO listening on 127\.0\.0\.1:\([0-9]*\), .*/\1/p' "$log")
    [ -z "$port" ] || return 0
    kill -0 "$server" 2>/dev/null || fail "rill serve ended before it listened"
    sleep 0.1
  done
  fail "rill serve does not say that it listens"
}

# exit_code_of <process>: waits for it; sets exit_code.
exit_code_of() {
  exit_code=0
  wait "$1" 2>/dev/null || exit_code=$?
}

stop_with() {
  kill "-$1" "$server"
  exit_code_of "$server"
  server=
}

produce() {
  local topic=$1
  shift
  kcat -P -b "127.0.0.1:$port" -t "$topic" "$@" || fail "kcat -P -t $topic $*"
}

consume() {
  local topic=$1
  shift
  timeout 60 kcat -C -q -b "127.0.0.1:$port" -t "$topic" "$@" || fail "kcat -C -t $topic $*"
}

# holds <topic> <file>: whether that is what a consumer reads from the beginning.
holds() {
  consume "$1" -o beginning -e >"$work/read"
  cmp "$2" "$work/read" || fail "$1 does not hold what was written"
}

# expect <what> <text>
expect() {
  [ "$1" = "$2" ] || fail "$(printf 'expected:\n%s\ngot:\n%s' "$2" "$1")"
}

batches_of() {
  "$rill" dump-log --files "$work/data/$1-0/00000000000000000000.log"
}

tell() {
  printf '%s\n' "- $*"
}

seq -f 'line %g of what goes through the log and comes back' 5000 >"$work/lines"

tell "The folder that is made has no topics, and kcat finds the broker"
start
kcat -L -b "127.0.0.1:$port" >"$work/metadata"
grep -q "1 brokers:" "$work/metadata" || fail "kcat -L finds no broker"
grep -q "broker 1 at 127.0.0.1:$port (controller)" "$work/metadata" || fail "kcat -L: $(cat "$work/metadata")"
grep -q "0 topics:" "$work/metadata" || fail "kcat -L finds topics"

tell "What is written with each codec is stored with it, and comes back"
for codec in none gzip snappy lz4 zstd; do
  produce "with-$codec" -z "$codec" -l "$work/lines"
  holds "with-$codec" "$work/lines"
  batches_of "with-$codec" | grep -q "compresscodec: $codec" || fail "$codec is not used"
done
kcat -L -b "127.0.0.1:$port" -t with-gzip | grep -q "partition 0, leader 1, replicas: 1, isrs: 1" ||
  fail "kcat -L -t with-gzip"

tell "With acks 0, 1 and all"
for acks in 1 all; do
  produce "acks-$acks" -X "acks=$acks" -l "$work/lines"
  holds "acks-$acks" "$work/lines"
done
kcat -L -b "127.0.0.1:$port" -t acks-0 >/dev/null # made, for nobody tells a producer that it is not
produce acks-0 -X acks=0 -l "$work/lines"
consume acks-0 -o beginning -c 5000 >"$work/read" # waits for what nobody acknowledged
cmp "$work/lines" "$work/read" || fail "acks-0 does not hold what was written"

tell "An idempotent producer has a number, and another run of it another one"
produce idempotent -X enable.idempotence=true -l "$work/lines"
produce idempotent -X enable.idempotence=true -l "$work/lines"
cat "$work/lines" "$work/lines" >"$work/twice"
holds idempotent "$work/twice"
producers=$(batches_of idempotent | sed -n 's/.* producerId: \(-*[0-9]*\) .*/\1/p' | sort -u | wc -l)
expect "$producers" 2
batches_of idempotent | grep -q "producerId: -1" && fail "a batch has no producer's number"

tell "Keys, headers, values without bytes, and what is no text"
printf 'seoul:coffee\nquito:\n' | produce keys -K: -H place=counter -H price=4
expect "$(consume keys -o beginning -e -f '%o %k=%s %h\n')" \
  "$(printf '0 seoul=coffee place=counter,price=4\n1 quito= place=counter,price=4')"
printf 'gone:\n' | produce keys -K: -Z
expect "$(consume keys -o 2 -e -f '%k %S\n')" "gone -1"
head -c 900000 /dev/urandom >"$work/random"
produce random "$work/random"
consume random -o beginning -e -f '%s' >"$work/read"
cmp "$work/random" "$work/read" || fail "random bytes do not come back"

tell "From an offset within a batch, and from the end"
expect "$(consume with-zstd -o 4321 -c 2 -f '%o %s\n')" \
  "$(sed -n '4322,4323p' "$work/lines" | sed '1s/^/4321 /;2s/^/4322 /')"
expect "$(consume with-none -o -3 -e)" "$(tail -n 3 "$work/lines")"

tell "Offsets by time"
echo early | produce times
sleep 0.05
between=$(date +%s%3N)
sleep 0.05
echo late | produce times
query() {
  kcat -Q -b "127.0.0.1:$port" -t "times:0:$1"
}
expect "$(query 0)" "times [0] offset 0"
expect "$(query "$between")" "times [0] offset 1"
expect "$(query -2)" "times [0] offset 0"
expect "$(query -1)" "times [0] offset 2"
expect "$(query $((between + 3600000)))" "times [0] offset -1"

tell "A consumer that waits gets what is written meanwhile"
consume times -o end -c 1 -X fetch.wait.max.ms=20000 >"$work/waited" &
waiting=$!
for ((i = 0; i < 200; ++i)); do
  echo meanwhile | produce times
  sleep 0.1
  kill -0 "$waiting" 2>/dev/null || break
done
exit_code_of "$waiting"
expect "$exit_code $(cat "$work/waited")" "0 meanwhile"

tell "A second one is told what is in use, and what to do"
status=0
"$rill" serve --data-dir "$work/data" --listen 127.0.0.1:0 2>"$work/second" || status=$?
expect "$status" 1
grep -q "is held by process $server .*, or give another folder with --data-dir" "$work/second" ||
  fail "of a folder in use: $(cat "$work/second")"
status=0
"$rill" serve --data-dir "$work/other" --listen "127.0.0.1:$port" 2>"$work/second" || status=$?
expect "$status" 1
grep -q "cannot listen on 127.0.0.1:$port: .*give another with --listen" "$work/second" ||
  fail "of a port in use: $(cat "$work/second")"

tell "SIGTERM stops it, while a consumer waits, and the folder is closed"
kcat -C -q -b "127.0.0.1:$port" -t times -o end -X fetch.wait.max.ms=60000 >/dev/null 2>&1 &
waiting=$!
sleep 0.5
begun=$SECONDS
stop_with TERM
expect "$exit_code" 0
[ $((SECONDS - begun)) -lt 8 ] || fail "stopping took $((SECONDS - begun)) s"
kill "$waiting" 2>/dev/null || true # kcat ends by itself where all brokers are gone
exit_code_of "$waiting"
checked=$("$rill" check "$work/data")
[[ $checked == *"sound;"* && $checked != *"was not closed"* ]] || fail "rill check: $checked"

tell "Started again, it has all of it"
start
for codec in none gzip snappy lz4 zstd; do
  holds "with-$codec" "$work/lines"
done
holds idempotent "$work/twice"

tell "What was acknowledged is there after a kill"
for _ in 1 2 3; do
  produce killed -X acks=all -z zstd -l "$work/lines"
  cat "$work/lines" >>"$work/written"
  stop_with KILL
  expect "$exit_code" 137
  [[ $("$rill" check "$work/data") == *"was not closed"* ]] || fail "the folder was closed"
  start
  holds killed "$work/written"
done

tell "SIGINT stops it as well, and two signals at once are one"
stop_with INT
expect "$exit_code" 0
start
kill -STOP "$server"
kill -TERM "$server"
kill -INT "$server"
stop_with CONT
expect "$exit_code" 0

tell "A server.properties says where and what"
cat >"$work/server.properties" <<END
num.io.threads=8
process.roles=broker,controller
log.dirs=$work/configured
listeners=PLAINTEXT://127.0.0.1:0
num.partitions=3
auto.create.topics.enable=true
END
: >"$work/log.configured"
"$rill" serve --config "$work/server.properties" 2>"$work/log.configured" &
server=$!
for ((i = 0; i < 100; ++i)); do
  port=$(sed -n 's/^.* INFO listening on 127\.0\.0\.1:\([0-9]*\), .*/\1/p' "$work/log.configured")
  [ -z "$port" ] || break
  sleep 0.1
done
grep -q "WARN .*server.properties: line 1: num.io.threads does nothing here" "$work/log.configured" ||
  fail "nothing is said of num.io.threads"
echo three | produce three-parts
kcat -L -b "127.0.0.1:$port" -t three-parts | grep -q "with 3 partitions" || fail "num.partitions"
stop_with TERM
expect "$exit_code" 0
[ -f "$work/configured/rill.catalogue" ] || fail "the data is not in log.dirs"
