# Kafka's tutorial, the script that tests/clients/tutorial runs against `rill serve`, against
# brokers of Kafka's with Kafka's tools: a check of the script. run.sh sources this.
# shellcheck shell=bash

# One whose console consumer prints records alone; 4.2.0 does not.
quiet_kafka=4.1.1

# What the script says of the two of its 26 checks that cannot pass with a later one. That console
# consumer tells on standard output, among the records, that --property is deprecated; to the script
# that line is a record with an empty key.
tutorial_failures() {
  cat <<'FAILURES'
FAILED: a key never spans partitions
  unwanted: split key
  got:
split key 
keys 5
FAILED: all four keys arrived, five times each
  wanted: ^keys 4$
  got:
split key 
keys 5
24 passed, 2 failed
FAILURES
}

# The line that these two fail for is there.
consumer_tells_of_property() {
  "$KAFKA_HOME/bin/kafka-console-consumer" --bootstrap-server "$1" --topic multipart-topic \
    --property print.key=true --from-beginning --max-messages 1 2>/dev/null |
    grep '^Option --property is deprecated'
}

# Whether the script passed; what it printed is in tutorial.out and tutorial.err.
run_tutorial() {
  PATH=$KAFKA_HOME/bin:$PATH BOOTSTRAP=$1 DATA_DIR=$work/broker/data \
    tests/clients/tutorial/tutorial.sh >"$work/tutorial.out" 2>"$work/tutorial.err"
}

tutorial_on_quiet_kafka() {
  local address
  address=$(start_broker)
  run_tutorial "$address" || { cat "$work/tutorial.err" >&2; fail "the tutorial fails"; return 1; }
  echo "$(tail -n 1 "$work/tutorial.out"), with Kafka $quiet_kafka"
}

tutorial_on_newest_kafka() {
  local address
  address=$(start_broker)
  run_tutorial "$address" || true
  { sed -n '/^FAILED: /,/^keys /p' "$work/tutorial.err"
    tail -n 1 "$work/tutorial.out"; } >"$work/tutorial.said"
  tutorial_failures >"$work/tutorial.expected"
  same "what the tutorial says of Kafka" "$work/tutorial.expected" "$work/tutorial.said"
  consumer_tells_of_property "$address" || fail "Kafka's consumer does not tell of --property"
  echo "$(tail -n 1 "$work/tutorial.out"): those that this line of Kafka's consumer makes fail"
}

check_tutorial() {
  local quiet_home
  quiet_home=$("$here/fetch.sh" "$quiet_kafka")
  KAFKA_HOME=$quiet_home with_broker tutorial_on_quiet_kafka
  with_broker tutorial_on_newest_kafka
}
