#!/usr/bin/env bash
# Checks that a shared library of rill shows names of namespace rill and nothing else, and none of
# its inner floors:  check_symbols.sh <librill.so>
set -euo pipefail

shown=$(nm -D --defined-only --format=just-symbols "$1")
if [ -z "$shown" ]; then
  echo "$1 shows no symbol at all: is RILL_EXPORT missing?"
  exit 1
fi

# Functions and variables of namespace rill, their local statics and guards, and what describes its
# classes. Mangled, for a demangled template begins with what it returns.
kind='_Z(GV|Z|TV|TI|TS|TT|Thn?[0-9]+_|Tv[n0-9_]+)?NK?'
strange=$(grep -Ev "^${kind}4rill" <<<"$shown" || true)
floors='4base|2io|6record|3log|6engine|6client|3cli'
inside=$(grep -E "^${kind}4rill($floors)[0-9]" <<<"$shown" || true)
if [ -n "$strange$inside" ]; then
  echo "$1 shows symbols that it must hide:"
  printf '%s\n' "$strange" "$inside" | grep -v '^$' | head -40 | c++filt
  exit 1
fi
echo "$1 shows $(wc -l <<<"$shown") symbols, all of rill"
