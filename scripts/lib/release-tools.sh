# shellcheck shell=bash
# What only a release build needs: wasm-opt, which halves what a browser loads.

BINARYEN=132.0.0

ensure_wasm_opt() {
  have wasm-opt && return 0
  [ -x "$TOOLS/node_modules/.bin/wasm-opt" ] || {
    want npm npm
    install_packages
    say "Installing wasm-opt (about 10 seconds)"
    mkdir -p "$TOOLS"
    npm install --silent --no-save --no-package-lock --prefix "$TOOLS" "binaryen@$BINARYEN" >"$TOOLS/npm-binaryen.log" 2>&1 ||
      die "npm could not install binaryen@$BINARYEN, which wasm-opt comes from. See $TOOLS/npm-binaryen.log."
  }
  mkdir -p "$TOOLS/bin"
  ln -sf ../node_modules/.bin/wasm-opt "$TOOLS/bin/wasm-opt"
}
