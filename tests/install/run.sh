#!/usr/bin/env bash
# Tests what users get: the README's first program and those of docs/guide/c.md, taken from the text
# of these pages, are built and run in projects outside of rill.
#
#   tests/install/run.sh                   static and shared, installed and as a subfolder
#   tests/install/run.sh <build folder>    what that build installs
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/rill-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

python3 "$here/first_program.py" "$top/README.md" >"$work/main.cc"
python3 "$here/first_program.py" "$top/docs/guide/c.md" c >"$work/main.c"
python3 "$here/first_program.py" "$top/docs/guide/c.md" python >"$work/main.py"

# Runs a command, and shows what it printed only when it fails.
quietly() {
  if ! "$@" >"$work/log" 2>&1; then
    echo "failed: $*"
    cat "$work/log"
    return 1
  fi
}

# The program runs in a folder of its own, says something, and ends well.
run_program() {
  local how=$1 printed
  shift
  mkdir "$work/run"
  printed=$(cd "$work/run" && "$@")
  rm -rf "$work/run"
  if [ -z "$printed" ]; then
    echo "$how: the program printed nothing"
    return 1
  fi
  echo "$how: ok"
}

# By CMake's find_package, from a prefix.
test_package() {
  local prefix=$1 how=$2
  quietly cmake -S "$here/package" -B "$work/package" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
    -DFIRST_PROGRAM="$work/main.cc"
  quietly cmake --build "$work/package"
  run_program "find_package, $how" "$work/package/first"
  rm -rf "$work/package"
}

# By pkg-config: flags of pkg-config as further arguments.
test_pkg_config() {
  local prefix=$1 how=$2 flags libdir
  shift 2
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name rill.pc)")
  export PKG_CONFIG_PATH
  pkg-config --exact-version="$(sed -n 's/#define RILL_VERSION "\(.*\)"/\1/p' \
    "$top/include/rill/version.h")" rill
  # What it prints is quoted for a shell.
  eval "flags=($(pkg-config "$@" --cflags --libs rill))"
  eval "libdir=$(pkg-config --variable=libdir rill)"
  quietly "${CXX:-c++}" -std=c++20 "$work/main.cc" -o "$work/first" "${flags[@]}"
  LD_LIBRARY_PATH=$libdir run_program "pkg-config${*:+ $*}, $how" "$work/first"
}

# The C interface: by CMake from a project without C++, by pkg-config, and from Python.
test_c() {
  local prefix=$1 how=$2 flags libdir
  quietly cmake -S "$here/c_package" -B "$work/package" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
    -DFIRST_PROGRAM="$work/main.c"
  quietly cmake --build "$work/package"
  run_program "C by find_package, $how" "$work/package/first"
  rm -rf "$work/package"
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name rill_c.pc)")
  export PKG_CONFIG_PATH
  eval "flags=($(pkg-config --cflags --libs rill_c))"
  eval "libdir=$(pkg-config --variable=libdir rill_c)"
  quietly "${CC:-cc}" -std=c11 "$work/main.c" -o "$work/first" "${flags[@]}"
  LD_LIBRARY_PATH=$libdir run_program "C by pkg-config, $how" "$work/first"
  LD_LIBRARY_PATH=$libdir run_program "Python, $how" python3 "$work/main.py"
}

