# shellcheck shell=bash
# The standard library for wasm32-unknown-unknown: from rustup, or built from the sources of exactly this compiler.

WASM=wasm32-unknown-unknown

# Whether this compiler can build for the browser: asked of the compiler itself, because the library may have
# come from rustup, from a distribution or from below.
wasm_target_works() {
  local out
  out=$(mktemp -d)
  if printf 'pub fn f() -> Vec<u8> { vec![1] }\n' |
    rustc --target "$WASM" --crate-type cdylib --crate-name probe --out-dir "$out" - >/dev/null 2>&1; then
    rm -r "$out"
    return 0
  fi
  rm -r "$out"
  return 1
}

sysroot() { rustc --print sysroot; }
rustc_version() { rustc --version | awk '{print $2}'; }

# rustup refuses at once where it cannot download; a network that swallows packets is what the limit is for.
target_from_rustup() {
  have rustup || return 1
  case $(sysroot) in
    */toolchains/*) ;;
    *) return 1 ;;
  esac
  say "Adding the WebAssembly target with rustup (seconds)"
  local limit=()
  ! have timeout || limit=(timeout 300)
  ${limit[@]+"${limit[@]}"} rustup target add "$WASM" >"$TOOLS/rustup.log" 2>&1 && wasm_target_works
}

# Prints the folder that holds library/ of this compiler's version, if it is there already or is given.
sources_at_hand() {
  local given="${QUINCE_RUST_SRC:-}" own
  own="$(sysroot)/lib/rustlib/src/rust"
  if [ -f "$own/library/Cargo.lock" ]; then
    printf '%s\n' "$own"
  elif [ -n "$given" ] && [ -d "$given/library" ]; then
    printf '%s\n' "$given"
  elif [ -n "$given" ] && [ -f "$given" ]; then
    local folder="$TOOLS/rust-src"
    mkdir -p "$folder"
    tar -xf "$given" -C "$folder"
    dirname "$(find "$folder" -maxdepth 2 -type d -name library | head -n 1)"
  else
    return 1
  fi
}

# Prints the same, from the package rust-src of the mirror that apt already uses. Newer suites than the
# machine's own carry newer compilers' sources; the package lists are kept apart from the machine's.
sources_from_apt() {
  have apt-get && have dpkg || return 1
  local work="$TOOLS/rust-src-apt" version mirror keyring suite package
  version=$(rustc_version)
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    grep -E '/debian/?$' | sort -u | head -n 1)
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -n "$mirror" ] && [ -f "$keyring" ] || return 1
  say "Looking for the sources of Rust $version on this machine's Debian mirror (about half a minute)"
  for suite in trixie-backports forky sid trixie bookworm; do
    rm -rf "$work"
    mkdir -p "$work/lists/partial"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$work/sources.list"
    local apt=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/nonexistent
      -o "Dir::State::Lists=$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
      -o APT::Sandbox::User=root)
    apt-get "${apt[@]}" update >"$work/log" 2>&1 || continue
    package=$(apt-cache "${apt[@]}" madison rust-src 2>/dev/null |
      awk -F'|' -v v="$version" '{ gsub(/ /, "", $2); if ($2 ~ "^" v "[+-]") { print $2; exit } }')
    [ -n "$package" ] || continue
    (cd "$work" && apt-get "${apt[@]}" download "rust-src=$package" >>"$work/log" 2>&1 && dpkg -x rust-src_*.deb src) || continue
    rm -rf "$work/lists"
    printf '%s\n' "$work/src/usr/src/rustc-$version"
    return 0
  done
  rm -rf "$work"
  return 1
}

# `target_from_sources FOLDER`: builds std for the browser and puts it where rustc looks for it.
target_from_sources() {
  local source="$1" own build lib
  own="$(sysroot)/lib/rustlib/src/rust"
  lib="$(sysroot)/lib/rustlib/$WASM/lib"
  build="$TOOLS/wasm-std"
  [ -w "$(sysroot)/lib/rustlib" ] || die "The compiler's folder $(sysroot) is not yours to write. As its owner, add the target $WASM, then start again."
  if [ ! -d "$own/library" ]; then
    mkdir -p "$own"
    cp -r "$source/library" "$own/library"
  fi
  say "Building the standard library for WebAssembly from its sources (about half a minute)"
  rm -rf "$build"
  mkdir -p "$build/src"
  : >"$build/src/lib.rs"
  # Its own workspace: the folder lies inside the project's.
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n' >"$build/Cargo.toml"
  # -Zbuild-std is open to nightly compilers only, unless asked for by this variable.
  if ! (cd "$build" && RUSTFLAGS='' RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$build/target" cargo build --quiet --release \
    -Zbuild-std=std,panic_abort,panic_unwind,proc_macro --target "$WASM") >"$TOOLS/wasm-std.log" 2>&1; then
    tail -n 20 "$TOOLS/wasm-std.log" >&2
    return 1
  fi
  mkdir -p "$lib"
  find "$build/target/$WASM/release/deps" -name '*.rlib' ! -name 'libempty-*' -exec cp {} "$lib/" \;
  rm -rf "$build"
  wasm_target_works
}

ensure_wasm_target() {
  wasm_target_works && return 0
  mkdir -p "$TOOLS"
  # A library that is there but does not work (of another compiler's version, say) would only mix with a new one.
  local lib source
  lib="$(sysroot)/lib/rustlib/$WASM/lib"
  if [ -n "$(find "$lib" -name 'libstd-*.rlib' 2>/dev/null)" ]; then
    die "There is a standard library for $WASM in $lib, but this compiler cannot use it. Remove that folder (or run: rustup target remove $WASM), then start again."
  fi
  target_from_rustup && return 0
  if source=$(sources_at_hand) || source=$(sources_from_apt); then
    if target_from_sources "$source"; then
      rm -rf "$TOOLS/rust-src" "$TOOLS/rust-src-apt"
      return 0
    fi
  fi
  die "This compiler ($(rustc --version)) has no standard library for the browser.
  With rustup:        rustup target add $WASM
  On Debian's rustc:  apt-get install libstd-rust-dev-wasm32
  Otherwise, set QUINCE_RUST_SRC to a folder or .tar.xz that holds library/ of Rust $(rustc_version), then start again."
}
