//! Make clients of documents that others wrote, and hold each generated method against its document.
//!
//! `public_documents FOLDER OUT` reads every `FOLDER/<name>/openapi.*` and writes `OUT/clients.rs`, one module a document. It
//! says what it compared, and ends with `N passed, M failed`. `tests/foreign/public_documents.py` fetches the documents and
//! has the result compiled.

#![allow(clippy::print_stdout, reason = "a program at the terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

mod document;
mod methods;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, out] = arguments.as_slice() else {
        println!("usage: public_documents FOLDER OUT");
        return ExitCode::from(2);
    };
    match all(folder, out) {
        Ok((passed, failed)) => {
            println!("{passed} passed, {failed} failed");
            if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            println!("FAIL  {error}\n0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

fn all(folder: &Path, out: &Path) -> Result<(usize, usize), String> {
    let mut clients = String::new();
    let (mut passed, mut failed) = (0, 0);
    for service in codegen::services(folder).map_err(|error| error.to_string())? {
        let name = service.file_name().unwrap_or_default().to_string_lossy().replace(['-', '.'], "_");
        match one(&service) {
            Ok((code, said, faults)) if faults.is_empty() => {
                println!("ok    {name}: {said}");
                clients.push_str(&format!("pub mod {name} {{\n{code}\n}}\n"));
                passed += 1;
            }
            Ok((_, said, faults)) => {
                println!("FAIL  {name}: {said}");
                faults.iter().for_each(|fault| println!("        {fault}"));
                failed += 1;
            }
            Err(error) => {
                println!("FAIL  {name}: {error}");
                failed += 1;
            }
        }
    }
    fs::create_dir_all(out).map_err(|error| error.to_string())?;
    fs::write(out.join("clients.rs"), clients).map_err(|error| error.to_string())?;
    Ok((passed, failed))
}

/// The client's code as a module can hold it, one line on what there was, and what is not as the document says.
fn one(service: &Path) -> Result<(String, String, Vec<String>), String> {
    let path = codegen::document::path(service).map_err(|error| error.to_string())?;
    let document = codegen::document::read_file(&path).map_err(|error| error.to_string())?;
    let generated = codegen::generate(service).map_err(|error| error.to_string())?;

    let wanted = document::operations(&document);
    let made = methods::of(&generated.client);
    let mut faults = Vec::new();
    let left_out = generated.left_out.len();
    if wanted.len() != made.len() + left_out {
        faults.push(format!("{} operations, but {} methods and {left_out} left out", wanted.len(), made.len()));
    }
    for method in &made {
        let same = |operation: &&document::Operation| operation.method == method.method && operation.url == method.url;
        match wanted.iter().find(same) {
            Some(operation) => faults.extend(operation.differences(method)),
            None => faults.push(format!("no operation is {} {}", method.method, method.url)),
        }
    }
    faults.extend(
        generated.left_out.iter().filter(|one| one.reason.contains("panicked") || one.reason.is_empty()).map(|one| {
            format!("{} is left out with a reason that tells nobody anything: {}", one.operation, one.reason)
        }),
    );
    let mut said = format!("{} operations, {} methods", wanted.len(), made.len());
    for one in &generated.left_out {
        said.push_str(&format!("\n        left out: {} ({})", one.operation, one.reason));
    }
    Ok((methods::on_their_own(&generated.client, &generated.operations), said, faults))
}
