#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. A client of Python's: of Debian's package, where it is
# called as one, or in a virtual environment with what <client>.txt pins. And kcat, which Python
# drives: as it is installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 folder=$2
python=/usr/bin/python3
case $client in
  python3-kafka | kafka-python) program=with_kafka_python.py module=kafka ;;
  python3-confluent-kafka | confluent-kafka-python)
    program=with_confluent_kafka.py module=confluent_kafka
    ;;
  aiokafka) program=with_aiokafka.py module=aiokafka ;;
  kcat) program=with_kcat.py ;;
esac
if [[ $client != python3-* && $client != kcat ]]; then
  python=$folder/venv/bin/python
  python3 -m venv "$folder/venv"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/$client.txt"
fi
if [ "$client" = kcat ]; then
  command -v kcat >/dev/null || { echo "kcat is missing: install the package kcat"; exit 1; }
  kcat -V | sed -n 's/^Version \([0-9.]*\) .*/\1/p' >"$folder/version"
else
  "$python" -c "import $module; print($module.__version__)" >"$folder/version"
fi
cp "$here/$program" "$here/records.py" "$folder"
printf '#!/bin/sh\nexec %q %q "$@"\n' "$python" "$folder/$program" >"$folder/client"
chmod +x "$folder/client"
