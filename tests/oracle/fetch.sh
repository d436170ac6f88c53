#!/usr/bin/env bash
# Brings Apache Kafka (broker, tools, Java client) into a cache folder and prints that folder.
#
#   tests/oracle/fetch.sh [version]
#
# The folder is ${XDG_CACHE_HOME:-$HOME/.cache}/rill/kafka-<version>, with the jars in jars/ and a
# one-line script per Kafka command in bin/. A second run finds them there and downloads nothing.
# Without a version it is the one in pom.xml. Maven's own settings say where the artifacts come from.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=${1:-$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$here/pom.xml")}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rill/kafka-$version

fail() {
  printf 'oracle: %s\n' "$@" >&2
  exit 1
}

need_java() {
  command -v java >/dev/null && command -v javac >/dev/null ||
    fail "Java is missing (17 or later, with javac); Apache Kafka is what rill is compared with." \
      "Install it: apt-get install openjdk-17-jdk-headless"
  local major
  major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)
  [ "${major:-0}" -ge 17 ] ||
    fail "Java ${major:-unknown} is too old, Apache Kafka $version needs 17." \
      "Install it: apt-get install openjdk-17-jdk-headless"
}

download() {
  command -v mvn >/dev/null ||
    fail "Maven is missing; it brings Apache Kafka $version." "Install it: apt-get install maven"
  local fresh=$cache/jars.$$
  rm -rf "$cache"/jars.*
  echo "oracle: bringing Apache Kafka $version into $cache" >&2
  if ! mvn --batch-mode --quiet --file "$here/pom.xml" dependency:copy-dependencies \
    "-Dkafka.version=$version" -DoutputDirectory="$fresh" >"$cache/maven.log" 2>&1; then
    tail -n 20 "$cache/maven.log" >&2
    rm -rf "$fresh"
    fail "Maven could not bring Apache Kafka $version; its last lines are above, all of them in" \
      "$cache/maven.log. Without a network, copy the folder $cache from a machine that has it."
  fi
  rm -rf "$cache/jars"
  mv "$fresh" "$cache/jars"
  cp "$here/pom.xml" "$cache/pom.xml"
}

# One script per command. The heap is small and the compiler quick, for the commands are short.
write_tool() {
  local name=$1 class=$2
  cat >"$cache/bin/$name.$$" <<TOOL
#!/bin/sh
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Xmx256m \\
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '$cache/jars/*' $class "\$@"
TOOL
  chmod +x "$cache/bin/$name.$$"
  mv "$cache/bin/$name.$$" "$cache/bin/$name"
}

write_tools() {
  mkdir -p "$cache/bin"
  local tools=org.apache.kafka.tools name class
  local configs=$tools.ConfigCommand dump_log=$tools.DumpLogSegments
  case $version in
    4.[0-2].*) configs=kafka.admin.ConfigCommand dump_log=kafka.tools.DumpLogSegments ;;
  esac
  while read -r name class; do
    write_tool "$name" "$class"
  done <<LIST
kafka-acls $tools.AclCommand
kafka-broker-api-versions $tools.BrokerApiVersionsCommand
kafka-client-metrics $tools.ClientMetricsCommand
kafka-cluster $tools.ClusterTool
kafka-configs $configs
kafka-console-consumer $tools.consumer.ConsoleConsumer
kafka-console-producer $tools.ConsoleProducer
kafka-console-share-consumer $tools.consumer.ConsoleShareConsumer
kafka-consumer-groups $tools.consumer.group.ConsumerGroupCommand
kafka-consumer-perf-test $tools.ConsumerPerformance
kafka-delegation-tokens $tools.DelegationTokenCommand
kafka-delete-records $tools.DeleteRecordsCommand
kafka-dump-log $dump_log
kafka-e2e-latency $tools.EndToEndLatency
kafka-features $tools.FeatureCommand
kafka-get-offsets $tools.GetOffsetShell
kafka-groups $tools.GroupsCommand
kafka-leader-election $tools.LeaderElectionCommand
kafka-log-dirs $tools.LogDirsCommand
kafka-metadata-quorum $tools.MetadataQuorumCommand
kafka-producer-perf-test $tools.ProducerPerformance
kafka-reassign-partitions $tools.reassign.ReassignPartitionsCommand
kafka-replica-verification $tools.ReplicaVerificationTool
kafka-share-consumer-perf-test $tools.ShareConsumerPerformance
kafka-share-groups $tools.consumer.group.ShareGroupCommand
kafka-storage kafka.tools.StorageTool
kafka-streams-groups $tools.streams.StreamsGroupCommand
kafka-topics $tools.TopicCommand
kafka-transactions $tools.TransactionsCommand
kafka-verifiable-consumer $tools.VerifiableConsumer
kafka-verifiable-producer $tools.VerifiableProducer
LIST
}

need_java
mkdir -p "$cache"
exec 9>"$cache/fetch.lock"
flock 9
if ! cmp -s "$here/pom.xml" "$cache/pom.xml" || [ ! -d "$cache/jars" ]; then
  download
fi
write_tools
echo "$cache"
