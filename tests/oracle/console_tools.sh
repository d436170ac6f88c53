# Kafka's console and performance tools and rill's, with the same words, on a broker of Kafka's and
# on one of rill's: what either sends, both read. run.sh sources this.
# shellcheck shell=bash

# What is sent: files of lines, and beside each the words that say how they are read.
write_console_input() {
  mkdir -p "$work/console"
  cd "$work/console"
  printf 'hello\n\nkafka\r\n안녕하세요\nold mac\rno end' >plain.in
  echo '' >plain.words
  printf 'a:1\nb:2\n:no key\na:NULL\nNULL:x\nbad\n' >keys.in
  echo '--reader-property parse.key=true --reader-property key.separator=:' \
    '--reader-property ignore.error=true --reader-property null.marker=NULL' >keys.words
  printf 'h1:v1,h2:NULL\tk\tv\nNULL\tk\tv\nh3:\t\t\n' >headers.in
  echo '--reader-property parse.key=true --reader-property parse.headers=true --reader-property null.marker=NULL --compression-codec zstd' >headers.words
  seq 20000 >many.in
  echo '--compression-codec --batch-size 1000 --timeout 5' >many.words
  head -c 900000 /dev/zero | tr '\0' x >large.in
  echo '--sync --producer-property acks=1' >large.words
  printf 'a:1\nbad\n' >refused.in
  echo '--property parse.key=true --property key.separator=:' >refused.words
  echo 'auto.offset.reset=earliest' >earliest.properties
  echo 'acks=all' >producer.properties
  head -c 2000000 /dev/zero | tr '\0' x >too-large.in
  echo '' >too-large.words
}

# Words of the consumer for which both must print the same and end with the same code; TOPIC is the
# topic with keys.
console_cases() {
  cat <<'CASES'
--topic TOPIC --partition 0 --offset 2 --max-messages 2
--topic TOPIC --partition 0 --offset earliest --max-messages 1
--topic TOPIC --from-beginning --max-messages 0
--topic TOPIC --from-beginning --timeout-ms 3000 --property print.key=true --property print.value=false
--topic TOPIC --from-beginning --max-messages 3 --isolation-level read_committed --enable-systest-events
--topic TOPIC --from-beginning --max-messages 3 --formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter
--topic TOPIC --from-beginning --max-messages 3 --value-deserializer org.apache.kafka.common.serialization.LongDeserializer
--topic TOPIC --from-beginning --max-messages 3 --skip-message-on-error --value-deserializer org.apache.kafka.common.serialization.LongDeserializer
--topic TOPIC --from-beginning --max-messages 6 --consumer-property auto.offset.reset=earliest --formatter-property null.literal=<null> --formatter-property key.separator=| --formatter-property print.key=true --key-deserializer org.apache.kafka.common.serialization.BytesDeserializer
--topic TOPIC --offset 1
--topic TOPIC --include x
--topic TOPIC --partition 0 --group g
--topic TOPIC --partition 0 --offset x
--topic TOPIC --partition x
--topic TOPIC --from-beginning --consumer-property auto.offset.reset=latest
--topic TOPIC --command-property a=b --consumer-property c=d
--topic TOPIC --isolation-level nope
--from-beginning
--help
--topic TOPIC --group own-@ --from-beginning --max-messages 3
--topic TOPIC --group own-@ --timeout-ms 5000
--include ke[xy]s-R --from-beginning --max-messages 3
--topic TOPIC --consumer.config earliest.properties --max-messages 2
--topic TOPIC --command-config earliest.properties --max-messages 2
CASES
}

# What a tool prints, its exit code and what it says on standard error.
run_console_tool() {
  local name=$1 whose=rill status=0
  shift
  [ "$name" = R ] || whose=kafka
  (cd "$work/console" && exec timeout 60 "$@") >"$work/$name.raw" 2>"$work/$name.err" || status=$?
  # Told among the records by Kafka's consumer, and beside them by rill's.
  grep -ah '^Option --.* is deprecated' "$work/$name.raw" "$work/$name.err" >"$work/$name.told" || true
  sed -i '/^Option --.* is deprecated/d' "$work/$name.raw" "$work/$name.err"
  sed -E -i "s/(to topic [a-z-]+-)$name /\1@ /" "$work/$name.err"
  { cat "$work/$name.raw"
    echo "exit code $status"
    cat "$work/$name.told"
    words_of_errors "$whose" "$1" "$work/$name.err" "$work/$name.raw"; } >"$work/$name.out"
}

