#!/usr/bin/env bash
# Prints a port of this machine on which nobody listens: below the range from which the system itself gives ports out.
set -euo pipefail
for _ in $(seq 100); do
  port=$((20000 + RANDOM % 12000))
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; exit 0; }
done
echo "free-port: none was found" >&2
exit 1
