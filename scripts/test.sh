#!/usr/bin/env bash
# Everything: tidiness, units, stories on both engines, doors on both, command line, faults, API against its own
# description, browser. PARTS chooses among: lint ground doors faults release api browser journey city
# (default: all; `city` walks the journey too).
#
# Stands alone: own database cluster, own ports, one temporary folder that goes at the end, whatever happens. What a test
# cannot do here (no PostgreSQL, no right to mount) it says with a line that begins with SKIPPED; those lines are told
# again at the end, so that a green run cannot hide them.
set -euo pipefail
cd "$(dirname "$0")/.."
parts=" ${PARTS:-lint ground doors faults release api browser city} "
rooms=(-p base -p db -p journal -p safety -p crowd -p assets -p courier -p fakes -p tidy)

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/xiaoan-tests.XXXXXX")
export TMPDIR
# The database's own user walks through it.
chmod 711 "$TMPDIR"
said="$TMPDIR/said"
current=setup began=0 told=()
finish() {
  local code=$?
  trap - EXIT
  if [ "$code" = 0 ]; then took "$current"; fi
  printf '\n'
  [ ! -s "$said" ] || { grep -h '^SKIPPED' "$said" | sort -u || true; }
  printf 'minutes: %s\n' "${told[*]:-none}"
  if [ "$code" = 0 ]; then
    printf '%s: passed in %s s\n' "$parts" "$SECONDS"
  else
    printf '%s: FAILED in part %s after %s s\n' "$parts" "$current" "$SECONDS"
  fi
  rm -rf "$TMPDIR"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wants() { case "$parts" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
took() { local s=$((SECONDS - began)); told+=("$1 $((s / 60)):$(printf %02d $((s % 60)))"); }
step() {
  took "$current"
  current=$1 began=$SECONDS
  printf '\n== %s: %s (%ss)\n' "$1" "$2" "$SECONDS"
}
# Shows what a command says and keeps it for the lines at the end; fails as the command fails.
run() { "$@" 2>&1 | tee -a "$said"; }
tests() { run bash scripts/with-postgres.sh cargo test "$@"; }

bash scripts/setup-tests.sh
if wants lint; then
  step lint "format and lint"
  cargo fmt --all --check
  cargo clippy --workspace --all-targets --quiet -- -D warnings
fi
if wants ground; then
  step ground "both engines, journal with a third party's verifier, stories, planner"
  tests "${rooms[@]}" -- --show-output
fi
if wants doors; then
  step doors "pages and API on both engines, commands"
  tests -p web -p xiaoan -- --skip faults:: --show-output
  XIAOAN_TEST_ENGINE=postgres tests -p web --test main
fi
if wants faults; then
  step faults "kill -9, a full disk, PostgreSQL gone, slow clients, lockout"
  tests -p load
  tests -p xiaoan --test main faults:: -- --nocapture
fi
if wants release; then
  step release "the binary, as it is shipped"
  cargo build --release --quiet -p xiaoan
fi
if wants api; then step api "against its description"; bash scripts/api-test.sh; fi
if wants browser; then step browser "browser code"; bash scripts/browser-test.sh code; fi
if wants journey; then step journey "the walk of the first acceptance"; bash scripts/browser-test.sh journey; fi
if wants city; then step city "journeys through the city"; bash scripts/browser-test.sh city; fi
