//! New migrations must reach the tests without any source file changing.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
