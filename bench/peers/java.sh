#!/usr/bin/env bash
# Runs Chronicle Queue and Aeron IPC through the programs of bench/peers/java, a line of JSON each.
#
#   bench/peers/java.sh FOLDER RECORDS PACED_RECORDS [chronicle] [aeron]
#
# Brings them with Maven the first time, into a folder under ${XDG_CACHE_HOME:-$HOME/.cache}/rill.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 3 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }
folder=$1 records=$2 paced=$3
shift 3
[ $# -gt 0 ] || set -- chronicle aeron

fail() {
  printf 'peers: %s\n' "$@" >&2
  exit 1
}

command -v java >/dev/null && command -v javac >/dev/null ||
  fail "Java is missing (17 or later, with javac)." "Install it: apt-get install default-jdk-headless"
sum=$(cat "$here/pom.xml" "$here"/java/*.java | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rill/peers-$sum

# Whole or not there: made beside, and moved when it is complete.
prepare() {
  command -v mvn >/dev/null ||
    fail "Maven is missing; it brings Chronicle Queue and Aeron." "Install it: apt-get install maven"
  mkdir -p "${cache%/*}"
  local fresh
  fresh=$(mktemp -d "$cache.XXXXXX")
  echo "peers: bringing Chronicle Queue and Aeron into $cache" >&2
  if ! mvn --batch-mode --quiet --file "$here/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$fresh/jars" >"$fresh/maven.log" 2>&1; then
    tail -n 20 "$fresh/maven.log" >&2
    fail "Maven could not bring them; its last lines are above, all of them in $fresh/maven.log."
  fi
  javac -d "$fresh/classes" -cp "$fresh/jars/*" -proc:none "$here"/java/*.java >&2
  mv -T "$fresh" "$cache" 2>/dev/null || rm -rf "$fresh"  # another run may have been first
}

version_of() {
  sed -n "s:.*<$1.version>\(.*\)</$1.version>.*:\1:p" "$here/pom.xml"
}

# What Chronicle's page "Chronicle Support for Java 17" says that its libraries need; and what its
# own latency programs set (QueueSingleThreadedJLBHBenchmark). It reports its use to nobody.
chronicle() {
  java --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED \
    --add-exports=java.base/sun.nio.ch=ALL-UNNAMED \
    --add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED \
    --add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED \
    --add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED \
    --add-opens=java.base/java.lang=ALL-UNNAMED \
    --add-opens=java.base/java.lang.reflect=ALL-UNNAMED \
    --add-opens=java.base/java.io=ALL-UNNAMED \
    --add-opens=java.base/java.util=ALL-UNNAMED \
    -Xmx1g -Ddisable.thread.safety=true -Djvm.resource.tracing=false \
    -Dchronicle.analytics.disable=true -Dchronicle.announcer.disable=true \
    -cp "$cache/classes:$cache/jars/*" ChroniclePeer "$folder" "$records" "$paced" \
    "$(version_of chronicle)"
}

# See AeronPeer.java for where these come from; the collector and the safepoints are those of
# aeron-samples/scripts/java-common.
aeron() {
  local ram=/dev/shm
  [ -w "$ram" ] || ram=$folder
  java --add-opens java.base/jdk.internal.misc=ALL-UNNAMED -Xmx1g -XX:+UseParallelGC \
    -XX:+UnlockDiagnosticVMOptions -XX:GuaranteedSafepointInterval=300000 \
    -Dagrona.disable.bounds.checks=true -Daeron.term.buffer.sparse.file=false \
    -Daeron.pre.touch.mapped.memory=true -Daeron.ipc.mtu.length=8k \
    -Daeron.dir="$ram/rill-peers-aeron-$$" \
    -cp "$cache/classes:$cache/jars/*" AeronPeer "$folder" "$records" "$paced" \
    "$(version_of aeron)"
}

[ -d "$cache" ] || prepare
for peer in "$@"; do
  "$peer"
done