same_console() {
  cmp -s "$work/K.out" "$work/R.out" && return
  differ=$((differ + 1))
  echo "$1; Kafka's <, rill's >:"
  diff -a "$work/K.out" "$work/R.out" | cut -c 1-200 | head -n 8 || true
  head -n 3 "$work/R.err" | cut -c 1-300
}

# Each input sent by both, and what each sent read by both.
compare_producing() {
  local address=$1 whose=$2 input sender words count
  for input in plain keys headers many large refused too-large; do
    read -r -a words <"$work/console/$input.words" || true
    for sender in K R; do
      "$build/bin/kafka-topics" --bootstrap-server "$address" --create --topic "$input-$sender" >/dev/null
    done
    cases=$((cases + 1))
    run_console_tool K "$KAFKA_HOME/bin/kafka-console-producer" --bootstrap-server "$address" \
      --topic "$input-K" "${words[@]}" <"$work/console/$input.in"
    run_console_tool R "$build/bin/kafka-console-producer" --bootstrap-server "$address" \
      --topic "$input-R" "${words[@]}" <"$work/console/$input.in"
    sed -i "s/$input-[KR]/$input/" "$work/K.out" "$work/R.out"
    same_console "on $whose broker, a producer of $input"
    [ "$input" != too-large ] || continue
    count=$("$build/bin/kafka-get-offsets" --bootstrap-server "$address" --topic "$input-K" | cut -d: -f3)
    for sender in K R; do
      cases=$((cases + 1))
      words=(--bootstrap-server "$address" --topic "$input-$sender" --from-beginning
             --max-messages "$count" --timeout-ms 20000 --formatter-property print.key=true
             --formatter-property print.headers=true --formatter-property print.timestamp=true
             --formatter-property print.offset=true --formatter-property print.partition=true)
      run_console_tool K "$KAFKA_HOME/bin/kafka-console-consumer" "${words[@]}"
      run_console_tool R "$build/bin/kafka-console-consumer" "${words[@]}"
      same_console "on $whose broker, a consumer of $input, sent by $sender"
      sed -E 's/^CreateTime:[0-9]+//' "$work/R.out" >"$work/sent-$sender"
    done
    cases=$((cases + 1))
    cp "$work/sent-K" "$work/K.out"
    cp "$work/sent-R" "$work/R.out"
    same_console "on $whose broker, what both sent of $input"
  done
}

compare_consuming() {
  local address=$1 whose=$2 line words
  while read -r line; do
    cases=$((cases + 1))
    read -r -a words <<<"${line//TOPIC/keys-R}"
    run_console_tool K "$KAFKA_HOME/bin/kafka-console-consumer" --bootstrap-server "$address" "${words[@]//@/K}" </dev/null
    run_console_tool R "$build/bin/kafka-console-consumer" --bootstrap-server "$address" "${words[@]//@/R}" </dev/null
    same_console "on $whose broker, kafka-console-consumer $line"
  done < <(console_cases)
}

