#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. A client of Node.js: what package.json pins, and <client>.js.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 folder=$2
case $client in
  kafkajs) packages=(kafkajs kafkajs-snappy kafkajs-lz4 @bokuweb/zstd-wasm) ;;
  platformatic-kafka) packages=(@platformatic/kafka) ;;
esac
wanted=()
for package in "${packages[@]}"; do
  wanted+=("$package@$(node -p "require('$here/package.json').dependencies['$package']")")
done
npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "${wanted[@]}"
cp "$here/records.js" "$here/$client.js" "$folder"
node -p "require('$folder/node_modules/${packages[0]}/package.json').version" >"$folder/version"
printf '#!/bin/sh\nexec node %q "$@"\n' "$folder/$client.js" >"$folder/client"
chmod +x "$folder/client"