# What the prefix holds besides the library.
test_files() {
  local prefix=$1 how=$2 completions=$1/share/bash-completion/completions inside
  inside=$(find "$prefix/include" -type f ! -path '*/include/rill/*.h')
  [ -z "$inside" ] || { echo "$how: strangers among the headers: $inside"; return 1; }
  "$prefix/bin/rill" --version | grep -qF "$(pkg-config --modversion rill)" ||
    { echo "$how: bin/rill --version does not say the version"; return 1; }
  local tool
  for tool in broker-api-versions configs console-consumer console-producer consumer-groups \
    consumer-perf-test delete-records dump-log e2e-latency get-offsets log-dirs topics; do
    "$prefix/bin/kafka-$tool" --version >/dev/null || { echo "$how: no kafka-$tool"; return 1; }
  done
  # By the names under which bash-completion looks for them.
  for tool in rill kafka-{broker-api-versions,configs,console-consumer,console-producer} \
    kafka-{consumer-groups,consumer-perf-test,delete-records,dump-log,e2e-latency,get-offsets} \
    kafka-{log-dirs,producer-perf-test,topics}; do
    bash -c 'source "$1" && complete -p "$2" >/dev/null' bash "$completions/$tool" "$tool" ||
      { echo "$how: bash does not complete $tool"; return 1; }
  done
  # Which has no --version, as Kafka's has none.
  "$prefix/bin/kafka-producer-perf-test" --help >/dev/null ||
    { echo "$how: no kafka-producer-perf-test"; return 1; }
  echo "files, $how: ok"
}

test_installed() {
  local build=$1 how=$2 prefix="$work/prefix with a space"
  rm -rf "$prefix"
  quietly cmake --install "$build" --prefix "$prefix"
  test_package "$prefix" "$how"
  test_pkg_config "$prefix" "$how"
  test_pkg_config "$prefix" "$how" --static
  test_c "$prefix" "$how"
  test_files "$prefix" "$how"
}

# Where a distribution wants programs in another folder, Kafka's names stand beside the one that they
# lead to.
test_other_bindir() {
  local build=$1 prefix=$work/other
  quietly cmake -DCMAKE_INSTALL_BINDIR=programs "$build"
  quietly cmake --install "$build" --prefix "$prefix"
  "$prefix/programs/kafka-topics" --version >/dev/null ||
    { echo "no kafka-topics in another CMAKE_INSTALL_BINDIR"; return 1; }
  bash -c 'source "$1" && complete -p rill >/dev/null' bash \
    "$prefix/share/bash-completion/completions/rill" ||
    { echo "bash does not complete a rill in another CMAKE_INSTALL_BINDIR"; return 1; }
  echo "another CMAKE_INSTALL_BINDIR: ok"
}

# As a subfolder of another project: configured (which checks what it brings along), built and run;
# then once more with a shared library, of the same objects.
test_subfolder() {
  local PATH=$PATH shared
  [ ! -d /usr/lib/ccache ] || PATH=/usr/lib/ccache:$PATH  # rill itself must not ask for ccache here
  for shared in OFF ON; do
    quietly cmake -S "$here/subfolder" -B "$work/subfolder" -G Ninja -DRILL_SOURCE="$top" \
      -DFIRST_PROGRAM="$work/main.cc" -DBUILD_SHARED_LIBS=$shared
    quietly cmake --build "$work/subfolder"
    run_program "add_subdirectory -DBUILD_SHARED_LIBS=$shared" "$work/subfolder/first"
  done
}

if [ $# -gt 0 ]; then
  test_installed "$1" "built in $(basename "$1")"
  exit
fi

# Static as everybody builds it, then shared, of the same objects: after ./tests/run.sh there is
# nothing left to compile.
cd "$top"
trap 'rm -rf "$work"
  cmake --preset release -DBUILD_SHARED_LIBS=OFF -DCMAKE_INSTALL_BINDIR=bin >/dev/null' EXIT
for shared in OFF ON; do
  quietly cmake --preset release -DBUILD_SHARED_LIBS=$shared
  quietly cmake --build --preset release --target rill rill_c_library rill_program
  test_installed "$top/build/release" "BUILD_SHARED_LIBS=$shared"
done
test_other_bindir "$top/build/release"
# Without what only its developers build it is configured as well.
quietly cmake -S "$top" -B "$work/alone" -G Ninja -DRILL_BUILD_TESTS=OFF -DRILL_BUILD_BENCH=OFF \
  -DRILL_BUILD_EXAMPLES=OFF
test_subfolder
