//! New migrations must reach the binary without any source file changing.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
