# shellcheck shell=bash
# What every script starts from: strict mode, the project's folder, where tools lie, how to speak.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TOOLS="$ROOT/.tools"
PATH="$TOOLS/bin:$PATH"
export ROOT TOOLS PATH
cd "$ROOT"

# Chatter goes to standard error, so that a script's result can be read from standard output.
say() { printf '\033[1m▸\033[0m %s\n' "$*" >&2; }

die() {
  printf '\n\033[1;31m✗\033[0m %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Seconds since the script started, for "done in …".
elapsed() { printf '%d s' "$SECONDS"; }

# The exact version a workspace dependency is pinned to: `pinned wasm-bindgen` prints 0.2.129.
pinned() {
  sed -n "s/^$1 = \"=\([^\"]*\)\"/\1/p" "$ROOT/Cargo.toml"
}

# A value of [[workspace.metadata.leptos]], the one place that names the site's files: `leptos site-pkg-dir`.
leptos() {
  local value
  value=$(awk -v key="$1" '
    /^\[/ { inside = ($0 == "[[workspace.metadata.leptos]]") }
    inside && $1 == key && $2 == "=" { gsub(/"/, "", $3); print $3; exit }' "$ROOT/Cargo.toml")
  [ -n "$value" ] || die "Cargo.toml has no $1 under [[workspace.metadata.leptos]]."
  printf '%s\n' "$value"
}

# The packages tested and linted together. Not --workspace: the app is compiled with its server features here,
# and with its browser features on wasm32, never with both at once.
SERVER_SIDE=(-p zones -p puzzle -p scheduling -p ical -p caldav -p store -p bookings -p sandbox -p testdb -p app -p quince --features app/ssr)
# The browser's half of the app: the crate as it is resolved, and what of it is built.
BROWSER_APP=(-p app --no-default-features --features hydrate --target wasm32-unknown-unknown)
# shellcheck disable=SC2034 # used by the scripts that source this file
BROWSER_SIDE=("${BROWSER_APP[@]}" --lib)
export SERVER_SIDE
