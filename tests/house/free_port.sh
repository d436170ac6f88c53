# What scripts that start servers source.
# shellcheck shell=bash

# free_port [<taken>...]: a port of 127.0.0.1 that nobody listens on and that is none of <taken>,
# from below the range that outgoing connections use.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    [[ " $* " != *" $port "* ]] || continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}
