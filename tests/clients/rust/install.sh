#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. rskafka, at the version that Cargo.toml has.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$2
cp -r "$here/Cargo.toml" "$here/src" "$folder"
cargo build --quiet --release --jobs 1 --manifest-path "$folder/Cargo.toml" --target-dir "$folder/target"
cp "$folder/target/release/client" "$folder/client"
rm -r "$folder/target"
sed -n 's/^rskafka = "=\(.*\)"/\1/p' "$folder/Cargo.toml" >"$folder/version"
