//! The clients of documents that others wrote, compiled with the libraries that our own clients use.
//!
//! `tests/foreign/public_documents.py` makes the file that `PUBLIC_CLIENTS` names, and has this checked by the compiler.

#![allow(warnings, reason = "what is proved is that the code compiles, not how it reads")]

#[path = "../../src/api/shape.rs"]
pub mod shape;

include!(env!("PUBLIC_CLIENTS"));

fn main() {}
