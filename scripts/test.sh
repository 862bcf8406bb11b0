#!/usr/bin/env bash
# Everything: tidiness, units, stories on both engines, doors, command line, API against its own description, browser.
# PARTS chooses among: lint ground doors faults release api browser journey city (default: all).
set -euo pipefail
cd "$(dirname "$0")/.."
parts=" ${PARTS:-lint ground doors faults release api browser city} "
wants() { case "$parts" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
step() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }
bash scripts/setup-tests.sh

ground=(-p base -p db -p journal -p safety -p crowd -p assets -p tidy)
if wants lint; then
  step "format and lint"
  cargo fmt --all --check
  cargo clippy --workspace --all-targets --quiet -- -D warnings
fi
if wants ground; then
  step "the ground: both engines, journal with a third party's verifier, stories, planner"
  bash scripts/with-postgres.sh cargo test "${ground[@]}"
fi
if wants doors; then
  step "the doors and the binary: pages, API, commands"
  bash scripts/with-postgres.sh cargo test -p web -p xiaoan -- --skip faults::
fi
if wants faults; then
  step "faults: kill -9, a full disk, PostgreSQL gone, slow clients, lockout"
  bash scripts/with-postgres.sh cargo test -p load
  bash scripts/with-postgres.sh cargo test -p xiaoan --test main faults::
fi
if wants release; then
  step "the binary, as it is shipped"
  cargo build --release --quiet -p xiaoan
fi
if wants api; then step "the API against its description"; bash scripts/api-test.sh; fi
if wants browser; then step "browser code"; bash scripts/browser-test.sh code; fi
if wants journey; then step "the walk of the first acceptance"; bash scripts/browser-test.sh journey; fi
if wants city; then step "journeys through the city"; bash scripts/browser-test.sh city; fi
printf '\n%s: passed in %s s\n' "$parts" "$SECONDS"
