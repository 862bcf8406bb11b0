#!/usr/bin/env bash
# The bureau's board at the size to hold (decisions.md §7): 10,000 schools × 60 obligations × one school year, printed. The
# data folder is kept between runs under the build folder, where `make bench` finds it and measures the whole instead of
# a tenth; remove it to fill anew (some minutes, about 1 GB).
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --quiet -p load
"$target/release/load" board --dir "$target/bench-board" --schools "${SCHOOLS:-10000}"
