#!/usr/bin/env bash
# Installs what the tests need (Debian 12): a browser and its fonts, PostgreSQL, Go with its transparency-log packages,
# a Python environment with schemathesis. As root it installs; else it prints the one command to run.
set -euo pipefail
packages=(chromium fonts-noto-cjk poppler-utils postgresql-15 golang-go golang-golang-x-mod-dev python3-venv ca-certificates curl)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then
    echo "setup: installing ${missing[*]}"
    apt-get update -qq
    # Debian's own cluster is not wanted: the tests start one of their own.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "setup: please run once:  sudo apt-get install -y ${missing[*]}" >&2
    exit 1
  fi
fi
command -v cargo >/dev/null || { echo "setup: Rust 1.95 or newer is needed (rustup.rs)" >&2; exit 1; }
command -v node >/dev/null || { echo "setup: Node.js 20 or newer is needed" >&2; exit 1; }

venv=${XIAOAN_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/xiaoan/venv}
if [ ! -x "$venv/bin/schemathesis" ]; then
  echo "setup: Python environment with schemathesis"
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
fi
