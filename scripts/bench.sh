#!/usr/bin/env bash
# Measures the shipped binary on this machine and writes docs/benchmarks.md. About ten minutes; loopback only.
# Words after it go to the bench: `scripts/bench.sh --quick --only lists` for a look (nothing is written then).
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --quiet -p xiaoan -p load
# A folder on a real disk: /tmp may be memory, where nothing is ever synced.
work=$(mktemp -d "$target/bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [ $# -gt 0 ]; then
  "$target/release/load" bench --binary "$target/release/xiaoan" --dir "$work" --board "$target/bench-board" "$@"
else
  "$target/release/load" bench --binary "$target/release/xiaoan" --dir "$work" \
    --board "$target/bench-board" --commit "$(git describe --always --dirty)" --out docs/benchmarks.md
fi
