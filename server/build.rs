//! Passes the folder with this profile's browser files to the compiler, for embedding.

fn main() {
    let profile = std::env::var("PROFILE").unwrap_or_else(|_| "debug".to_owned());
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let site = format!("{root}/../target/site/{profile}");
    println!("cargo::rustc-env=SITE_DIR_OF_QUINCE={site}");
    if profile == "release" {
        // A debug build reads the files at run time; a release build embeds them.
        println!("cargo::rerun-if-changed={site}");
    } else {
        println!("cargo::rerun-if-changed=build.rs");
    }
}
