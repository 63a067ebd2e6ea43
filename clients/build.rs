//! Generate the clients, the operation tables and the fixed documents from the vendored OpenAPI documents.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    if let Err(error) = generate_all() {
        // Cargo prints these lines plainly and stops, without the noise of a panic.
        error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

fn generate_all() -> Result<(), Box<dyn Error>> {
    let specs = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../specs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in codegen::services(&specs)? {
        println!("cargo::rerun-if-changed={}", folder.display());
        generate(&folder, &out)?;
    }
    Ok(())
}

/// Write `<service>.rs`, `<service>_operations.rs` and `<service>.json`.
fn generate(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let service = folder.file_name().unwrap_or_default().to_string_lossy();
    let generated = codegen::generate(folder)?;
    fs::write(out.join(format!("{service}.rs")), generated.client)?;
    fs::write(out.join(format!("{service}_operations.rs")), generated.operations)?;
    fs::write(out.join(format!("{service}.json")), generated.document)?;
    Ok(())
}
