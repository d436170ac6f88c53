# Steps with headings and times:  source tests/house/steps.sh
#   heading "Build"                   prints a heading with the time since the script began
#   quietly <log> command ...         runs a command; its output goes to a file, shown when it fails
#   run_step "name" command ...       runs a step, keeps its result; never ends the script
#   print_steps                       prints the table; fails when a step failed, naming it

steps_begin=$SECONDS
step_names=()
step_times=()
step_results=()

# Seconds as 1m05s.
as_time() {
  printf '%dm%02ds' $(($1 / 60)) $(($1 % 60))
}

heading() {
  printf '\n== %s (%s)\n' "$1" "$(as_time $((SECONDS - steps_begin)))"
}

quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
}

run_step() {
  local name=$1 begin=$SECONDS status=0
  shift
  heading "$name"
  # In a subshell of its own, where -e holds (it would not in a function called from a condition).
  set +e
  (set -e; "$@")
  status=$?
  set -e
  step_names+=("$name")
  step_times+=("$(as_time $((SECONDS - begin)))")
  if [ "$status" -eq 0 ]; then
    step_results+=(passed)
  else
    step_results+=("FAILED ($status)")
    echo "-- $name failed with status $status"
  fi
}

print_steps() {
  local i failed=()
  printf '\n| %-34s | %8s | %-12s |\n' step time result
  printf '| %s | %s: | %s |\n' "$(printf -- '-%.0s' {1..34})" "$(printf -- '-%.0s' {1..7})" \
    "$(printf -- '-%.0s' {1..12})"
  for i in "${!step_names[@]}"; do
    printf '| %-34s | %8s | %-12s |\n' "${step_names[i]}" "${step_times[i]}" "${step_results[i]}"
    [ "${step_results[i]}" = passed ] || failed+=("${step_names[i]}")
  done
  printf '\n%d steps in %s\n' "${#step_names[@]}" "$(as_time $((SECONDS - steps_begin)))"
  if [ "${#failed[@]}" -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}"
    return 1
  fi
}
