#!/usr/bin/env bash
# Measures the planner on this machine and writes docs/benchmarks-crowd.md: the table of goals G1–G8. About two minutes.
# A number after it is the search effort (steps × classes; 9000000 is about two CPU seconds a scenario) and is only shown.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --quiet -p crowd --example crowd_bench
if [ $# -gt 0 ]; then
  exec "$target/release/examples/crowd_bench" "$@"
fi
out=docs/benchmarks-crowd.md
{
  echo "# Planner: goals and figures"
  echo
  echo "Written by \`make bench-crowd\` ([crowd.md](crowd.md) says what is measured). Goals G1–G8 and the limits are those"
  echo "of the specification; “best known” is the reference set's best block plan before this planner."
  echo
  "$target/release/examples/crowd_bench"
} > "$out.part"
mv "$out.part" "$out"
cat "$out"
