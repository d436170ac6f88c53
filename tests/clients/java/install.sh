#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. Kafka's Java client, by Maven: the newest, or the oldest 2.x.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 folder=$2
profile=newest
[ "$client" = java ] || profile=${client#java-}
mvn --batch-mode --quiet --file "$here/pom.xml" --activate-profiles "$profile" \
  dependency:copy-dependencies -DoutputDirectory="$folder/jars"
javac -Xlint:-options -d "$folder/classes" -cp "$folder/jars/*" \
  "$here/Client.java" "$here/Records.java" "$here/$profile/Version.java"
ls "$folder/jars" | sed -n 's/^kafka-clients-\(.*\)\.jar$/\1/p' >"$folder/version"
cat >"$folder/client" <<END
#!/bin/sh
exec java -XX:+UseSerialGC -Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \\
  -cp '$folder/jars/*:$folder/classes' Client "\$@"
END
chmod +x "$folder/client"
