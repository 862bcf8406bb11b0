#!/usr/bin/env bash
# The bureau's board at the size to hold (decisions.md §7): 10,000 schools × 60 obligations × one school year. The data
# folder is kept between runs under the build folder; remove it to fill anew (a few minutes, about 1 GB).
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --quiet -p load
"$target/release/load" board --dir "$target/bench-board" --schools "${SCHOOLS:-10000}" --out docs/benchmarks-board.md
