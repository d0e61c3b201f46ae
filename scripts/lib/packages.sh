# shellcheck shell=bash
# Packages of the operating system: installed as root, named to anybody else.

missing_packages=()

# `want PROGRAM PACKAGE`: notes PACKAGE when PROGRAM is nowhere on PATH.
want() {
  have "$1" || missing_packages+=("$2")
}

# Installs what `want` noted, or says what to install and stops.
install_packages() {
  [ ${#missing_packages[@]} -gt 0 ] || return 0
  local list="${missing_packages[*]}"
  missing_packages=()
  if ! have apt-get; then
    die "Please install these with your package manager (Debian's names), then start again: $list"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    die "Please install these packages, then start again:  sudo apt-get install $list"
  fi
  say "Installing packages: $list (about a minute)"
  local log="$TOOLS/packages.log"
  mkdir -p "$TOOLS"
  # shellcheck disable=SC2086 # one argument for each package
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $list; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "apt-get could not install: $list. The whole log is in $log."
  fi
}
