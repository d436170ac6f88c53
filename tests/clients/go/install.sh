#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. A client of Go's, at the version that go.mod has.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 folder=$2
case $client in
  franz-go) module=github.com/twmb/franz-go ;;
  sarama) module=github.com/IBM/sarama ;;
  kafka-go) module=github.com/segmentio/kafka-go ;;
esac
cd "$here"
go build -p 1 -o "$folder/client" "./$client"
go list -m -f '{{.Version}}' "$module" | sed 's/^v//' >"$folder/version"
