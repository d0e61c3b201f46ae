# shellcheck shell=bash
# What only the tests need: a browser, Postgres, real CalDAV servers, Playwright.

postgres_there() {
  have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

chromium_there() {
  have "${CHROMIUM:-chromium}" || have chromium-browser || have google-chrome
}

cyrus_there() {
  [ -x /usr/lib/cyrus/bin/httpd ] && [ -x /usr/sbin/saslpasswd2 ]
}

# Cyrus is one more CalDAV server for the client's tests, where apt can have it. Elsewhere they pass over it.
want_cyrus() {
  cyrus_there && return 0
  if have apt-get && [ "$(id -u)" -eq 0 ]; then
    apt-cache show cyrus-caldav >/dev/null 2>&1 || apt-get update -qq >/dev/null 2>&1 || true
    if apt-cache show cyrus-caldav >/dev/null 2>&1; then
      missing_packages+=(cyrus-caldav sasl2-bin)
      # Its packages ask for a mail server: this one only sends.
      [ -x /usr/sbin/sendmail ] || missing_packages+=(msmtp-mta)
      return 0
    fi
  fi
  say "SKIPPED: Cyrus is not here, so the CalDAV client is not tested against it (Debian: apt-get install cyrus-caldav sasl2-bin)"
}

ensure_test_packages() {
  want node nodejs
  want npm npm
  want python3 python3
  want flock util-linux
  if have python3 && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    missing_packages+=(python3-venv)
  fi
  postgres_there || missing_packages+=(postgresql)
  chromium_there || missing_packages+=(chromium)
  want_cyrus
  install_packages
}

# Postgres refuses to run as root; tests started by root hand its cluster to the user that its package makes.
ensure_postgres_user() {
  [ "$(id -u)" -eq 0 ] || return 0
  id postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin postgres
}

# A mark of what was installed, so that an unchanged list costs nothing.
unchanged() { [ -f "$2" ] && [ "$(cat "$2")" = "$(cksum <"$1")" ]; }
mark() { cksum <"$1" >"$2"; }

ensure_python() {
  local list="$ROOT/scripts/requirements.txt" venv="$TOOLS/venv" done="$TOOLS/venv/.installed"
  unchanged "$list" "$done" && [ -x "$venv/bin/radicale" ] && return 0
  say "Installing Radicale and Xandikos, real CalDAV servers for the tests, and an oracle for calendars (about 20 seconds)"
  mkdir -p "$TOOLS"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$list" >"$TOOLS/python.log" 2>&1; then
    tail -n 20 "$TOOLS/python.log" >&2
    die "pip could not install what scripts/requirements.txt lists."
  fi
  mark "$list" "$done"
}

ensure_end2end() {
  local list="$ROOT/end2end/package-lock.json" done="$ROOT/end2end/node_modules/.installed"
  unchanged "$list" "$done" && return 0
  say "Installing Playwright for the browser tests (about 10 seconds)"
  mkdir -p "$TOOLS"
  if ! (cd "$ROOT/end2end" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund) >"$TOOLS/npm.log" 2>&1; then
    tail -n 20 "$TOOLS/npm.log" >&2
    die "npm could not install what end2end/package-lock.json lists."
  fi
  mark "$list" "$done"
}