# The same lines, but for the numbers in them.
compare_performance() {
  local address=$1 whose=$2 tool words letter
  while read -r tool words; do
    cases=$((cases + 1))
    read -r -a words <<<"$words"
    for letter in K R; do
      run_console_tool "$letter" "$([ "$letter" = K ] && echo "$KAFKA_HOME/bin" || echo "$build/bin")/kafka-$tool" \
        --bootstrap-server "$address" "${words[@]}" </dev/null
      # A rate is infinite where the records were there within the millisecond.
      sed -E -i 's/(exit code )([0-9]+)/\1<\2>/; s/[0-9]+(\.[0-9]+)?(E-?[0-9]+)?|Infinity/N/g' \
        "$work/$letter.out"
    done
    same_console "on $whose broker, kafka-$tool ${words[*]}"
  done <<'CASES'
producer-perf-test --topic perf --num-records 2000 --record-size 100 --throughput -1 --producer-props acks=all linger.ms=5
producer-perf-test --topic perf --num-records 2000 --payload-monotonic --throughput 20000 --warmup-records 500 --command-property acks=1
producer-perf-test --topic perf --num-records 0 --record-size 100 --throughput -1
producer-perf-test --topic perf --num-records 100 --payload-monotonic --throughput -1 --key-distribution range --record-key-range 7
producer-perf-test --topic perf --num-records 1 --record-size 1 --throughput -1 --key-distribution range
producer-perf-test --topic perf --num-records 1 --record-size 1 --throughput -1 --record-key-range 5
producer-perf-test --topic perf --num-records 100 --payload-file many.in --throughput -1 --producer.config producer.properties
producer-perf-test --topic perf --num-records 100 --record-size 10 --throughput -1 --command-config producer.properties
consumer-perf-test --topic perf --num-records 4000
consumer-perf-test --topic perf --num-records 100 --group perf-readers --consumer.config earliest.properties
consumer-perf-test --include pe.f --num-records 100 --fetch-size 1000 --command-config earliest.properties
consumer-perf-test --topic perf --num-records 100 --from-latest --timeout 1000
consumer-perf-test --help
consumer-perf-test --topic perf --messages 100 --hide-header --timeout 3000
consumer-perf-test --topic perf --num-records 10000 --timeout 1500 --show-detailed-stats
e2e-latency --topic probe --num-records 20 --producer-acks all --record-size 30 --record-key-size 5 --num-headers 2 --record-header-key-size 3 --record-header-size 4
e2e-latency --topic probe --num-records 20 --producer-acks 0 --record-size 30
e2e-latency --help
CASES
}

# With a seed both send the same records, and so does another one, but others.
compare_seeds() {
  local address=$1 whose=$2 seed letter words
  for seed in 0 -77; do
    cases=$((cases + 1))
    for letter in K R; do
      "$build/bin/kafka-topics" --bootstrap-server "$address" --create --topic "seed$seed-$letter" >/dev/null
      words=(--bootstrap-server "$address" --topic "seed$seed-$letter" --num-records 500 --throughput -1
             --record-size 20 --key-distribution random --record-key-range 90 --random-seed="$seed")
      "$([ "$letter" = K ] && echo "$KAFKA_HOME/bin" || echo "$build/bin")/kafka-producer-perf-test" \
        "${words[@]}" >"$work/$letter.err" 2>&1
      "$build/bin/kafka-console-consumer" --bootstrap-server "$address" --topic "seed$seed-$letter" \
        --from-beginning --max-messages 500 --timeout-ms 20000 --formatter-property print.key=true \
        >"$work/$letter.out" 2>>"$work/$letter.err"
    done
    same_console "on $whose broker, what kafka-producer-perf-test sends of seed $seed"
  done
}

compare_console_tools() {
  local address=$1 whose=$2 cases=0 differ=0
  compare_producing "$address" "$whose"
  compare_consuming "$address" "$whose"
  "$build/bin/kafka-topics" --bootstrap-server "$address" --create --topic perf >/dev/null
  "$build/bin/kafka-topics" --bootstrap-server "$address" --create --topic probe >/dev/null
  compare_performance "$address" "$whose"
  compare_seeds "$address" "$whose"
  echo "on $whose broker: $cases comparisons, $differ differ"
  [ "$cases" -ge 40 ] && [ "$differ" -eq 0 ]
}

console_on_kafkas_broker() {
  local address
  address=$(start_broker)
  compare_console_tools "$address" "Kafka's"
}

console_on_rills_broker() {
  serve_rill "$work/console-data" || return 1
  attempt compare_console_tools "$rill_address" "rill's"
  stop_rill && return "$attempt_status"
}

check_console_tools() {
  local status=0
  [ -x "$build/bin/kafka-console-consumer" ] ||
    fail "$build/bin/kafka-console-consumer is missing: build the target rill_program"
  (write_console_input)
  attempt with_broker console_on_kafkas_broker
  status=$attempt_status
  attempt console_on_rills_broker
  [ "$attempt_status" -eq 0 ] && [ "$status" -eq 0 ]
}
