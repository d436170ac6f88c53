# The Debian packages that rill needs, in the only place where they are listed, and how scripts get
# them:  source tests/house/packages.sh; need_packages "${build_packages[@]}"

# To build everything and run ./tests/run.sh.
build_packages=(
  g++ cmake ninja-build pkg-config ccache
  libabsl-dev libfmt-dev libisal-dev libzstd-dev liblz4-dev libsnappy-dev zlib1g-dev
  librdkafka-dev catch2 libasio-dev libre2-dev libbenchmark-dev libcli11-dev nlohmann-json3-dev libsqlite3-dev
  python3 python3-prometheus-client kcat redis-tools
  python3-confluent-kafka python3-kafka python3-snappy python3-lz4 python3-zstandard
)
# To check and fuzz with clang.
clang_packages=(clang clang-format clang-tidy libclang-rt-14-dev llvm)
# To compare with Apache Kafka, which Maven brings.
oracle_packages=(maven default-jdk-headless)
# To run all of Kafka's clients (tests/clients/run.py): what .ci/run's need, what Python's need, and
# make, with which one of Node.js's is built. Those of Go want a newer Go than Debian 12 has, so it
# is not in the list.
client_packages=(maven default-jdk-headless python3-venv make)
# To run rill beside its peers (bench/peers/run.sh, which also uses the ones above).
peer_packages=(libsqlite3-dev liblmdb-dev librocksdb-dev libconcurrentqueue-dev)

# Prints those of the named packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# What apt-get prints is shown when it fails.
apt_install() {
  local log
  log=$(mktemp)
  if as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1; then
    rm "$log"
    return 0
  fi
  cat "$log"
  rm "$log"
  return 1
}

# Says which packages are missing, why they could not be had, and the command that gets them.
refuse_packages() {
  local reason=$1
  shift
  {
    echo
    echo "Missing: $*"
    echo "$reason"
    echo "As root, install them with"
    echo "    apt-get update && apt-get install --no-install-recommends $*"
    echo "and run this again."
  } >&2
  return 1
}

# Installs those of the named packages that are missing; fails saying which could not be, and how
# to get them.
need_packages() {
  local missing wanted package
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian: be sure to have what these packages hold: $*"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    echo "all there: $*"
    return 0
  fi
  echo "installing: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    refuse_packages "You are not root, and there is no sudo." "${missing[@]}"
    return 1
  fi
  as_root apt-get update -qq || echo "apt-get update failed; trying with the lists that are there"
  if apt_install "${missing[@]}"; then
    return 0
  fi
  # One by one, so that one that fails does not keep the others out and is known by name.
  wanted=("${missing[@]}")
  for package in "${wanted[@]}"; do
    apt_install "$package" >/dev/null 2>&1 || echo "cannot install $package" >&2
  done
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  [ "${#missing[@]}" -eq 0 ] ||
    refuse_packages "apt-get could not install them (its messages are above)." "${missing[@]}"
}

# need_command <command> <package>...: installs the packages where the command is missing. Toolchains
# often come by other ways than Debian's packages, and newer.
need_command() {
  local command=$1
  shift
  command -v "$command" >/dev/null || need_packages "$@"
}
