# What the tests that kill examples share:  source kills.sh
# They print a seed; RILL_SEED=<that> kills at the same moments again, as far as clocks allow.
seed=${RILL_SEED:-$(($(date +%s%N) / 1000 % 1000000000))}
echo "RILL_SEED=$seed"
RANDOM=$((seed % 32768))

work=$(mktemp -d "${TMPDIR:-/tmp}/rill-kills.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$1"
  tail -n 100 "$work/errors" "$work/output" 2>/dev/null
  exit 1
}

# kill_after <seconds> <command ...>: what the command ended with, in `status`: 137 for the kill, if
# it did not end by itself before. Its output is in $work/output, its errors in $work/errors.
kill_after() {
  local seconds=$1 child
  shift
  "$@" >"$work/output" 2>>"$work/errors" &
  child=$!
  sleep "$seconds"
  status=0
  {
    kill -9 "$child" || true
    wait "$child" || status=$?
  } 2>/dev/null
}

# die_alone <command ...>: the same for a command that kills itself.
die_alone() {
  status=0
  { "$@" >"$work/output" 2>>"$work/errors" || status=$?; } 2>/dev/null
}

# No run may have complained.
expect_no_errors() {
  [ ! -s "$work/errors" ] || fail "$1: something was printed on stderr"
}
