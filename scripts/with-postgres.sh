#!/usr/bin/env bash
# Runs a command with a PostgreSQL cluster of its own: another user than root, own port, no durability (the tests of
# durability kill our program, not the server), stopped and removed at the end. Sets XIAOAN_TEST_PG.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "with-postgres: no PostgreSQL server found" >&2; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/xiaoan-pg.XXXXXX")
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$dir"
stop() { as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd /
as "$bin/initdb" -D "$dir/data" --locale=C -E UTF8 -A trust -U postgres >/dev/null
# A port may be taken between the look and the start: another is tried.
for try in 1 2 3 4 5; do
  port=$(bash "$OLDPWD/scripts/free-port.sh")
  as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start \
    -o "-h 127.0.0.1 -p $port -k $dir -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=400" \
    >/dev/null && break
  [ "$try" -lt 5 ] || { cat "$dir/log" >&2; exit 1; }
done
cd "$OLDPWD"
export XIAOAN_TEST_PG="postgresql://postgres@127.0.0.1:$port/postgres"
export XIAOAN_TEST_PG_DIR="$dir/data" XIAOAN_TEST_PG_BIN="$bin"
"$@"
