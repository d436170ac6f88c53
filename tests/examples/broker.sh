#!/usr/bin/env bash
# Usage: broker.sh <broker> [kafka]. redis-cli against examples/broker, through a stop and kills; and
# kcat beside it, where the broker was built with a node.
set -euo pipefail
broker=$1 has_kafka=${2:-}
for program in redis-cli ${has_kafka:+kcat}; do
  command -v "$program" >/dev/null || { echo "$program is missing" >&2; exit 1; }
done

work=$(mktemp -d)
server=

finish() {
  local status=$?
  if [ -n "$server" ]; then
    kill -9 "$server" 2>/dev/null || true
  fi
  [ "$status" -eq 0 ] || cat "$work/errors" >&2
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

tell() {
  printf '%s\n' "- $*"
}

# until_true <what is awaited> <command ...>
until_true() {
  local what=$1
  shift
  for ((i = 0; i < 600; ++i)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.05
  done
  fail "in vain waited for: $what"
}

# Serves $work/data; sets server, port and kafka_port.
start() {
  : >"$work/output" # not the last one's port
  "$broker" "$work/data" --port 0 ${has_kafka:+--kafka 127.0.0.1:0} >"$work/output" 2>>"$work/errors" &
  server=$!
  until_true "the broker's port" grep -q '^redis: port ' "$work/output"
  port=$(sed -n 's/^redis: port //p' "$work/output")
  kafka_port=$(sed -n 's/^kafka: port //p' "$work/output")
}

# stop_with <signal> <exit code>
stop_with() {
  local status=0
  kill "-$1" "$server"
  wait "$server" 2>/dev/null || status=$?
  server=
  [ "$status" -eq "$2" ] || fail "after SIG$1 it ended with $status"
}

redis() {
  timeout 60 redis-cli -p "$port" "$@"
}

# expect <what it should print> <arguments of redis-cli ...>; lines are joined by blanks.
expect() {
  local wanted=$1 got
  shift
  got=$(redis "$@")
  got=${got//$'\n'/ }
  [ "$got" = "$wanted" ] || fail "$(printf '%s\nexpected: %s\ngot:      %s' "$*" "$wanted" "$got")"
}

# answers <bytes, as printf takes them> <the reply to them, with blanks for its ends of lines>
answers() {
  local got
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf "$1" >&3
  got=$(timeout 60 cat <&3 | tr -s '\r\n' ' ')
  exec 3>&-
  [ "${got% }" = "$2" ] || fail "$(printf '%q\nexpected: %s\ngot:      %s' "$1" "$2" "$got")"
}

start

tell "Entries are read as they were added, under growing ids"
expect PONG PING
expect 0-1 XADD orders '*' key seoul value coffee price 4
expect 1-1 XADD orders '*' b 1 a 2 b 3 value last
expect 2-1 XADD orders '*' value '' key x
expect 3 XLEN orders
expect "0-1 key seoul value coffee price 4 1-1 b 1 a 2 b 3 value last 2-1 value  key x" XRANGE orders - +
expect "1-1 b 1 a 2 b 3 value last" XRANGE orders 1 1
expect "1-1 b 1 a 2 b 3 value last" XRANGE orders '(0-1' + COUNT 1
expect "2-1 value  key x" XREVRANGE orders + - COUNT 1
expect "0-1 key seoul value coffee price 4" XREVRANGE orders '(1-1' -
expect "" XRANGE nothing - +
expect 0 XLEN nothing
expect "stream" TYPE orders
expect "none" TYPE nothing
expect "orders" KEYS 'o*r?'

tell "What it cannot do it refuses, and says why"
expect "ERR XADD takes no MAXLEN here: XTRIM trims, or the topic's retention" \
  XADD orders MAXLEN 10 '*' a 1
expect "ERR The ID specified in XADD must be *: it is the log that gives the offset" \
  XADD orders 5-1 a 1
expect "ERR wrong number of arguments for 'xadd' command" XADD orders '*' a
expect "ERR Invalid stream ID specified as stream command argument" XRANGE orders x +
expect "ERR a log loses its oldest entries only, never one in between: use XTRIM" XDEL orders 0-1
expect "ERR unknown command 'SET', with args beginning with: 'a' 'b' " SET a b
expect "NOPROTO unsupported protocol version" HELLO 3
redis XADD a:b '*' a 1 | grep -q "^ERR the topic's name has the byte 0x3a" || fail "a:b is no topic"
head -c 1500000 /dev/zero | tr '\0' x >"$work/large"
redis -x XADD orders '*' value <"$work/large" | grep -q '^ERR .*max.message.bytes' || fail "too large"
expect 3 XLEN orders

tell "A reader that waits gets what is added, to a stream that is there, and to one that comes"
redis XREAD BLOCK 0 STREAMS orders new '$' '$' >"$work/waited" &
waiting=$!
for ((i = 0; i < 600; ++i)); do # until it has begun to wait, and sees the next one
  redis XADD orders '*' value meanwhile >/dev/null
  sleep 0.05
  kill -0 "$waiting" 2>/dev/null || break
done
wait "$waiting"
grep -q meanwhile "$work/waited" || fail "it did not wait for the entry"
redis XREAD BLOCK 0 STREAMS new 0 >"$work/waited" &
waiting=$!
sleep 0.3 # else it need not wait
redis XADD new '*' value first >/dev/null
wait "$waiting"
grep -q first "$work/waited" || fail "it did not wait for the stream"
expect "" XREAD BLOCK 20 STREAMS new '$'
expect "orders 0-1 key seoul value coffee price 4 new 0-1 value first" \
  XREAD COUNT 1 STREAMS orders new 0 0
expect 1 DEL new nothing
expect none TYPE new

tell "A group hands each entry out once, and again what was not acknowledged before a restart"
for ((i = 0; i < 5; ++i)); do redis XADD work '*' n "$i" >/dev/null; done
expect OK XGROUP CREATE work crew 0
expect "BUSYGROUP Consumer Group name already exists" XGROUP CREATE work crew 0
redis XREADGROUP GROUP none ann STREAMS work '>' | grep -q "^NOGROUP No such key 'work' or consumer" ||
  fail "a group that is not there"
redis XREADGROUP GROUP crew ann STREAMS work orders '>' '>' | grep -q "^NOGROUP No such key 'orders'" ||
  fail "a stream without the group" # and nobody was given anything of the other
expect "work 0-1 n 0 1-1 n 1" XREADGROUP GROUP crew ann COUNT 2 STREAMS work '>'
expect "work 2-1 n 2 3-1 n 3" XREADGROUP GROUP crew bob COUNT 2 STREAMS work '>'
expect 2 XACK work crew 0-1 2-1 2-1 9-1
expect "work 1-1 n 1" XREADGROUP GROUP crew ann STREAMS work 0
stop_with TERM 0
start
expect "work 1-1 n 1 2-1 n 2 3-1 n 3 4-1 n 4" XREADGROUP GROUP crew ann STREAMS work '>'
expect 4 XACK work crew 1-1 2-1 3-1 4-1
redis XREADGROUP GROUP crew ann BLOCK 0 STREAMS work '>' >"$work/waited" &
waiting=$!
redis XADD work '*' n 5 >/dev/null
wait "$waiting"
grep -q 5-1 "$work/waited" || fail "the group did not wait"
expect OK XGROUP CREATE work late '$' MKSTREAM
expect "" XREADGROUP GROUP late ann STREAMS work '>'

tell "A stream loses its oldest entries"
expect 2 XTRIM work MINID 2
expect 2 XTRIM work MAXLEN = 2
expect "4-1 n 4 5-1 n 5" XRANGE work - +
expect 2 XLEN work

tell "Thousands of requests at once"
for ((i = 0; i < 20000; ++i)); do echo "XADD many * value $i"; done >"$work/requests"
redis --pipe <"$work/requests" | grep -q 'errors: 0, replies: 20000' || fail "redis-cli --pipe"
expect 20000 XLEN many
expect "$(seq 0 19999 | sed 's/.*/&-1 value &/' | paste -sd ' ')" XRANGE many - +
expect "19999-1 value 19999 19998-1 value 19998" XREVRANGE many + - COUNT 2

tell "Consumers that read at once get each entry once"
expect OK XGROUP CREATE many all 0
readers=()
for reader in a b c d; do
  for ((i = 0; i < 60; ++i)); do
    echo "XREADGROUP GROUP all $reader COUNT 100 STREAMS many >"
  done | redis >"$work/read.$reader" &
  readers+=($!)
done
wait "${readers[@]}"
cat "$work"/read.? | grep -x '[0-9]*-1' | sort -n | cmp - <(seq 0 19999 | sed 's/$/-1/') ||
  fail "not each entry once"

tell "A line is a request, too; what is none ends the connection, and nothing else"
answers 'PING\nECHO "a\\x20b\\n"  '"'c'"'\n\n*0\r\n*1\r\n$4\r\nQUIT\r\nPING\n' \
  "+PONG -ERR wrong number of arguments for 'echo' command +OK"
answers 'PING "\n' "-ERR Protocol error: unbalanced quotes in request"
answers '*2\r\n$4\r\nPING\r\n+1\r\n' "-ERR Protocol error: expected '$', got '+'"
answers '*99999999999999999999\r\n' "-ERR Protocol error: invalid multibulk length"
answers '*1025\r\n' "-ERR Protocol error: invalid multibulk length"
answers '*1\r\n$-5\r\n' "-ERR Protocol error: invalid bulk length"
answers '*1\r\n$2097153\r\n' "-ERR Protocol error: invalid bulk length"
answers '*2\r\n$4\r\nECHO\r\n$2097152\r\n' "-ERR Protocol error: too big request"
exec 3<>"/dev/tcp/127.0.0.1/$port"
(head -c 70000 "$work/large" >&3) 2>/dev/null || true
grep -q "Protocol error: too big inline request" <(timeout 60 cat <&3) || fail "an endless line"
exec 3>&-
expect PONG PING

tell "Who does not take its replies is disconnected, and keeps nobody waiting meanwhile"
exec 3<>"/dev/tcp/127.0.0.1/$port"
for ((i = 0; i < 50; ++i)); do echo "XRANGE many - +"; done >&3
expect PONG PING
is_disconnected() { ! (echo PING >&3); }
! is_disconnected 2>/dev/null || fail "it was disconnected at once"
until_true "the end of who does not read" is_disconnected
exec 3>&-

if [ -n "$has_kafka" ]; then
  tell "Kafka's clients read what was added, and the other way round"
  got=$(kcat -C -q -b "127.0.0.1:$kafka_port" -t orders -o beginning -c 2 -f '%o %k=%s %h\n')
  wanted=$(printf '0 seoul=coffee price=4\n1 = b=1,a=2,b=3,value=last')
  [ "$got" = "$wanted" ] || fail "kcat reads: $got"
  redis XREAD BLOCK 0 STREAMS quotes 0 >"$work/waited" &
  waiting=$!
  echo quito:tea | kcat -P -b "127.0.0.1:$kafka_port" -t quotes -K: -H price=3
  wait "$waiting"
  [ "$(tr '\n' ' ' <"$work/waited")" = "quotes 0-1 key quito value tea price 3 " ] ||
    fail "redis-cli reads: $(cat "$work/waited")"
  tell "Codecs of Kafka's producers are no matter"
  seq 1000 | kcat -P -b "127.0.0.1:$kafka_port" -t packed -z zstd
  expect "499-1 value 500 500-1 value 501" XRANGE packed 499 500
fi

tell "What was acknowledged is there after a kill"
redis DEL killed >/dev/null
for round in 1 2 3; do
  for ((i = 0; i < 100000; ++i)); do echo "XADD killed * value $round.$i"; done >"$work/requests"
  redis <"$work/requests" >"$work/ids.$round" 2>/dev/null &
  writing=$!
  sleep "0.$((RANDOM % 5 + 3))"
  stop_with KILL 137
  kill "$writing" 2>/dev/null || true
  wait "$writing" 2>/dev/null || true
  grep -- '^[0-9]*-1$' "$work/ids.$round" | awk -v round="$round" \
    '{ print $1, "value", round "." NR - 1 }' >>"$work/acknowledged" || true
  start
done
[ "$(wc -l <"$work/acknowledged")" -gt 100 ] || fail "hardly anything was acknowledged"
for ((from = 0; ; from += 10000)); do # in pieces, as COUNT has it
  redis XRANGE killed "$from" "$((from + 9999))" | paste -d ' ' - - - >"$work/piece"
  [ -s "$work/piece" ] && [ -n "$(tr -d ' \n' <"$work/piece")" ] || break
  cat "$work/piece" >>"$work/there"
done
missing=$(sort "$work/acknowledged" | comm -23 - <(sort "$work/there") | wc -l)
[ "$missing" -eq 0 ] || fail "$missing of $(wc -l <"$work/acknowledged") acknowledged entries are gone"
echo "  $(wc -l <"$work/acknowledged") acknowledged, $(wc -l <"$work/there") there"

tell "SIGTERM stops it while a client waits"
redis XREAD BLOCK 0 STREAMS orders '$' >/dev/null 2>&1 &
waiting=$!
sleep 0.2
stop_with TERM 0
wait "$waiting" 2>/dev/null || true
[ ! -s "$work/errors" ] || grep -vE 'recover|not closed' "$work/errors" >"$work/unexpected" || true
[ ! -s "$work/unexpected" ] || fail "it complained"
