#!/usr/bin/env bash
# Usage: install.sh <client> <folder>. The C or the C++ interface of the librdkafka that is installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case $1 in
  librdkafka-c) cc -std=gnu11 -O2 -Wall -Wextra "$here/client.c" -o "$2/client" \
    $(pkg-config --cflags --libs rdkafka) ;;
  librdkafka-cpp) c++ -std=c++17 -O2 -Wall -Wextra "$here/client.cc" -o "$2/client" \
    $(pkg-config --cflags --libs rdkafka++) ;;
esac
pkg-config --modversion rdkafka >"$2/version"
