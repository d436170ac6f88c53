#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. A client of Python's: of Debian's package, where it is
# called as one, or in a virtual environment with what <client>.txt pins.
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
esac
if [[ $client != python3-* ]]; then
  python=$folder/venv/bin/python
  python3 -m venv "$folder/venv"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/$client.txt"
fi
"$python" -c "import $module; print($module.__version__)" >"$folder/version"
cp "$here/$program" "$here/records.py" "$folder"
printf '#!/bin/sh\nexec %q %q "$@"\n' "$python" "$folder/$program" >"$folder/client"
chmod +x "$folder/client"
