#!/usr/bin/env bash
# The fault tests at their full length: a thousand kills around the acknowledgement of an alarm, five hundred presses while
# the database is locked for a minute. `make test` has both in short. Writes docs/benchmarks-faults.md.
set -euo pipefail
cd "$(dirname "$0")/.."
said=$(mktemp)
trap 'rm -f "$said"' EXIT
export XIAOAN_KILLS=${XIAOAN_KILLS:-1000}
export XIAOAN_LOCK_WAVES=${XIAOAN_LOCK_WAVES:-10} XIAOAN_LOCK_PRESSES=${XIAOAN_LOCK_PRESSES:-50} XIAOAN_LOCK_SECONDS=${XIAOAN_LOCK_SECONDS:-60}
cargo test --quiet -p web --test main alarms::while_the_database_is_locked -- --nocapture 2>&1 | tee -a "$said"
cargo test --quiet -p xiaoan --test main faults::alarm -- --nocapture 2>&1 | tee -a "$said"
{
  echo "# Faults at full length"
  echo
  echo "Measured $(date '+%Y-%m-%d %H:%M'), commit $(git describe --always --dirty), tests built for debugging. What each shows stands at the head of"
  echo "\`crates/web/tests/alarms.rs\` and \`crates/xiaoan/tests/faults/alarm.rs\`; a test that does not hold writes no line here."
  echo
  grep -a -E '^[0-9]+ (kills|presses)' "$said" | sed 's/^/- /'
} >docs/benchmarks-faults.md
cat docs/benchmarks-faults.md
