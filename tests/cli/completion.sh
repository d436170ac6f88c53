#!/usr/bin/env bash
# Usage: completion.sh <rill>. bash, sourcing what `rill completion bash` prints, completes words.
set -euo pipefail
rill=$1

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# completes <expected words> <words of a line>: what bash makes of the line's last word. It asks the
# function that belongs to the command's name, wherever that is.
completes() {
  local expected=$1 spec
  shift
  spec=$(complete -p "${1##*/}") || fail "bash knows nothing of $1"
  [[ $spec =~ " -F "([^ ]+)" " ]] || fail "bash has no function for $1: $spec"
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  "${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}" || true
  echo "$*<TAB>: ${COMPREPLY[*]}"
  [ "${COMPREPLY[*]}" = "$expected" ] || fail "$expected is expected"
}

source <("$rill" completion bash)

completes topics rill to
completes "console-consumer console-producer" rill console-
completes --create rill topics --cre
completes --create kafka-topics --cre
completes --bootstrap-server "$(dirname "$rill")/kafka-topics" --topic orders --boot
completes --from-beginning kafka-console-consumer --from
completes "" rill check --boot
completes "" rill no-command
completes topics rill help to
completes bash rill completion ""

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/00000000000000000000.log"
completes "$work/00000000000000000000.log" kafka-dump-log --files "$work/0"
: >"$work/two words"
completes "$work/two words" kafka-dump-log --files "$work/t"
[ ${#COMPREPLY[@]} -eq 1 ] || fail "a name with a space is one word"

links=0
for link in "$(dirname "$rill")"/kafka-*; do
  complete -p "${link##*/}" >/dev/null || fail "bash knows nothing of $link"
  links=$((links + 1))
done
[ "$links" -gt 10 ] || fail "$links links are beside $rill"
if complete -p kafka-check 2>/dev/null; then fail "Kafka has no such tool"; fi
