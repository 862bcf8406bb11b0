#!/usr/bin/env bash
# Everything: tidiness, units, stories on both engines, doors, command line, API against its own description, browser.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup-tests.sh
step() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }

step "format and lint"
cargo fmt --all --check
cargo clippy --workspace --all-targets --quiet -- -D warnings

step "Rust: both engines"
bash scripts/with-postgres.sh cargo test --workspace --quiet

step "the binary, as it is shipped"
cargo build --release --quiet -p xiaoan

if [ -f scripts/api-test.sh ]; then step "the API against its description"; bash scripts/api-test.sh; fi
if [ -f e2e/package.json ] && [ -f scripts/browser-test.sh ]; then step "browser"; bash scripts/browser-test.sh; fi
printf '\nall tests passed in %s s\n' "$SECONDS"
