#!/usr/bin/env bash
# Holds the API against its own description: a server on a folder of its own, and thousands of requests that were made
# from /api/openapi.json (schemathesis, fixed seed), as a safety director, an officer, leaders and an administrator. Fails on
# any answer that is a fault of the server, or that the description does not have.
#
#   XIAOAN_BIN             the binary; target/release/xiaoan when not set
#   XIAOAN_API_EXAMPLES    requests of each kind per operation (20; more when there is time)
#   XIAOAN_API_URL, XIAOAN_API_ACCOUNTS   a server that runs already, and its file of accounts
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${XIAOAN_BIN:-${CARGO_TARGET_DIR:-target}/release/xiaoan}
venv=${XIAOAN_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/xiaoan/venv}
examples=${XIAOAN_API_EXAMPLES:-20}
# The whole run, and each of its parts, in seconds.
limit=540
[ -x "$venv/bin/schemathesis" ] || bash scripts/setup-tests.sh

work=$(mktemp -d "${TMPDIR:-/tmp}/xiaoan-api.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

url=${XIAOAN_API_URL:-}
accounts=${XIAOAN_API_ACCOUNTS:-$work/data/demo-accounts.json}
if [ -z "$url" ]; then
  [ -x "$binary" ] || { echo "api-test: $binary is not there; build it or set XIAOAN_BIN" >&2; exit 1; }
  port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  url=http://127.0.0.1:$port
  "$binary" demo --data "$work/data" --schools 2 --listen "127.0.0.1:$port" >"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 240); do
    curl -fsS "$url/readyz" >/dev/null 2>&1 && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.5
  done
fi
curl -fsS "$url/readyz" >/dev/null || { echo "api-test: $url is not ready" >&2; exit 1; }

# One part: as whom, which operations, how many examples, which phases.
failed=0
part() {
  local role=$1 examples=$2 phases=$3
  shift 3
  local left=$((limit - SECONDS))
  if [ "$left" -lt 10 ]; then
    echo "api-test: no time left for $role" >&2
    failed=1
    return
  fi
  "$venv/bin/python" scripts/api-config.py "$url" "$accounts" "$role" >"$work/$role.toml"
  local code=0
  timeout --kill-after=5 "$left" "$venv/bin/schemathesis" --config-file "$work/$role.toml" run "$url/api/openapi.json" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases "$phases" --max-examples "$examples" --workers 1 --request-timeout 20 --continue-on-failure \
    --warnings off --no-color "$@" >"$work/$role.log" 2>&1 || code=$?
  if [ "$code" != 0 ]; then
    cut -c1-400 "$work/$role.log" | head -400
    echo "api-test: $role: schemathesis ended with $code" >&2
    failed=1
  fi
  echo "-- as $role, ${SECONDS}s"
  sed -n '/= SUMMARY =/,$p' "$work/$role.log"
}

# What would end the asker's own session or post is left out, and asked last.
own=(--exclude-operation-id session_end --exclude-operation-id me_session_end
  --exclude-operation-id post_end --exclude-operation-id post_hand_over)
ending=(--include-operation-id session_end --include-operation-id me_session_end
  --include-operation-id post_end --include-operation-id post_hand_over)
part safety_head "$examples" examples,coverage,fuzzing,stateful "${own[@]}"
part officer "$((examples / 2))" fuzzing "${own[@]}"
part vice "$examples" fuzzing --include-tag hazards
part admin "$((examples / 2))" fuzzing "${own[@]}" --exclude-tag hazards --exclude-tag checks
part principal "$((examples / 2))" coverage,fuzzing "${ending[@]}"

# A run in which nobody was let in, or nothing was found, would show nothing.
"$venv/bin/python" - "$url" <<'PYTHON' || failed=1
import collections
import json
import re
import sys
import urllib.request

def read(path):
    return urllib.request.urlopen(sys.argv[1] + path, timeout=20).read().decode()

paths = json.loads(read("/api/openapi.json"))["paths"]
known = {(method.upper(), path) for path, item in paths.items() for method in item}
line = re.compile(r'xiaoan_http_request_seconds_count\{method="(\w+)",route="([^"]+)",status="(\d+)"\} (\d+)')
statuses, reached = collections.Counter(), set()
for method, route, status, count in line.findall(read("/metrics")):
    if (method, route) in known:
        statuses[status] += int(count)
        if status[0] == "2":
            reached.add((method, route))
print("-- answers by status:", ", ".join(f"{s}: {n}" for s, n in sorted(statuses.items())))
print(f"-- operations that did what they are for: {len(reached)} of {len(known)}")
print("-- never with success:", ", ".join(f"{m} {p.removeprefix('/api/v1')}" for m, p in sorted(known - reached)) or "none")
sys.exit(len(reached) < len(known) // 2)
PYTHON

if [ -n "$server" ]; then
  kill -0 "$server" 2>/dev/null || { echo "api-test: the server died" >&2; cat "$work/server.log" >&2; failed=1; }
  if grep -q 'panic' "$work/server.log"; then
    echo "api-test: the server panicked" >&2
    grep 'panic' "$work/server.log" >&2
    failed=1
  fi
fi
[ "$failed" = 0 ] && echo "api-test: the API is as it is described (${SECONDS}s)"
exit "$failed"
