//! `cargo codegen fetch`: the present document from upstream, put beside ours and never over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use codegen::fetch::{self, Limits};
use codegen::{Error, document, source};

use super::{WRONG_USAGE, folder, refuse, say};

/// From where, and to where.
#[derive(Args)]
pub struct Arguments {
    /// The service's folder name.
    service: String,
    /// Where the document is; by default the `address` in source.toml. Only https, or http on this machine.
    #[arg(long, value_name = "ADDRESS")]
    url: Option<String>,
    /// Where to write it; by default `incoming.yaml` in the service's folder, which git ignores.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Fetch, and write once it is known to be a document.
pub fn run(specs: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    let spec_dir = folder(specs, &arguments.service)?;
    let out = arguments.out.clone().unwrap_or_else(|| spec_dir.join("incoming.yaml"));
    if is_same_file(&out, &spec_dir.join(document::FILE_NAME)) {
        return Ok(refuse(
            "a fetched document never replaces ours unseen: write it elsewhere, then diff and accept",
            WRONG_USAGE,
        ));
    }
    let address = arguments.url.clone().map_or_else(|| source::address(&spec_dir), Ok)?;
    let bytes = fetch::fetch(&address, Limits::default())?;
    write(&out, &bytes)?;

    let same = source::sha256(&spec_dir)? == source::sha256_of(&bytes);
    let next = if same {
        "It is ours, byte for byte: nothing to do.".to_owned()
    } else {
        format!("It is not ours. What changed: cargo codegen diff {} {}", arguments.service, out.display())
    };
    say(&format!("{}: {} bytes written. {next}\n", out.display(), bytes.len()));
    Ok(ExitCode::SUCCESS)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Written beside and renamed, so that a broken transfer leaves what was there.
fn write(out: &Path, bytes: &[u8]) -> Result<(), Error> {
    let unwritable = |cause| Error::Unwritable { path: out.to_path_buf(), cause };
    let part = out.with_extension("part");
    fs::write(&part, bytes).map_err(unwritable)?;
    fs::rename(&part, out).map_err(unwritable)
}
