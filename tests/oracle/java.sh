#!/usr/bin/env bash
# Compiles and runs one of the Java programs of tests/oracle/java against Apache Kafka's jars.
#
#   tests/oracle/java.sh Program [argument ...]
#
# Classes are kept in the cache folder (see fetch.sh), in a folder named for what the sources hold.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }
home=${KAFKA_HOME:-$("$here/fetch.sh")}
program=$1
shift

sum=$(cat "$here"/java/*.java | sha256sum | cut -c1-16)
classes=$home/classes/$sum/$program
if [ ! -d "$classes" ]; then
  fresh=$classes.$$
  mkdir -p "$fresh"
  javac -d "$fresh" -cp "$home/jars/*" -sourcepath "$here/java" -proc:none \
    "$here/java/$program.java" >&2
  mv -T "$fresh" "$classes" 2>/dev/null || rm -rf "$fresh"  # another run may have been first
fi
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Xmx256m \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$classes:$home/jars/*" "$program" "$@"
