#!/usr/bin/env bash
# Browser tests: the browser code against a small server of its own, then journeys through the real binary.
# browser-test.sh [code|journey|city|pictures]; `pictures` takes those of the README into docs/pictures.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
if [ ! -d node_modules/@playwright/test ] || ! cmp -s package-lock.json node_modules/.xiaoan-lock; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.xiaoan-lock
fi
part=${1:-all}
[ "$part" = journey ] || [ "$part" = pictures ] || npm run --silent types
if [ "$part" = code ] || [ "$part" = all ]; then npx playwright test; fi
if [ "$part" = code ]; then exit 0; fi

binary=${XIAOAN_BIN:-${CARGO_TARGET_DIR:-../target}/release/xiaoan}
dir=$(mktemp -d "${TMPDIR:-/tmp}/xiaoan-city.XXXXXX")
port=$(bash ../scripts/free-port.sh)
"$binary" demo --data "$dir/data" --listen "127.0.0.1:$port" --schools 3 > "$dir/out" 2> "$dir/err" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
  curl -fs "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break
  kill -0 $server 2>/dev/null || { cat "$dir/err" >&2; exit 1; }
  sleep 0.5
done
export CITY_URL="http://127.0.0.1:$port" CITY_ACCOUNTS="$dir/data/demo-accounts.json"
if [ "$part" = pictures ]; then node pictures.mjs; exit 0; fi
only=()
[ "$part" = journey ] && only=(journey packs duty urgent planner)
[ -z "${CITY_ONLY:-}" ] || only=($CITY_ONLY)
npx playwright test --config playwright.city.config.ts ${only[@]+"${only[@]}"}
