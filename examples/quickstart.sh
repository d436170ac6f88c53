#!/usr/bin/env bash
# From nothing to a result: installs what is missing (Debian packages only), builds rill, runs
# examples/flights: 231,083 flights through a topic and a consumer group, killed once on the way.
#
#   ./examples/quickstart.sh [folder for the data]      default: build/quickstart, made anew
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/house/packages.sh
source tests/house/steps.sh

data=${1:-build/quickstart}
if [ $# -gt 0 ] && [ -e "$data" ]; then
  echo "$data is there already; name a folder that is not" >&2
  exit 1
fi

heading "Packages"
need_packages "${build_packages[@]}"
heading "Configure"
cmake --preset release
heading "Build"
cmake --build --preset release --target flights rill_program
