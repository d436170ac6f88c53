#!/usr/bin/env bash
# Runs rill beside its peers: the same records, from one thread to another, and prints one table.
#
#   bench/peers/run.sh [--build FOLDER] [--rounds N] [--out FILE.json]
#
#   --build FOLDER   a folder where rill is built, with rill_peers; by default the preset `release`
#                    is built here
#   --rounds N       how often each runs, in turns; the table has medians (default 3, some 90 s each)
#   --out FILE.json  where the figures go, for bench/plot.py (default peers.json)
#
# RILL_BENCH_DIR names a folder on the disk to measure. A peer that is not there is named, with what
# installs it, and the run goes on without it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build= rounds=3 out=$PWD/peers.json
records=${RILL_PEERS_RECORDS:-4000000} paced=${RILL_PEERS_PACED:-300000}

while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$(cd "$2" && pwd) ;;
    --rounds) rounds=$2 ;;
    --out) out=$2 ;;
    *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

# Says what is missing and how to get it. The packages are peer_packages of tests/house/packages.sh.
missing=()
note_missing() {
  missing+=("$1: $2")
}

check_peers() {
  source "$top/tests/house/packages.sh"
  local package
  if command -v dpkg-query >/dev/null; then
    for package in $(missing_packages "${peer_packages[@]}"); do
      note_missing "$package" "apt-get install $package, and run this again"
    done
  fi
  java=yes
  for package in java javac mvn; do
    command -v "$package" >/dev/null && continue
    java=no
    note_missing "Chronicle Queue and Aeron IPC" \
      "there is no $package: apt-get install ${oracle_packages[*]}"
  done
}

check_peers
if [ -z "$build" ]; then
  cmake --preset release -S "$top" >/dev/null
  cmake --build "$top/build/release" --target rill_peers
  build=$top/build/release
fi
[ -x "$build/bin/rill_peers" ] || { echo "peers: build the target rill_peers first" >&2; exit 1; }

scratch=$(mktemp -d "${RILL_BENCH_DIR:-.}/rill-peers-XXXXXX")
scratch=$(cd "$scratch" && pwd)
trap 'rm -rf "$scratch"' EXIT
for round in $(seq "$rounds"); do
  echo "peers: round $round of $rounds" >&2
  RILL_BENCH_DIR=$scratch "$build/bin/rill_peers" "$records" "$paced" >>"$scratch/results"
  if [ "$java" = yes ] && ! "$here/java.sh" "$scratch" "$records" "$paced" >>"$scratch/results"; then
    java=no
    note_missing "Chronicle Queue and Aeron IPC" "java.sh failed; its messages are above"
  fi
done

printf 'rill %s, %s, %s cores, %s\n' "$(git -C "$top" rev-parse --short HEAD)" "$(date -u +%F)" \
  "$(nproc)" "$(. /etc/os-release && echo "$PRETTY_NAME")"
printf '%s records of 100 bytes as fast as they go; %s at one each 10 us; medians of %s\n\n' \
  "$records" "$paced" "$rounds"
"$here/table.py" "$scratch/results" "$out"
for line in "${missing[@]+"${missing[@]}"}"; do
  echo "NOT MEASURED: $line"
done
