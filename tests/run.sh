#!/usr/bin/env bash
# Installs what is missing (Debian packages only), builds rill, runs its tests.
#
#   ./tests/run.sh [arguments of ctest ...]     e.g. ./tests/run.sh -R record
#
# Builds the preset `release` in build/release; RILL_PRESET names another.
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/house/packages.sh
source tests/house/steps.sh

preset=${RILL_PRESET:-release}

heading "Packages"
need_packages "${build_packages[@]}"
heading "Configure (preset $preset)"
cmake --preset "$preset"
heading "Build"
cmake --build --preset "$preset"
heading "Test"
ctest --preset "$preset" -j "$(nproc)" "$@"
heading "All tests passed"
